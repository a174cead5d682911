package netlinkx

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// monitorBuffer is the receive buffer asked for. The kernel grants it to
	// the privileged and caps it for others; overruns are survived either way.
	monitorBuffer = 1 << 20

	// listPause is the least time between two lists of addresses, so that a
	// thousand notifications do not become a thousand lists.
	listPause = 2 * time.Millisecond

	// listPauseMax is what that grows to, doubling, while lists fail.
	listPauseMax = time.Second
)

// Monitor follows the interfaces and addresses of a network namespace.
// Notifications only say where to look: addresses are always read back from
// the kernel, so what a Monitor tells is a state that the kernel really had,
// in the kernel's order.
type Monitor struct {
	events    *netlink.Conn
	additions *additionWatch
	lists     *Conn
	relist    chan struct{} // addresses or everything must be listed again

	mu          sync.Mutex
	table       table
	overrun     bool // notifications were lost
	listing     bool // of everything: notifications must be kept,
	kept        []netlink.Message
	err         error // of the last list
	subscribers map[*func()]struct{}
}

// NewMonitor opens a monitor in the network namespace ns. Its state is
// complete when NewMonitor returns and follows the kernel while Run runs.
func NewMonitor(ns int) (*Monitor, error) {
	// The groups are joined before the list is made: nothing falls in between.
	events, err := listen(ns, additionFilter(false),
		unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV6_NETCONF)
	if err != nil {
		return nil, err
	}
	_ = events.SetReadBuffer(monitorBuffer) // best effort

	m := &Monitor{
		events:      events,
		relist:      make(chan struct{}, 1),
		subscribers: make(map[*func()]struct{}),
	}
	if m.additions, err = watchAdditions(ns); err != nil {
		events.Close()
		return nil, err
	}
	if m.lists, err = Dial(ns); err != nil {
		events.Close()
		m.additions.close()
		return nil, err
	}
	list, err := m.lists.Interfaces()
	if err != nil {
		m.Close()
		return nil, err
	}
	m.table = newTable(list)
	return m, nil
}

// Run follows the kernel until ctx ends, then closes the monitor and returns
// nil. The last state stays readable.
func (m *Monitor) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var additionsErr error
	var wg sync.WaitGroup
	defer m.Close()
	defer func() {
		cancel()
		wg.Wait()
		err = errors.Join(err, additionsErr)
	}()
	stop := context.AfterFunc(ctx, func() {
		// Receive does not tell that it was closed, a deadline it does.
		_ = m.events.SetReadDeadline(time.Unix(1, 0))
	})
	defer stop()
	wg.Go(func() { m.listAddresses(ctx) })
	wg.Go(func() {
		defer cancel()
		additionsErr = m.additions.run(ctx, m.take, m.lost)
	})

	for {
		messages, err := m.events.Receive()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.ENOBUFS):
			m.lost()
		case err != nil:
			return fmt.Errorf("netlinkx: monitor: %w", err)
		default:
			m.take(messages)
		}
	}
}

// Close closes the sockets of a monitor that was never run. It is idempotent.
func (m *Monitor) Close() error {
	return errors.Join(m.events.Close(), m.additions.close(), m.lists.Close())
}

// lost has everything listed: notifications are missing.
func (m *Monitor) lost() {
	m.mu.Lock()
	m.overrun = true
	m.mu.Unlock()
	wake(m.relist)
}

func (m *Monitor) take(messages []netlink.Message) {
	m.mu.Lock()
	changed := m.apply(messages)
	if m.listing {
		m.kept = append(m.kept, messages...)
	}
	relist := m.overrun || len(m.table.dirty) > 0
	m.mu.Unlock()

	if relist {
		wake(m.relist)
	}
	if changed {
		m.notify()
	}
}

func (m *Monitor) apply(messages []netlink.Message) (changed bool) {
	for _, message := range messages {
		c, err := m.table.apply(message)
		if err != nil {
			// What a message failed to say, a list will.
			m.overrun = true
		}
		changed = changed || c
	}
	return changed
}

// Err returns why the monitor could not read the kernel's tables when it last
// had to, and nil once it could: what it tells may be out of date. It goes on
// trying, and subscribers are called when that begins and when it ends.
func (m *Monitor) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Interface returns the interface called name.
func (m *Monitor) Interface(name string) (Interface, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.table.byName(name)
}

// Name returns the name of the interface index, or "" if there is none.
func (m *Monitor) Name(index int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.table.links[index]; i != nil {
		return i.Name
	}
	return ""
}

// Interfaces returns all interfaces, ordered by index.
func (m *Monitor) Interfaces() []Interface {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.table.snapshot()
}

// Subscribe has changed called whenever the kernel has told of a change (of
// virtual addresses that were added, additionPause later), from
// the monitor's goroutines: it must not block, and reads the state back itself.
// Changes that come together may count as one. cancel ends the calls; one may still be under
// way when it returns.
func (m *Monitor) Subscribe(changed func()) (cancel func()) {
	key := &changed
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subscribers[key] = struct{}{}
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.subscribers, key)
	}
}

func (m *Monitor) notify() {
	m.mu.Lock()
	calls := make([]func(), 0, len(m.subscribers))
	for fn := range m.subscribers {
		calls = append(calls, *fn)
	}
	m.mu.Unlock()
	for _, fn := range calls {
		fn()
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
