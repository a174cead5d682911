package vrrp

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/rawsock"
)

// openRetry is how long a socket that could not be opened waits for the next
// try, if nothing happens to its interface before.
const openRetry = time.Second

// lookAgain makes the watcher look at the interfaces.
func (n *network) lookAgain() {
	select {
	case n.changed <- struct{}{}:
	default:
	}
}

// watch looks at all links' interfaces whenever one may have changed.
func (n *network) watch(ctx context.Context) {
	for {
		n.mu.Lock()
		links := slices.Collect(maps.Values(n.links))
		n.mu.Unlock()
		found, failed := false, false
		for _, l := range links {
			found = l.look() || found
			failed = failed || l.failing()
		}
		if found {
			n.found.Store(true)
			n.Wake()
		}
		if err := n.closeUnused(); err != nil {
			n.log.Warn("closing a socket failed", "error", err)
		}
		var retry <-chan time.Time
		if failed {
			retry = time.After(openRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-n.changed:
		case <-retry:
		}
	}
}

// discard leaves a socket, if there is one, to the watcher to close: leaving a
// group takes the kernel's lock of all interfaces, for which one may have to
// wait. Called with mu held.
func (n *network) discard(s *rawsock.Socket) {
	if s != nil {
		n.unused = append(n.unused, s)
		n.lookAgain()
	}
}

func (n *network) closeUnused() error {
	n.mu.Lock()
	sockets := n.unused
	n.unused = nil
	n.mu.Unlock()
	var errs []error
	for _, s := range sockets {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
