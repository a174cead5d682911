package netlinkx

import (
	"encoding/binary"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// lasting is testAddress with lifetimes.
func lasting(kind netlink.HeaderType, flags byte, seconds uint32) netlink.Message {
	info := make([]byte, unix.SizeofIfaCacheinfo)
	binary.NativeEndian.PutUint32(info, seconds)
	binary.NativeEndian.PutUint32(info[4:], seconds)
	b := append([]byte(nil), testAddress...)
	b[2] = flags
	return netlink.Message{
		Header: netlink.Header{Type: kind},
		Data:   attributes(b, func(ae *netlink.AttributeEncoder) { ae.Bytes(unix.IFA_CACHEINFO, info) }),
	}
}

// A renewed lifetime costs no list; whatever else may be behind a notification
// costs one.
func TestTableIgnoresRenewals(t *testing.T) {
	_, a, err := decodeAddress(lasting(unix.RTM_NEWADDR, 0, 2).Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		before   func(t *table)
		messages []netlink.Message
		dirty    bool
	}{
		{"renewed", nil, []netlink.Message{lasting(unix.RTM_NEWADDR, 0, 7)}, false},
		{"new", func(t *table) { t.setAddresses(3, nil) }, []netlink.Message{lasting(unix.RTM_NEWADDR, 0, 7)}, true},
		{"other flags", nil, []netlink.Message{lasting(unix.RTM_NEWADDR, unix.IFA_F_DEPRECATED, 7)}, true},
		{"gone and back", nil, []netlink.Message{lasting(unix.RTM_DELADDR, 0, 7), lasting(unix.RTM_NEWADDR, 0, 7)}, true},
		{"back, while the list that lacks it is being made", func(t *table) { t.asked = map[int]struct{}{3: {}} }, []netlink.Message{lasting(unix.RTM_NEWADDR, 0, 7)}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := newTable([]Interface{{Index: 3, Name: "eth0", Addresses: []Address{a}}})
			if tt.before != nil {
				tt.before(&table)
			}
			for _, m := range tt.messages {
				if changed, err := table.apply(m); changed || err != nil {
					t.Errorf("changed %v, %v", changed, err)
				}
			}
			if dirty := len(table.dirty) > 0; dirty != tt.dirty {
				t.Errorf("to be listed: %v, want %v", dirty, tt.dirty)
			}
		})
	}
}
