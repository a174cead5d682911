package netlinkx

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/netlink/nltest"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func TestInterruptedListsAreRepeated(t *testing.T) {
	for _, tc := range []struct {
		name        string
		interrupted int // answers
		err         error
	}{
		{"once", 1, nil},
		{"four times", 4, nil},
		{"always", 100, ErrInterrupted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			asked := 0
			c := &Conn{nl: nltest.Dial(func(req []netlink.Message) ([]netlink.Message, error) {
				asked++
				answer := netlink.Message{
					Header: netlink.Header{Type: unix.RTM_NEWADDR, Flags: netlink.Multi, Sequence: req[0].Header.Sequence},
					Data:   testAddress,
				}
				if asked <= tc.interrupted {
					answer.Header.Flags |= netlink.DumpInterrupted
				}
				return nltest.Multipart([]netlink.Message{answer, {}})
			})}
			list, err := c.Addresses(3)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err == nil && (asked != tc.interrupted+1 || len(list) != 1) {
				t.Errorf("asked %d times, got %v", asked, list)
			}
		})
	}
}

func TestDoReportsErrorsByPosition(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	c, err := Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	list, err := c.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list, func(i Interface) bool { return i.Name == "eth0" })
	index := list[at].Index

	// More than one batch, every third of them impossible.
	var requests []netlink.Message
	for n := range 400 {
		on := index
		if n%3 == 0 {
			on = 9999
		}
		m, err := SetAddress(on, Address{Prefix: netip.MustParsePrefix(fmt.Sprintf("10.1.%d.%d/32", n/200, n%200)), Valid: Forever, Preferred: Forever})
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, m)
	}
	errs := c.Do(requests)
	if len(errs) != len(requests) {
		t.Fatalf("%d errors", len(errs))
	}
	for n, err := range errs {
		if (n%3 == 0) != errors.Is(err, unix.ENODEV) || (n%3 != 0) != (err == nil) {
			t.Fatalf("request %d: %v", n, err)
		}
	}
	list2, err := c.Addresses(index)
	if err != nil || len(list2) != 266+2 {
		t.Errorf("%d addresses, %v", len(list2), err)
	}
	if none, err := c.Addresses(9999); err != nil || none != nil {
		t.Errorf("unknown interface: %v, %v", none, err)
	}

	gone, _ := DeleteAddress(index, Address{Prefix: netip.MustParsePrefix("203.0.113.1/32")})
	there, _ := DeleteAddress(index, Address{Prefix: netip.MustParsePrefix("10.1.0.1/32")})
	errs = c.Do([]netlink.Message{gone, there})
	if len(errs) != 2 || !errors.Is(errs[0], unix.EADDRNOTAVAIL) || errs[1] != nil {
		t.Errorf("delete: %v", errs)
	}
	if errs := c.Do(nil); errs != nil {
		t.Errorf("nothing: %v", errs)
	}
}

func TestSetAddressOptions(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	c, err := Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	set := func(a Address) {
		t.Helper()
		ifi := 0
		list, _ := c.Interfaces()
		for _, i := range list {
			if i.Name == "eth0" {
				ifi = i.Index
			}
		}
		m, err := SetAddress(ifi, a)
		if err != nil {
			t.Fatal(err)
		}
		if errs := c.Do([]netlink.Message{m}); errs != nil {
			t.Fatal(errs)
		}
		back, err := c.Addresses(ifi)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(back, func(b Address) bool { return b.Prefix == a.Prefix })
		if at < 0 {
			t.Fatalf("%v is missing", a.Prefix)
		}
		got := back[at]
		got.Flags &^= unix.IFA_F_PERMANENT | unix.IFA_F_SECONDARY | unix.IFA_F_DEPRECATED
		if got != a {
			t.Errorf("got  %+v\nwant %+v", got, a)
		}
	}
	set(Address{Prefix: netip.MustParsePrefix("198.51.100.100/24"), Label: "eth0:1", Scope: unix.RT_SCOPE_LINK,
		Broadcast: netip.MustParseAddr("198.51.100.255"), Protocol: 18, Valid: Forever, Preferred: Forever})
	// Again, with an end: the label stays.
	set(Address{Prefix: netip.MustParsePrefix("198.51.100.100/24"), Label: "eth0:1", Scope: unix.RT_SCOPE_LINK,
		Broadcast: netip.MustParseAddr("198.51.100.255"), Protocol: 19, Valid: 60, Preferred: 30})
	set(Address{Prefix: netip.MustParsePrefix("2001:db8::100/128"), Flags: unix.IFA_F_NODAD, Protocol: 18, Valid: Forever})
}

func TestOtherNamespaceNeedsDescriptor(t *testing.T) {
	f, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := NewMonitor(int(f.Fd())); err == nil {
		t.Error("a file that is no namespace was accepted")
	}
}
