// Package broadcast delivers values to any number of readers without ever
// waiting for one.
package broadcast

import "sync"

// Topic delivers every published value to every subscriber's channel. A reader
// that falls behind loses its oldest values, so that the newest one always gets
// through, and it is the newest one that counts them: older values, which have
// been waiting since before the loss, are read first. Values that are numbered
// show where the gap is, the counts how many are missing.
type Topic[T any] struct {
	size   int
	missed func(*T) *uint64

	mu     sync.Mutex
	subs   []chan T
	closed bool
}

// New returns a topic whose subscribers have a buffer of size values each.
// missed returns the field of a value that counts the values lost to make room
// for it.
func New[T any](size int, missed func(*T) *uint64) *Topic[T] {
	return &Topic[T]{size: size, missed: missed}
}

// Subscribe returns a new channel of values published from now on. It is closed
// by Close; subscribing to a closed topic returns a closed channel.
func (t *Topic[T]) Subscribe() <-chan T { return t.SubscribeWide(0) }

// SubscribeWide is Subscribe with a buffer of at least so many values.
func (t *Topic[T]) SubscribeWide(size int) <-chan T {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := make(chan T, max(size, t.size))
	if t.closed {
		close(c)
		return c
	}
	t.subs = append(t.subs, c)
	return c
}

// Publish delivers v. It never blocks.
func (t *Topic[T]) Publish(v T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.subs {
		v := v
		for !offer(c, v) {
			select {
			case old := <-c:
				*t.missed(&v) += 1 + *t.missed(&old)
			default: // the reader made room by itself
			}
		}
	}
}

// Close closes all channels, once the values in them have been read.
func (t *Topic[T]) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.closed = true
	for _, c := range t.subs {
		close(c)
	}
}

func offer[T any](c chan T, v T) bool {
	select {
	case c <- v:
		return true
	default:
		return false
	}
}
