//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// stage is the testing.TB of a lab outside of a test.
type stage struct {
	testing.TB // nil: what is not below is not called
	cleanups   []func()
	failed     bool
}

// failure is what a stage panics with, to end a repeat.
type failure string

// onStage calls fn, undoes what it made, and returns why it failed, if it did.
func onStage(fn func(t *stage)) (err error) {
	t := new(stage)
	defer func() {
		if p := recover(); p != nil {
			f, ours := p.(failure)
			if !ours {
				panic(p)
			}
			err = fmt.Errorf("%s", string(f))
		}
	}()
	defer func() {
		for _, f := range slices.Backward(t.cleanups) {
			f()
		}
	}()
	fn(t)
	return nil
}

func (t *stage) fail(text string) {
	t.failed = true
	panic(failure(text))
}

func (t *stage) Helper()                           {}
func (t *stage) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *stage) Failed() bool                      { return t.failed }
func (t *stage) Fatal(args ...any)                 { t.fail(fmt.Sprint(args...)) }
func (t *stage) Fatalf(format string, args ...any) { t.fail(fmt.Sprintf(format, args...)) }
func (t *stage) Skip(args ...any)                  { t.fail(fmt.Sprint(args...)) }
func (t *stage) Skipf(format string, args ...any)  { t.fail(fmt.Sprintf(format, args...)) }
func (t *stage) Logf(format string, args ...any)   { fmt.Fprintf(os.Stderr, format+"\n", args...) }
