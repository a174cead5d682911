package vip

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/internal/ether"
)

const (
	arpEthernet = 1
	arpIPv4     = 0x0800
	arpRequest  = 1
	arpReply    = 2
)

var broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// AppendGARP appends the Ethernet frame of a gratuitous ARP request for the
// IPv4 address addr at the hardware address mac: 42 octets, RFC 9568 section
// 8.1.2 in the form that keepalived and FRR send. mac must be six octets long.
func AppendGARP(b []byte, mac net.HardwareAddr, addr netip.Addr) []byte {
	return appendARP(b, arpRequest, mac, broadcast, addr) // the RFC has the sender's as the target; receivers ignore it
}

// AppendGARPReply appends the same as a reply (RFC 5944 section 4.6), which
// some neighbours insist on.
func AppendGARPReply(b []byte, mac net.HardwareAddr, addr netip.Addr) []byte {
	return appendARP(b, arpReply, mac, mac, addr)
}

func appendARP(b []byte, operation uint16, mac, target net.HardwareAddr, addr netip.Addr) []byte {
	ip := addr.As4()
	b = ether.AppendHeader(b, broadcast, mac, ether.TypeARP)
	b = binary.BigEndian.AppendUint16(b, arpEthernet)
	b = binary.BigEndian.AppendUint16(b, arpIPv4)
	b = append(b, ether.AddrLen, 4)
	b = binary.BigEndian.AppendUint16(b, operation)
	b = append(b, mac...)
	b = append(b, ip[:]...)
	b = append(b, target...)
	return append(b, ip[:]...)
}
