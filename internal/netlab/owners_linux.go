package netlab

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Owners is the record of which hosts have an address.
type Owners struct {
	addr netip.Addr

	mu      sync.Mutex
	changes []Ownership
}

// Ownership says that from a moment on a host has the address or has it not.
type Ownership struct {
	At   time.Time
	Host string
	Has  bool
}

// Owners starts to follow which of the hosts have an address, by their
// kernels' notifications, until the test ends. It begins with those that have it now.
func (l *Lab) Owners(addr string, hosts ...*Host) *Owners {
	l.t.Helper()
	o := &Owners{addr: netip.MustParseAddr(addr)}
	for _, h := range hosts {
		c, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{NetNS: h.fd, Groups: unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR})
		if err != nil {
			l.t.Fatal(err)
		}
		if h.HasAddress(addr) {
			o.note(h.Name, true)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			o.follow(h.Name, c)
		}()
		l.t.Cleanup(func() {
			c.Close()
			<-done
		})
	}
	return o
}

func (o *Owners) follow(host string, c *netlink.Conn) {
	for {
		msgs, err := c.Receive()
		if err != nil {
			return // closed
		}
		for _, m := range msgs {
			isNew := m.Header.Type == unix.RTM_NEWADDR
			if (isNew || m.Header.Type == unix.RTM_DELADDR) && address(m.Data) == o.addr {
				o.note(host, isNew)
			}
		}
	}
}

// address returns the address that a message speaks of.
func address(msg []byte) (addr netip.Addr) {
	if len(msg) < unix.SizeofIfAddrmsg {
		return addr
	}
	ad, err := netlink.NewAttributeDecoder(msg[unix.SizeofIfAddrmsg:])
	if err != nil {
		return addr
	}
	for ad.Next() {
		// With both, as IPv4 has them, LOCAL is the address and comes second.
		if ad.Type() == unix.IFA_ADDRESS || ad.Type() == unix.IFA_LOCAL {
			addr, _ = netip.AddrFromSlice(ad.Bytes())
		}
	}
	return addr
}

func (o *Owners) note(host string, has bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	had := false
	for _, c := range o.changes {
		if c.Host == host {
			had = c.Has
		}
	}
	if had != has {
		o.changes = append(o.changes, Ownership{At: time.Now(), Host: host, Has: has})
	}
}

// Changes returns what happened so far, in order.
func (o *Owners) Changes() []Ownership {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.changes)
}

// Together returns the longest time for which two or more hosts had the
// address at once, up to now.
func (o *Owners) Together() time.Duration {
	return o.longest(func(owners int) bool { return owners >= 2 })
}

// Nobody returns the longest time for which no host had the address, up to
// now and counted from the first one that had.
func (o *Owners) Nobody() time.Duration {
	return o.longest(func(owners int) bool { return owners == 0 })
}

func (o *Owners) longest(match func(owners int) bool) (longest time.Duration) {
	changes := o.Changes()
	owners := 0
	for i, c := range changes {
		if c.Has {
			owners++
		} else {
			owners--
		}
		end := time.Now()
		if i+1 < len(changes) {
			end = changes[i+1].At
		}
		if match(owners) {
			longest = max(longest, end.Sub(c.At))
		}
	}
	return longest
}
