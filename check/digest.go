package check

import (
	"bufio"
	"context"
	"crypto/md5"
	"errors"
	"io"
)

// Page is an answer that was fetched to learn its digest.
type Page struct {
	Status int
	Header []byte // as it came, with the empty line; of interim answers too
	Length int64  // of the body
	Digest [md5.Size]byte
}

// Fetch asks for the first URL, whatever is expected of it, and returns the
// digest of its body as HTTP_GET's digest has it. The body goes to w too; nil
// discards it. It is what genhash does.
func (h *HTTP) Fetch(ctx context.Context, w io.Writer) (Page, Result) {
	if w == nil {
		w = io.Discard
	}
	var got Page
	p := &h.pages[0]
	r := h.get(ctx, p, func(in *bufio.Reader) Result {
		a, err := readAnswer(in, func(line []byte) { got.Header = append(got.Header, line...) })
		got.Status = a.status
		switch {
		case errors.Is(err, errNotHTTP), errors.Is(err, errLongHeader):
			return failed(ReasonProtocol, "%s: %v", p.name, err)
		case err != nil:
			return failure(ctx, p.name+": header", err)
		}
		body := &counted{r: a.body(in)}
		sum := md5.New()
		_, err = io.Copy(io.MultiWriter(sum, w), body)
		got.Length = body.n
		sum.Sum(got.Digest[:0])
		if err != nil {
			return failure(ctx, p.name+": body", err)
		}
		return success(p.name)
	})
	return got, r
}
