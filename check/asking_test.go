package check

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// TestAsking holds the context of a check to that of package context, whether
// anybody waits for it or not.
func TestAsking(t *testing.T) {
	const second = time.Second
	for name, do := range map[string]func(end, endRunner func()){
		"nothing happens":        func(_, _ func()) {},
		"the deadline passes":    func(_, _ func()) { time.Sleep(2 * second) },
		"it is cancelled":        func(end, _ func()) { end() },
		"cancelled, then passes": func(end, _ func()) { end(); time.Sleep(2 * second) },
		"the runner ends":        func(_, endRunner func()) { endRunner() },
		"passes, then cancelled": func(end, _ func()) { time.Sleep(2 * second); end() },
	} {
		for _, early := range []bool{false, true} { // somebody waits from the beginning
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					type key struct{}
					parent, endRunner := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
					defer endRunner()
					until := time.Now().Add(second)
					plain, endPlain := context.WithDeadline(parent, until)
					defer endPlain()
					a := &asking{runner: parent, until: until}
					defer a.end()
					if early {
						a.Done()
					}
					do(func() { endPlain(); a.end() }, endRunner)
					synctest.Wait()
					if got, _ := a.Deadline(); got != until {
						t.Errorf("deadline %v", got)
					}
					late := !time.Now().Before(until)
					if got, want := a.Err(), plain.Err(); got != want && !(late && !early && got != nil) {
						t.Errorf("Err() = %v, want %v", got, want)
					}
					if got := a.Value(key{}); got != "value" {
						t.Errorf("value %v", got)
					}
					child, end := context.WithCancel(a)
					defer end()
					synctest.Wait()
					if got, want := child.Err() != nil, plain.Err() != nil; got != want {
						t.Errorf("a child has ended: %v, want %v", got, want)
					}
					select {
					case <-a.Done():
						if plain.Err() == nil {
							t.Error("done")
						}
					default:
						if plain.Err() != nil {
							t.Error("not done")
						}
					}
				})
			})
		}
	}
}

// TestInterrupt: what a checker reads fails when the check's time is over, and
// when it is cancelled; afterwards the connection is its own.
func TestInterrupt(t *testing.T) {
	plain := func(ctx context.Context) context.Context { // a context that is not a Group's
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		t.Cleanup(cancel)
		return ctx
	}
	group := func(ctx context.Context) context.Context {
		return &asking{runner: ctx, until: time.Now().Add(time.Second)}
	}
	for name, ask := range map[string]func(context.Context) context.Context{"plain": plain, "of a group": group} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, other := net.Pipe()
				defer c.Close()
				defer other.Close()
				started := time.Now()
				end := interrupt(ask(t.Context()), c)
				_, err := c.Read(make([]byte, 1))
				if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(started) != time.Second {
					t.Errorf("%v after %v", err, time.Since(started))
				}
				end()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c, other := net.Pipe()
		defer c.Close()
		defer other.Close()
		a := &asking{runner: t.Context(), until: time.Now().Add(time.Hour)}
		release := interrupt(a, c)
		time.AfterFunc(time.Minute, a.end)
		started := time.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(started) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(started))
		}
		release()
		interrupt(a, c) // the check has been cancelled already
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after the end: %v", err)
		}
	})
}
