package netlinkx

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Of virtual addresses only the adding may wait: what is lost, what is a duplicate
// and what others add is told at once.
func TestMonitorTellsUrgentFromOther(t *testing.T) {
	lab := netlab.New(t)
	h, other := lab.Host("h", "192.0.2.1/24"), lab.Host("other")
	h.Sysctl("net/ipv6/conf/eth0/accept_dad=1", "net/ipv6/conf/eth0/dad_transmits=1", "net/ipv6/neigh/eth0/retrans_time_ms=20")
	other.IP("addr add 2001:db8::7/64 dev eth0 nodad")
	m, err := NewMonitor(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	eth0, _ := m.Interface("eth0")
	address := func(prefix string, protocol uint8) Address {
		return Address{Prefix: netip.MustParsePrefix(prefix), Protocol: protocol, Valid: Forever, Preferred: Forever}
	}
	type message struct {
		kind   netlink.HeaderType
		prefix string
	}
	read := func(list []netlink.Message) (all []message) {
		for _, m := range list {
			if index, a, err := decodeAddress(m.Data); err == nil && index == eth0.Index {
				all = append(all, message{m.Header.Type, a.Prefix.String()})
			}
		}
		return all
	}
	urgent := func() (all []message) {
		for {
			_ = m.events.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			list, err := m.events.Receive()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return all
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, read(list)...)
		}
	}
	later := func() []message {
		list, err := m.additions.receive(make([]byte, receiveBuffer))
		if err != nil {
			t.Fatal(err)
		}
		return read(list)
	}
	added := func(prefix string) []message { return []message{{unix.RTM_NEWADDR, prefix}} }
	for _, tt := range []struct {
		name          string
		request       func(int, Address) (netlink.Message, error)
		address       Address
		urgent, later []message
	}{
		{"virtual", SetAddress, address("198.51.100.1/24", Protocol), nil, added("198.51.100.1/24")},
		{"renewed", SetAddress, address("198.51.100.1/24", Protocol), nil, added("198.51.100.1/24")},
		{"taken over by another", SetAddress, address("198.51.100.1/24", 3), added("198.51.100.1/24"), nil},
		{"no virtual one", SetAddress, address("198.51.100.2/24", 0), added("198.51.100.2/24"), nil},
		{"virtual, IPv6", SetAddress, Address{
			Prefix: netip.MustParsePrefix("2001:db8::6/64"), Protocol: Protocol, Flags: unix.IFA_F_NODAD, Valid: Forever, Preferred: Forever,
		}, nil, added("2001:db8::6/64")},
		{"removed", DeleteAddress, address("2001:db8::6/64", 0), []message{{unix.RTM_DELADDR, "2001:db8::6/64"}}, nil},
	} {
		urgent()
		later()
		request, err := tt.request(eth0.Index, tt.address)
		if err != nil {
			t.Fatal(err)
		}
		if errs := m.lists.Do([]netlink.Message{request}); errs != nil {
			t.Fatal(errs)
		}
		var now, then []message
		netlab.Eventually(t, 5*time.Second, tt.name+" to be told", func() bool { // IPv6 is late
			now, then = append(now, urgent()...), append(then, later()...)
			return len(now) >= len(tt.urgent) && len(then) >= len(tt.later)
		})
		if !slices.Equal(now, tt.urgent) || !slices.Equal(then, tt.later) {
			t.Errorf("%s: at once %v, later %v, want %v and %v", tt.name, now, then, tt.urgent, tt.later)
		}
	}

	duplicate, err := SetAddress(eth0.Index, address("2001:db8::7/64", Protocol))
	if err != nil {
		t.Fatal(err)
	}
	if errs := m.lists.Do([]netlink.Message{duplicate}); errs != nil {
		t.Fatal(errs)
	}
	netlab.Eventually(t, 5*time.Second, "the duplicate to be told", func() bool {
		return slices.Contains(urgent(), message{unix.RTM_NEWADDR, "2001:db8::7/64"})
	})
}

// A takeover costs one list, not one for each address.
func TestMonitorTakesAdditionsTogether(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m := startMonitor(t, h)
	c, err := Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var calls atomic.Int32
	m.Subscribe(func() { calls.Add(1) })
	eth0, _ := m.Interface("eth0")
	start := time.Now()
	for n := range 100 {
		request, err := SetAddress(eth0.Index, Address{
			Prefix: netip.MustParsePrefix(fmt.Sprintf("10.0.0.%d/32", n)), Protocol: Protocol, Valid: Forever, Preferred: Forever,
		})
		if err != nil {
			t.Fatal(err)
		}
		if errs := c.Do([]netlink.Message{request}); errs != nil {
			t.Fatal(errs)
		}
	}
	await(t, m, "eth0", "to have all addresses", func(i Interface, _ bool) bool { return len(i.Addresses) == 102 })
	if n, most := calls.Load(), time.Since(start)/additionPause+1; int64(n) > int64(most) {
		t.Errorf("told %d times in %v", n, time.Since(start))
	}
}
