package vip

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/internal/ether"
)

const (
	naLength    = 32 // ICMPv6 header, target, and the link-layer address option
	naHopLimit  = 255
	naType      = 136
	naRouter    = 1 << 31
	naOverride  = 1 << 29
	protoICMPv6 = 58
)

// AppendNA appends the Ethernet frame of an unsolicited neighbour advertisement
// (RFC 4861 section 7.2.6, RFC 9568 section 8.2.2) for the IPv6 address addr at
// the hardware address mac, to all nodes: 86 octets. The Override flag is set,
// the Router flag if router is. mac must be six octets long.
func AppendNA(b []byte, mac net.HardwareAddr, addr netip.Addr, router bool) []byte {
	allNodes := netip.IPv6LinkLocalAllNodes().As16()
	ip := addr.As16()
	flags := uint32(naOverride)
	if router {
		flags |= naRouter
	}
	b = ether.AppendHeader(b, net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}, mac, ether.TypeIPv6)
	b = binary.BigEndian.AppendUint32(b, 6<<28) // version 6
	b = binary.BigEndian.AppendUint16(b, naLength)
	b = append(b, protoICMPv6, naHopLimit)
	b = append(b, ip[:]...)
	b = append(b, allNodes[:]...)

	message := len(b)
	b = append(b, naType, 0, 0, 0) // code, checksum
	b = binary.BigEndian.AppendUint32(b, flags)
	b = append(b, ip[:]...)
	b = append(b, 2, 1) // target link-layer address, in units of eight octets
	b = append(b, mac...)

	// The checksum covers a pseudo header too: addresses, length, next header.
	sum := checksum(b[message-32:], naLength+protoICMPv6)
	binary.BigEndian.PutUint16(b[message+2:], sum)
	return b
}

// checksum returns the Internet checksum of b, whose length is even, and of
// what has been added up before.
func checksum(b []byte, sum uint32) uint16 {
	for ; len(b) > 0; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
