package vrrptest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Recorder keeps the events of a channel.
type Recorder struct {
	done   chan struct{} // closed behind the last event
	mu     sync.Mutex
	events []vrrp.Event
}

// Record records events until the channel is closed, as it is when Run returns.
func Record(events <-chan vrrp.Event) *Recorder {
	r := &Recorder{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for e := range events {
			r.mu.Lock()
			r.events = append(r.events, e)
			r.mu.Unlock()
		}
	}()
	return r
}

// Wait waits until the channel is closed and its last event recorded.
func (r *Recorder) Wait() { <-r.done }

// Events returns the events recorded so far.
func (r *Recorder) Events() []vrrp.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]vrrp.Event(nil), r.events...)
}

// Transitions returns the events recorded so far, a line each: the router or
// group, the states, the reason, and an error if there was one. It is meant to be compared
// with a golden text.
func (r *Recorder) Transitions() string {
	var b strings.Builder
	for _, e := range r.Events() {
		fmt.Fprintf(&b, "%s %v->%v: %v", e.Name(), e.From, e.To, e.Reason)
		if e.Err != nil {
			fmt.Fprintf(&b, " (%v)", e.Err)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
