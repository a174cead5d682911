package netlinkx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// batchSize is how many requests share a send. It is bounded by the default
	// receive buffer of an unprivileged process: each may be answered with an
	// error of up to 1.3 KiB of kernel memory.
	batchSize = 128

	// receiveBuffer holds the largest datagram that the kernel makes of a dump.
	receiveBuffer = 32 << 10

	// replyTimeout is a guard only: the kernel answers before a send returns.
	replyTimeout = 2 * time.Second

	// dumpAttempts is how often a dump is repeated that changes interrupted.
	dumpAttempts = 5
)

// ErrInterrupted means that the kernel's tables changed during each of several
// attempts to list them.
var ErrInterrupted = errors.New("netlinkx: dump interrupted by changes")

// Conn is a rtnetlink connection for requests. It may be used by several
// goroutines; requests wait for one another.
type Conn struct {
	mu sync.Mutex
	nl *netlink.Conn
}

// Dial opens a connection in the network namespace ns.
func Dial(ns int) (*Conn, error) {
	nl, err := dial(ns, 0)
	if err != nil {
		return nil, err
	}
	return &Conn{nl: nl}, nil
}

func dial(ns int, groups uint32) (*netlink.Conn, error) {
	nl, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{
		Groups:            groups,
		NetNS:             max(ns, 0),
		Strict:            true,
		MessageBufferSize: receiveBuffer,
	})
	if err != nil {
		return nil, fmt.Errorf("netlinkx: dial: %w", err)
	}
	return nl, nil
}

// Close closes the connection.
func (c *Conn) Close() error { return c.nl.Close() }

// Do sends requests in order and returns their errors by position, or nil when
// all succeeded. A failed request does not keep the ones behind it from being
// tried. The requests' flags and sequence numbers are filled in; NLM_F_REQUEST
// and NLM_F_ACK need not be set.
func (c *Conn) Do(requests []netlink.Message) []error {
	c.mu.Lock()
	defer c.mu.Unlock()

	var errs []error
	for first := 0; first < len(requests); first += batchSize {
		batch := requests[first:min(first+batchSize, len(requests))]
		c.do(batch, func(i int, err error) {
			if errs == nil {
				errs = make([]error, len(requests))
			}
			errs[first+i] = err
		})
	}
	return errs
}

// do sends one batch. Only its last request asks for an acknowledgement: errors
// come without asking, and in order, so that the last answer ends the batch.
// That takes a third of the time of acknowledging each.
func (c *Conn) do(batch []netlink.Message, fail func(i int, err error)) {
	last := len(batch) - 1
	for i := range batch {
		batch[i].Header.Flags |= netlink.Request
	}
	batch[last].Header.Flags |= netlink.Acknowledge

	failFrom := func(i int, err error) {
		for ; i <= last; i++ {
			fail(i, err)
		}
	}
	if _, err := c.nl.SendMessages(batch); err != nil {
		failFrom(0, err)
		return
	}
	_ = c.nl.SetReadDeadline(time.Now().Add(replyTimeout)) // later than what is urgent
	base := batch[0].Header.Sequence
	for answered := -1; answered < last; {
		replies, err := c.nl.Receive()
		var refused *netlink.OpError
		switch {
		case err == nil:
			for _, r := range replies {
				if at := int(int32(r.Header.Sequence - base)); at >= 0 && at <= last {
					answered = max(answered, at)
				}
			}
		case errors.As(err, &refused) && refused.Sequence != 0:
			if at := int(int32(refused.Sequence - base)); at >= 0 && at <= last {
				fail(at, err)
				answered = max(answered, at)
			}
		default:
			// Answers are lost: nobody knows what happened to the rest.
			failFrom(answered+1, err)
			return
		}
	}
}

// Interfaces lists the interfaces and their addresses. Entries that do not
// parse are left out.
func (c *Conn) Interfaces() ([]Interface, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	var list []Interface
	at := make(map[int]int)
	links, err := c.dump(unix.RTM_GETLINK, make([]byte, ifInfoLen))
	if err != nil {
		return nil, err
	}
	for _, m := range links {
		var i Interface
		if decodeLink(m.Data, &i) == nil {
			at[i.Index] = len(list)
			list = append(list, i)
		}
	}
	addresses, err := c.dump(unix.RTM_GETADDR, make([]byte, ifAddrLen))
	if err != nil {
		return nil, err
	}
	for _, m := range addresses {
		index, a, err := decodeAddress(m.Data)
		if n, ok := at[index]; ok && err == nil {
			list[n].Addresses = append(list[n].Addresses, a)
		}
	}
	return list, nil
}

// Addresses lists the addresses of one interface, IPv4 first. An interface that
// does not exist has none.
func (c *Conn) Addresses(index int) ([]Address, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	request := make([]byte, ifAddrLen)
	binary.NativeEndian.PutUint32(request[4:], uint32(index))
	messages, err := c.dump(unix.RTM_GETADDR, request)
	switch {
	case errors.Is(err, unix.ENODEV):
		return nil, nil
	case err != nil:
		return nil, err
	}
	list := make([]Address, 0, len(messages))
	for _, m := range messages {
		if on, a, err := decodeAddress(m.Data); err == nil && on == index {
			list = append(list, a)
		}
	}
	return list, nil
}

// dump repeats a request that changes have interrupted, whose answer may miss
// entries that have been there all the time.
func (c *Conn) dump(kind netlink.HeaderType, body []byte) ([]netlink.Message, error) {
	request := netlink.Message{
		Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Dump},
		Data:   body,
	}
	for range dumpAttempts {
		_ = c.nl.SetReadDeadline(time.Now().Add(replyTimeout))
		messages, err := c.nl.Execute(request)
		if err != nil {
			return nil, fmt.Errorf("netlinkx: list: %w", err)
		}
		if !interrupted(messages) {
			return messages, nil
		}
	}
	return nil, ErrInterrupted
}

func interrupted(messages []netlink.Message) bool {
	for _, m := range messages {
		if m.Header.Flags&netlink.DumpInterrupted != 0 {
			return true
		}
	}
	return false
}
