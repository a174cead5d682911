package vrrp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/internal/netns"
	"github.com/vrrpkit/vrrpkit/internal/poll"
	"github.com/vrrpkit/vrrpkit/internal/rawsock"
)

// network is the kernel's Network. Packets are the host's goroutine's business
// alone. Interfaces are the watcher's: what can take time, which is netlink,
// opening sockets and leaving groups, happens there, and the host's Wait picks
// up the results.
type network struct {
	namespace int
	log       *slog.Logger
	poller    *poll.Poller
	monitor   *netlinkx.Monitor
	changed   chan struct{} // tells the watcher to look again
	stop      func()        // ends the goroutines and waits for them

	// The host's goroutine's.
	ids   []int32                  // of the Wait under way
	batch []rawsock.Packet         // of the Send or Recv under way
	in    [maxEars]*rawsock.Buffer // of the newest Recv, by ear

	found atomic.Bool // the watcher has found something about some link

	life   sync.RWMutex // Open reads, Close writes
	closed bool

	mu     sync.Mutex // guards what follows, and link.found; never held for long
	links  map[int32]*link
	lastID int32
	unused []*rawsock.Socket // to be closed by the watcher
}

func newNetwork(cfg NetworkConfig) (_ Network, err error) {
	n := &network{
		namespace: cfg.Namespace,
		log:       cfg.Logger,
		changed:   make(chan struct{}, 1),
		batch:     make([]rawsock.Packet, rawsock.Batch),
		links:     map[int32]*link{},
	}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	if n.namespace > 0 {
		if n.namespace, err = unix.FcntlInt(uintptr(n.namespace), unix.F_DUPFD_CLOEXEC, 3); err != nil {
			return nil, fmt.Errorf("vrrp: namespace descriptor %d: %w", cfg.Namespace, err)
		}
	}
	if n.poller, err = poll.New(); err == nil {
		n.monitor, err = netlinkx.NewMonitor(n.namespace)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("vrrp: %w", err), n.free())
	}
	n.start()
	return n, nil
}

func (n *network) start() {
	ctx, cancel := context.WithCancel(context.Background())
	unsubscribe := n.monitor.Subscribe(n.lookAgain)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := n.monitor.Run(ctx); err != nil {
			n.log.Error("interfaces are not followed any more", "error", err)
		}
	})
	wg.Go(func() { n.watch(ctx) })
	n.stop = func() {
		unsubscribe()
		cancel()
		wg.Wait()
	}
}

// Open implements Network. It may be called by any goroutine at any time; once
// Close has begun the error is net.ErrClosed.
func (n *network) Open(cfg LinkConfig) (Link, error) {
	n.life.RLock()
	defer n.life.RUnlock()
	if n.closed {
		return nil, fmt.Errorf("vrrp: network: %w", net.ErrClosed)
	}
	cfg.Local = cfg.Local.WithZone("")
	if err := validLink(cfg); err != nil {
		return nil, err
	}
	// Tried whether or not the interface exists: this no waiting will cure.
	probe := func() error { return rawsock.Probe(cfg.IPv6()) }
	if !cfg.Watching() {
		if err := netns.Do(n.namespace, probe); err != nil {
			return nil, fmt.Errorf("vrrp: %s: %w", cfg.Interface, err)
		}
	}
	l := newLink(n, cfg)
	l.look()
	n.mu.Lock()
	n.lastID += maxEars
	l.id = n.lastID
	n.links[l.id] = l
	l.pickUp()
	n.mu.Unlock()
	n.lookAgain() // in case something changed before the watcher knew of l
	return l, nil
}

func validLink(cfg LinkConfig) error {
	switch {
	case cfg.Interface == "":
		return errors.New("vrrp: link without an interface")
	case cfg.Group.IsValid() && !cfg.Group.IsMulticast():
		return fmt.Errorf("vrrp: %s: group %v is not a multicast address", cfg.Interface, cfg.Group)
	case cfg.Local.IsMulticast():
		return fmt.Errorf("vrrp: %s: local address %v is a multicast one", cfg.Interface, cfg.Local)
	}
	return nil
}

// Wait implements Network.
func (n *network) Wait(until, quiet time.Time, ready []Link) []Link {
	n.ids = n.poller.Wait(until, quiet, n.ids[:0])
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range n.ids {
		i := id % maxEars
		if l := n.links[id-i]; l != nil { // not closed meanwhile
			l.ears[i].ready = true
			ready = append(ready, l)
		}
	}
	if n.found.Swap(false) {
		for _, l := range n.links {
			if l.pickUp() {
				ready = append(ready, l)
			}
		}
	}
	return ready
}

// buffer returns the memory for what an ear receives: ears of one link are
// read together.
func (n *network) buffer(ear int) *rawsock.Buffer {
	if n.in[ear] == nil {
		n.in[ear] = rawsock.NewBuffer()
	}
	return n.in[ear]
}

// Wake implements Network.
func (n *network) Wake() { n.poller.Wake() }

// Close implements Network. It waits for every Open under way.
func (n *network) Close() error {
	n.life.Lock()
	defer n.life.Unlock()
	if n.closed {
		return nil
	}
	n.closed = true
	n.stop()
	var errs []error
	for _, l := range n.links {
		errs = append(errs, l.Close())
	}
	return errors.Join(append(errs, n.closeUnused(), n.free())...)
}

func (n *network) free() error {
	var errs []error
	if n.poller != nil {
		errs = append(errs, n.poller.Close())
	}
	if n.namespace > 0 {
		errs = append(errs, unix.Close(n.namespace))
	}
	return errors.Join(errs...)
}
