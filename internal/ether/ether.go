// Package ether builds Ethernet frames and puts them on the wire.
package ether

import (
	"encoding/binary"
	"net"
)

// EtherTypes of the frames that this module sends.
const (
	TypeARP  = 0x0806
	TypeIPv6 = 0x86dd
)

// AddrLen is the length of a hardware address that fits an Ethernet header.
const AddrLen = 6

// AppendHeader appends the 14 octets of an Ethernet II header to b. Both
// addresses must be AddrLen octets long.
func AppendHeader(b []byte, dst, src net.HardwareAddr, etherType uint16) []byte {
	b = append(b, dst[:AddrLen]...)
	b = append(b, src[:AddrLen]...)
	return binary.BigEndian.AppendUint16(b, etherType)
}
