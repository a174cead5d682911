package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// balancer passes TCP connections on to those backends that are up, in turn.
type balancer struct {
	dial func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

	mu    sync.Mutex
	up    []netip.AddrPort
	next  int
	conns map[net.Conn]context.CancelFunc // of clients, with what cuts them off
	idle  chan struct{}                   // closed when the last of conns has ended; nil: nobody waits
}

// set says whether a backend is up, and reports whether any is.
func (b *balancer) set(backend netip.AddrPort, up bool) (any bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.up = slices.DeleteFunc(b.up, func(a netip.AddrPort) bool { return a == backend })
	if up {
		b.up = append(b.up, backend)
	}
	return len(b.up) > 0
}

// pick returns the backends to try, the one whose turn it is first.
func (b *balancer) pick() []netip.AddrPort {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.up) == 0 {
		return nil
	}
	b.next++
	n := b.next % len(b.up)
	return slices.Concat(b.up[n:], b.up[:n])
}

// serve takes connections until l is closed.
func (b *balancer) serve(ctx context.Context, l net.Listener) error {
	for {
		client, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		ctx, cut := context.WithCancel(ctx)
		b.mu.Lock()
		b.conns[client] = cut
		b.mu.Unlock()
		go func() {
			defer b.done(client)
			defer cut()
			b.pass(ctx, client)
		}()
	}
}

// pass connects a client with the first backend that answers.
func (b *balancer) pass(ctx context.Context, client net.Conn) {
	for _, to := range b.pick() {
		server, err := b.dial(ctx, to)
		if err != nil {
			continue
		}
		defer context.AfterFunc(ctx, func() { client.Close(); server.Close() })()
		defer server.Close()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			copyHalf(server, client)
		}()
		copyHalf(client, server)
		client.Close() // the client has its answer; what it still says has no reader
		<-sent
		return
	}
}

// copyHalf copies one direction and passes its end on.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from) // either side may go away at any time
	if c, ok := to.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

// done forgets a connection.
func (b *balancer) done(client net.Conn) {
	client.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, client)
	if len(b.conns) == 0 && b.idle != nil {
		close(b.idle)
		b.idle = nil
	}
}

// drain waits until all connections have ended by themselves. Those that have not
// when ctx is done are cut off, and counted.
func (b *balancer) drain(ctx context.Context) (late int) {
	b.mu.Lock()
	if len(b.conns) == 0 {
		b.mu.Unlock()
		return 0
	}
	if b.idle == nil {
		b.idle = make(chan struct{})
	}
	idle := b.idle
	b.mu.Unlock()
	select {
	case <-idle:
		return 0
	case <-ctx.Done():
	}
	b.mu.Lock()
	late = len(b.conns)
	for _, cut := range b.conns {
		cut()
	}
	b.mu.Unlock()
	if late > 0 {
		<-idle
	}
	return late
}
