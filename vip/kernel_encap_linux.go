package vip

import (
	"encoding/binary"
	"net/netip"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// The attributes of a lightweight tunnel over IP; those over IPv6 have the same
// numbers.
const (
	lwtID = 1 + iota
	lwtDestination
	lwtSource
	lwtTTL
	lwtTOS
	lwtFlags
)

// ilaLocator is ILA_ATTR_LOCATOR.
const ilaLocator = 1

func (e Encap) encode(ae *netlink.AttributeEncoder) error {
	switch e.Type {
	case EncapMPLS:
		labels, err := e.labels()
		if err != nil {
			return err
		}
		var stack []byte
		for i, l := range labels {
			entry := l << 12
			if i == len(labels)-1 {
				entry |= 1 << 8 // bottom of the stack
			}
			stack = binary.BigEndian.AppendUint32(stack, entry)
		}
		ae.Bytes(unix.MPLS_IPTUNNEL_DST, stack)
		if e.TTL != 0 {
			ae.Uint8(unix.MPLS_IPTUNNEL_TTL, e.TTL)
		}
		return nil
	case EncapILA:
		ae.Bytes(ilaLocator, binary.BigEndian.AppendUint64(nil, e.Locator))
		return nil
	}
	if e.ID != 0 {
		ae.Bytes(lwtID, binary.BigEndian.AppendUint64(nil, e.ID))
	}
	for kind, a := range map[uint16]netip.Addr{lwtDestination: e.Destination, lwtSource: e.Source} {
		if a.IsValid() {
			ae.Bytes(kind, a.AsSlice())
		}
	}
	if e.TTL != 0 {
		ae.Uint8(lwtTTL, e.TTL)
	}
	if e.TOS != 0 {
		ae.Uint8(lwtTOS, e.TOS)
	}
	if e.Flags != 0 {
		ae.Bytes(lwtFlags, binary.BigEndian.AppendUint16(nil, e.Flags))
	}
	return nil
}
