package check

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxHeader is how long a header may be. keepalived takes 4095 bytes.
const maxHeader = 64 << 10

var (
	errLongHeader = fmt.Errorf("the header is longer than %d bytes", maxHeader)
	errNotHTTP    = errors.New("the answer is not HTTP")
)

// answer is what a header says about the answer.
type answer struct {
	status  int
	length  int64 // of the body; negative: until the end of the connection
	chunked bool
}

// readAnswer reads a header; what follows in r is the body. Of header lines
// longer than r's buffer, the beginning is looked at. tee, if not nil, is given all.
func readAnswer(r *bufio.Reader, tee func([]byte)) (answer, error) {
	a := answer{length: -1}
	total := 0
	for first, continued := true, false; ; {
		line, err := r.ReadSlice('\n')
		if tee != nil {
			tee(line)
		}
		total += len(line)
		more := errors.Is(err, bufio.ErrBufferFull)
		switch {
		case total > maxHeader:
			return a, errLongHeader
		case first && (more || err == nil || errors.Is(err, io.EOF)) && !isHTTP(line):
			if len(line) == 0 {
				return a, err
			}
			return a, errNotHTTP
		case err != nil && !more:
			return a, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case continued:
		case first:
			if a.status = statusOf(line); a.status == 0 {
				return a, errNotHTTP
			}
			first = false
		case len(line) == 0:
			if a.status/100 != 1 || a.status == 101 {
				return a.complete(), nil
			}
			a, first = answer{length: -1}, true // that was interim; the real one follows
		default:
			a.field(line)
		}
		continued = more
	}
}

func isHTTP(line []byte) bool {
	const name = "HTTP/"
	return bytes.HasPrefix(line, []byte(name)) || len(line) < len(name) && bytes.HasPrefix([]byte(name), line)
}

// statusOf returns the code of a status line, 0 if it has none. The reason
// phrase, and the blank before it, may be missing.
func statusOf(line []byte) int {
	_, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseUint(string(code), 10, 16)
	if err != nil || len(code) != 3 || n < 100 {
		return 0
	}
	return int(n)
}

func (a *answer) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		if n, err := strconv.ParseInt(string(value), 10, 64); err == nil && n >= 0 && a.length < 0 {
			a.length = n
		}
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		const chunked = "chunked"
		if n := len(value) - len(chunked); n >= 0 && bytes.EqualFold(value[n:], []byte(chunked)) {
			a.chunked = true
		}
	}
}

func (a answer) complete() answer {
	switch {
	case a.status == 204 || a.status == 304:
		a.length, a.chunked = 0, false
	case a.chunked:
		a.length = -1
	}
	return a
}

// body returns a reader of the body's bytes as they come. It ends where the
// body does, or where the connection does if that is earlier.
func (a answer) body(r *bufio.Reader) io.Reader {
	switch {
	case a.chunked:
		return &chunks{r: r}
	case a.length >= 0:
		return io.LimitReader(r, a.length)
	}
	return r
}
