package netlinkx

import (
	"errors"
	"testing"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/netlink/nltest"
	"golang.org/x/sys/unix"
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
