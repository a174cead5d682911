package netlinkx

import (
	"encoding/binary"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// SetAddress returns the request that puts a on the interface index, or brings
// an address that is there already to a's flags, lifetimes and protocol. The
// kernel keeps an existing address's scope, label and broadcast, and of an IPv6
// address also the prefix length.
func SetAddress(index int, a Address) (netlink.Message, error) {
	m, err := addressMessage(unix.RTM_NEWADDR, netlink.Create|netlink.Replace, index, a)
	if err != nil {
		return m, err
	}
	var word [4]byte
	binary.NativeEndian.PutUint32(word[:], a.Flags)
	b := appendAttribute(m.Data, unix.IFA_FLAGS, word[:])
	if a.Label != "" {
		b = appendAttribute(b, unix.IFA_LABEL, append([]byte(a.Label), 0))
	}
	if a.Broadcast.IsValid() {
		b = appendAttribute(b, unix.IFA_BROADCAST, a.Broadcast.AsSlice())
	}
	if a.Metric != 0 {
		binary.NativeEndian.PutUint32(word[:], a.Metric)
		b = appendAttribute(b, unix.IFA_RT_PRIORITY, word[:])
	}
	if a.Protocol != 0 {
		b = appendAttribute(b, ifaProto, []byte{a.Protocol})
	}
	var info [unix.SizeofIfaCacheinfo]byte
	binary.NativeEndian.PutUint32(info[:], a.Preferred)
	binary.NativeEndian.PutUint32(info[4:], a.Valid)
	m.Data = appendAttribute(b, unix.IFA_CACHEINFO, info[:])
	return m, nil
}

// DeleteAddress returns the request that removes the address, prefix length and
// peer of a from the interface index. It fails with EADDRNOTAVAIL if there is
// none.
func DeleteAddress(index int, a Address) (netlink.Message, error) {
	return addressMessage(unix.RTM_DELADDR, 0, index, Address{Prefix: a.Prefix, Peer: a.Peer})
}

// addressMessage leaves room for the attributes that SetAddress adds: a message
// is one allocation, since it is made while a takeover waits.
func addressMessage(kind netlink.HeaderType, flags netlink.HeaderFlags, index int, a Address) (netlink.Message, error) {
	if !a.Prefix.IsValid() {
		return netlink.Message{}, fmt.Errorf("netlinkx: invalid address %v", a.Prefix)
	}
	family, address := byte(unix.AF_INET6), a.Prefix.Addr().AsSlice()
	if a.Prefix.Addr().Is4() {
		family = unix.AF_INET
	}
	b := make([]byte, ifAddrLen, 128)
	b[0], b[1], b[2], b[3] = family, byte(a.Prefix.Bits()), byte(a.Flags), a.Scope
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	b = appendAttribute(b, unix.IFA_LOCAL, address)
	if a.Peer.IsValid() {
		address = a.Peer.AsSlice()
	}
	b = appendAttribute(b, unix.IFA_ADDRESS, address)
	return netlink.Message{Header: netlink.Header{Type: kind, Flags: flags}, Data: b}, nil
}

// appendAttribute appends an attribute and pads it.
func appendAttribute(b []byte, kind uint16, value []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(unix.SizeofRtAttr+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, value...)
	for len(b)%unix.RTA_ALIGNTO != 0 {
		b = append(b, 0)
	}
	return b
}
