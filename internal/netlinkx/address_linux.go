package netlinkx

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// SetAddress returns the request that puts a on the interface index, or brings
// an address that is there already to a's flags, lifetimes and protocol. The
// kernel keeps an existing address's scope, label and broadcast, and of an IPv6
// address also the prefix length.
func SetAddress(index int, a Address) (netlink.Message, error) {
	return addressMessage(unix.RTM_NEWADDR, netlink.Create|netlink.Replace, index, a, func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.IFA_FLAGS, a.Flags)
		if a.Label != "" {
			ae.String(unix.IFA_LABEL, a.Label)
		}
		if a.Broadcast.IsValid() {
			ae.Bytes(unix.IFA_BROADCAST, a.Broadcast.AsSlice())
		}
		if a.Protocol != 0 {
			ae.Uint8(ifaProto, a.Protocol)
		}
		info := make([]byte, unix.SizeofIfaCacheinfo)
		binary.NativeEndian.PutUint32(info, a.Preferred)
		binary.NativeEndian.PutUint32(info[4:], a.Valid)
		ae.Bytes(unix.IFA_CACHEINFO, info)
	})
}

// DeleteAddress returns the request that removes the address and prefix length
// p from the interface index. It fails with EADDRNOTAVAIL if there is none.
func DeleteAddress(index int, p netip.Prefix) (netlink.Message, error) {
	return addressMessage(unix.RTM_DELADDR, 0, index, Address{Prefix: p}, nil)
}

func addressMessage(
	kind netlink.HeaderType, flags netlink.HeaderFlags, index int, a Address, more func(*netlink.AttributeEncoder),
) (netlink.Message, error) {
	if !a.Prefix.IsValid() {
		return netlink.Message{}, fmt.Errorf("netlinkx: invalid address %v", a.Prefix)
	}
	family := byte(unix.AF_INET6)
	if a.Prefix.Addr().Is4() {
		family = unix.AF_INET
	}
	ae := netlink.NewAttributeEncoder()
	ae.Bytes(unix.IFA_LOCAL, a.Prefix.Addr().AsSlice())
	ae.Bytes(unix.IFA_ADDRESS, a.Prefix.Addr().AsSlice())
	if more != nil {
		more(ae)
	}
	attributes, err := ae.Encode()
	if err != nil {
		return netlink.Message{}, fmt.Errorf("netlinkx: address %v: %w", a.Prefix, err)
	}
	body := make([]byte, ifAddrLen, ifAddrLen+len(attributes))
	body[0], body[1], body[2], body[3] = family, byte(a.Prefix.Bits()), byte(a.Flags), a.Scope
	binary.NativeEndian.PutUint32(body[4:], uint32(index))
	return netlink.Message{
		Header: netlink.Header{Type: kind, Flags: flags},
		Data:   append(body, attributes...),
	}, nil
}
