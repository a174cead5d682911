package netlinkx

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func attributes(b []byte, fill func(ae *netlink.AttributeEncoder)) []byte {
	ae := netlink.NewAttributeEncoder()
	fill(ae)
	encoded, err := ae.Encode()
	if err != nil {
		panic(err)
	}
	return slices.Concat(b, encoded)
}

// testAddress is 192.0.2.7/24 on interface 3.
var testAddress = attributes([]byte{unix.AF_INET, 24, 0, 0, 3, 0, 0, 0}, func(ae *netlink.AttributeEncoder) {
	ae.Bytes(unix.IFA_LOCAL, []byte{192, 0, 2, 7})
})

// linkBody is the fixed part of a link message. Native order; these tests
// share the machine's.
func linkBody(family byte, index int, flags uint32) []byte {
	b := make([]byte, ifInfoLen)
	b[0] = family
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	binary.NativeEndian.PutUint32(b[8:], flags)
	return b
}

func link(family byte, index int, flags uint32, name string) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: unix.RTM_NEWLINK},
		Data: attributes(linkBody(family, index, flags), func(ae *netlink.AttributeEncoder) {
			if name != "" {
				ae.String(unix.IFLA_IFNAME, name)
			}
		}),
	}
}

const running = unix.IFF_UP | unix.IFF_LOWER_UP | unix.IFF_RUNNING

func TestTable(t *testing.T) {
	del := func(m netlink.Message) netlink.Message {
		m.Header.Type = unix.RTM_DELLINK
		return m
	}
	for _, tc := range []struct {
		name     string
		messages []netlink.Message
		want     []string // names by index order
		why      string   // of the first
	}{
		{"appears", []netlink.Message{link(0, 2, running, "eth0")}, []string{"eth0"}, ""},
		{"no carrier", []netlink.Message{link(0, 2, unix.IFF_UP, "eth0")}, []string{"eth0"}, "no carrier"},
		{"dormant", []netlink.Message{link(0, 2, unix.IFF_UP|unix.IFF_LOWER_UP|unix.IFF_DORMANT, "eth0")}, []string{"eth0"}, "dormant"},
		{"lower layer", []netlink.Message{link(0, 2, unix.IFF_UP|unix.IFF_LOWER_UP, "eth0")}, []string{"eth0"}, "lower layer down"},
		{"a message without a name keeps it", []netlink.Message{link(0, 2, running, "eth0"), link(0, 2, 0, "")}, []string{"eth0"}, "administratively down"},
		{"a nameless stranger", []netlink.Message{link(0, 2, running, "")}, nil, ""},
		{"goes", []netlink.Message{link(0, 2, running, "eth0"), del(link(0, 2, 0, "eth0"))}, nil, ""},
		{"leaves its bridge", []netlink.Message{link(0, 2, running, "eth0"), del(link(unix.AF_BRIDGE, 2, 0, "eth0"))}, []string{"eth0"}, ""},
		{
			"names swapped through a third",
			[]netlink.Message{link(0, 2, running, "a"), link(0, 3, running, "b"), link(0, 2, running, "t"), link(0, 3, running, "a"), link(0, 2, running, "b")},
			[]string{"b", "a"}, "",
		},
		{
			"a name taken over before its end is heard of",
			[]netlink.Message{link(0, 2, running, "eth0"), link(0, 3, running, "eth0"), del(link(0, 2, running, "eth0"))},
			[]string{"eth0"}, "",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			table := newTable(nil)
			for _, m := range tc.messages {
				if _, err := table.apply(m); err != nil {
					t.Fatal(err)
				}
			}
			var names []string
			for _, i := range table.snapshot() {
				names = append(names, i.Name)
				if found, ok := table.byName(i.Name); !ok || found.Index != i.Index {
					t.Errorf("byName(%q) = %+v", i.Name, found)
				}
				if len(names) == 1 && i.Why != tc.why {
					t.Errorf("why %q, want %q", i.Why, tc.why)
				}
			}
			if !slices.Equal(names, tc.want) {
				t.Errorf("got %q, want %q", names, tc.want)
			}
			if len(table.names) != len(table.links) {
				t.Errorf("%d names for %d links", len(table.names), len(table.links))
			}
		})
	}
}

func TestTableReportsOnlyChanges(t *testing.T) {
	table := newTable(nil)
	for n, want := range []bool{true, false, false} {
		if changed, err := table.apply(link(0, 2, running, "eth0")); changed != want || err != nil {
			t.Errorf("message %d: changed %v, %v", n, changed, err)
		}
	}
	// Lists of interfaces that have vanished meanwhile come too late.
	list := []Address{{Prefix: netip.MustParsePrefix("192.0.2.1/24")}}
	table.setAddresses(2, list)
	table.setAddresses(9, list)
	if all := table.snapshot(); len(all) != 1 || !slices.Equal(all[0].Addresses, list) {
		t.Errorf("%+v", all)
	}
}

func TestDecodeAddress(t *testing.T) {
	head := []byte{unix.AF_INET, 24, unix.IFA_F_PERMANENT, unix.RT_SCOPE_LINK, 3, 0, 0, 0}
	index, a, err := decodeAddress(attributes(head, func(ae *netlink.AttributeEncoder) {
		ae.Bytes(unix.IFA_ADDRESS, []byte{198, 51, 100, 1}) // the peer
		ae.Bytes(unix.IFA_LOCAL, []byte{192, 0, 2, 7})
		ae.String(unix.IFA_LABEL, "eth0:web")
	}))
	want := Address{
		Prefix: netip.MustParsePrefix("192.0.2.7/24"), Flags: unix.IFA_F_PERMANENT,
		Scope: unix.RT_SCOPE_LINK, Label: "eth0:web", Preferred: Forever, Valid: Forever,
		Peer: netip.MustParseAddr("198.51.100.1"),
	}
	if err != nil || index != 3 || a != want {
		t.Errorf("%d, %+v, %v", index, a, err)
	}
	for name, b := range map[string][]byte{
		"short":       head[:7],
		"no address":  head,
		"odd length":  attributes(head, func(ae *netlink.AttributeEncoder) { ae.Bytes(unix.IFA_LOCAL, []byte{1, 2, 3}) }),
		"long prefix": append([]byte{unix.AF_INET, 33}, testAddress[2:]...),
		"cut":         testAddress[:len(testAddress)-1],
	} {
		if _, _, err := decodeAddress(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add(uint16(unix.RTM_NEWLINK), link(0, 2, running, "eth0").Data)
	f.Add(uint16(unix.RTM_NEWADDR), testAddress)
	f.Add(uint16(unix.RTM_NEWNETCONF), attributes([]byte{unix.AF_INET6, 0, 0, 0}, func(ae *netlink.AttributeEncoder) {
		ae.Int32(netconfaIfindex, 2)
		ae.Int32(netconfaForwarding, 1)
	}))
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		table := newTable([]Interface{{Index: 2, Name: "eth0"}, {Index: 3, Name: "eth1"}})
		changed, err := table.apply(netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(kind)}, Data: data})
		if err != nil && (changed || !errors.Is(err, ErrMalformed)) {
			t.Errorf("changed %v, %v", changed, err)
		}
		if len(table.names) > len(table.links) {
			t.Errorf("%d names for %d links", len(table.names), len(table.links))
		}
	})
}
