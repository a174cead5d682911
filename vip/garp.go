package vip

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/internal/ether"
)

// AppendGARP appends the Ethernet frame of a gratuitous ARP request for the
// IPv4 address addr at the hardware address mac: 42 octets, RFC 9568 section
// 8.1.2 in the form that keepalived and FRR send. mac must be six octets long.
func AppendGARP(b []byte, mac net.HardwareAddr, addr netip.Addr) []byte {
	const hardwareEthernet, protocolIPv4, request = 1, 0x0800, 1
	broadcast := net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	ip := addr.As4()

	b = ether.AppendHeader(b, broadcast, mac, ether.TypeARP)
	b = binary.BigEndian.AppendUint16(b, hardwareEthernet)
	b = binary.BigEndian.AppendUint16(b, protocolIPv4)
	b = append(b, ether.AddrLen, 4)
	b = binary.BigEndian.AppendUint16(b, request)
	b = append(b, mac...)
	b = append(b, ip[:]...)
	b = append(b, broadcast...) // the RFC has the sender's here; receivers ignore it
	return append(b, ip[:]...)
}
