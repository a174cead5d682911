package demo_test

import (
	"bytes"
	"testing"
	"testing/synctest"

	"github.com/vrrpkit/vrrpkit/internal/demo"
)

func inMemory(t *testing.T, o demo.Options) (output string, err error) {
	t.Helper()
	var b bytes.Buffer
	o.Out, o.InMemory = &b, true
	synctest.Test(t, func(t *testing.T) { err = demo.Run(t.Context(), o) })
	return b.String(), err
}

func TestInMemory(t *testing.T) {
	got, err := inMemory(t, demo.Options{})
	t.Log(got)
	_ = err
}
