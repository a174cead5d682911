package check

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"hash"
	"io"
)

// counted counts the bytes read through it.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// judge reads an answer to its end and applies the tests in keepalived's
// order: status, digest, regular expression; then ours.
func (p *page) judge(ctx context.Context, in *bufio.Reader) Result {
	a, err := readAnswer(in, nil)
	switch {
	case errors.Is(err, errNotHTTP), errors.Is(err, errLongHeader):
		return failed(ReasonProtocol, "%s: %v", p.name, err)
	case err != nil:
		return failure(ctx, p.name+": header", err)
	}
	if p.url.Method == "HEAD" {
		a.length, a.chunked = 0, false
	}
	if !p.url.Status.accept(a.status) {
		return failed(ReasonStatus, "%s: status %d", p.name, a.status)
	}
	body := &counted{r: a.body(in)}
	var sum hash.Hash
	var r io.Reader = body
	if p.digest != nil {
		sum = md5.New()
		r = io.TeeReader(body, sum)
	}
	content := p.content(a, r)
	if _, err := io.Copy(io.Discard, r); err != nil {
		return failure(ctx, p.name+": body", err)
	}
	if sum != nil && !bytes.Equal(sum.Sum(nil), p.digest) {
		return failed(ReasonDigest, "%s: digest %x of %d bytes", p.name, sum.Sum(nil), body.n)
	}
	if content != nil {
		return failed(ReasonContent, "%s: %v", p.name, content)
	}
	detail := fmt.Sprintf("%s: status %d, %d bytes", p.name, a.status, body.n)
	if a.length >= 0 && body.n < a.length {
		detail += fmt.Sprintf(" of %d", a.length)
	}
	return success(detail)
}

// content applies the tests that look into the body.
func (p *page) content(a answer, r io.Reader) error {
	switch {
	case p.url.Regex != nil:
		found := match(p.url.Regex, r, p.url.MinOffset, p.url.MaxOffset)
		switch {
		case found && p.url.NoMatch:
			return fmt.Errorf("%q matches", p.url.Regex)
		case !found && !p.url.NoMatch:
			return fmt.Errorf("%q does not match", p.url.Regex)
		}
	case p.url.JSON.Path != "":
		return p.url.JSON.check(a, r)
	}
	return nil
}
