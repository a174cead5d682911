package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
)

// maxJSON is how much of a body is looked at.
const maxJSON = 1 << 20

// JSONField is a field of a JSON document, and what it must be.
type JSONField struct {
	// Path leads to the field, by the names of objects and the numbers, from
	// 0, of arrays: "checks.0.status". Empty: nothing is looked for.
	Path string

	// Want is the field's value: a string without its quotes, a number as it
	// is written, true, false or null.
	Want string
}

// check looks for the field in a body.
func (f JSONField) check(a answer, r io.Reader) error {
	if a.chunked {
		r = httputil.NewChunkedReader(r)
	}
	d := json.NewDecoder(io.LimitReader(r, maxJSON))
	d.UseNumber()
	got, err := f.find(d)
	if err != nil {
		return fmt.Errorf("JSON field %s: %w", f.Path, err)
	}
	if got != f.Want {
		return fmt.Errorf("JSON field %s is %q, not %q", f.Path, got, f.Want)
	}
	return nil
}

var errNoField = errors.New("there is none")

// find follows the path token by token: the document is never held.
func (f JSONField) find(d *json.Decoder) (string, error) {
	for _, step := range strings.Split(f.Path, ".") {
		token, err := d.Token()
		if err != nil {
			return "", jsonError(err)
		}
		switch token {
		case json.Delim('{'):
			err = enterObject(d, step)
		case json.Delim('['):
			err = enterArray(d, step)
		default:
			err = errNoField
		}
		if err != nil {
			return "", err
		}
	}
	token, err := d.Token()
	switch v := token.(type) {
	case nil:
		if err == nil {
			return "null", nil
		}
		return "", jsonError(err)
	case json.Delim:
		return "", errors.New("it is an object or an array")
	default:
		return fmt.Sprint(v), jsonError(err)
	}
}

// enterObject reads up to the value of a key.
func enterObject(d *json.Decoder, key string) error {
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return jsonError(err)
		}
		if token == key {
			return nil
		}
		if err := skip(d); err != nil {
			return err
		}
	}
	return errNoField
}

// enterArray reads up to an element.
func enterArray(d *json.Decoder, index string) error {
	n, err := strconv.ParseUint(index, 10, 31)
	if err != nil {
		return errNoField
	}
	for ; d.More(); n-- {
		if n == 0 {
			return nil
		}
		if err := skip(d); err != nil {
			return err
		}
	}
	return errNoField
}

// skip reads past one value.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return jsonError(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func jsonError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the document ends before it, or after %d bytes", maxJSON)
	}
	return err
}
