package check

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// chunks reads a body sent in chunks as it is, framing included, up to its end.
// What turns out not to be chunks is read to the end of the connection.
type chunks struct {
	r     *bufio.Reader
	line  []byte // of the framing, still to be handed out
	data  int64  // bytes of the chunk, and of the line end after it, still to be read
	last  bool   // the last chunk was seen: trailer lines follow
	ended bool
	plain bool // not chunks at all
}

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	for {
		switch {
		case len(c.line) > 0:
			n := copy(p, c.line)
			c.line = c.line[n:]
			return n, nil
		case c.ended:
			return 0, io.EOF
		case c.plain:
			return c.r.Read(p)
		case c.data > 0:
			n, err := c.r.Read(p[:min(int64(len(p)), c.data)])
			c.data -= int64(n)
			return n, err
		}
		line, err := c.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && len(line) == 0 {
			return 0, err
		}
		c.line = line
		c.plain = err != nil
		c.frame(bytes.TrimRight(line, "\r\n"))
	}
}

// frame understands a line of the framing.
func (c *chunks) frame(line []byte) {
	if c.last {
		c.ended = len(line) == 0
		return
	}
	size, _, _ := bytes.Cut(line, []byte(";"))
	n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 62)
	switch {
	case err != nil || n < 0:
		c.plain = true
	case n == 0:
		c.last = true
	default:
		c.data = n + int64(len("\r\n"))
	}
}
