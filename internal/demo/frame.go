package demo

import (
	"encoding/binary"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// IP protocol numbers and ICMP types.
const (
	protocolICMP  = 1
	protocolICMP6 = 58

	echoReply  = 0
	echoReply6 = 129
)

const (
	etherHeaderLen = 14
	echoHeaderLen  = 8
)

// echoData is what the client has echoed: the number of the probe.
func echoData(seq int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

// read makes a sight of an Ethernet frame that a node has sent: an answer from
// the address, or an advertisement of the virtual router. ok is false for
// anything else.
func read(frame []byte, address netip.Addr, vrid uint8) (s sight, ok bool) {
	src, dst, protocol, payload := ip(frame)
	switch {
	case protocol == packet.Protocol:
		var a packet.Advert
		if _, err := a.Parse(payload, src, dst); err != nil || a.VRID != vrid || src.Is6() != address.Is6() {
			return s, false
		}
		return sight{kind: sawAdvert, priority: a.Priority, interval: a.Interval}, true
	case protocol == protocolICMP && len(payload) >= echoHeaderLen+8 && payload[0] == echoReply,
		protocol == protocolICMP6 && len(payload) >= echoHeaderLen+8 && payload[0] == echoReply6:
		return sight{kind: sawAnswer, seq: int(binary.BigEndian.Uint64(payload[echoHeaderLen:]))}, src == address
	}
	return s, false
}

// ip returns the parts of an IP packet, behind an authentication header too. The
// protocol is 0 if the frame has none.
func ip(frame []byte) (src, dst netip.Addr, protocol byte, payload []byte) {
	const (
		headerLen4, headerLen6 = 20, 40
		authenticationLen      = 12 // the least
	)
	if len(frame) < etherHeaderLen {
		return
	}
	b := frame[etherHeaderLen:]
	switch binary.BigEndian.Uint16(frame[12:]) {
	case 0x0800:
		if len(b) < headerLen4 {
			return
		}
		header, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		if header < headerLen4 || total < header || total > len(b) {
			return
		}
		src, dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		protocol, payload = b[9], b[header:total]
	case 0x86dd:
		if len(b) < headerLen6 || int(binary.BigEndian.Uint16(b[4:])) > len(b)-headerLen6 {
			return
		}
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		protocol, payload = b[6], b[headerLen6:headerLen6+int(binary.BigEndian.Uint16(b[4:]))]
	}
	if protocol == packet.ProtocolAH && len(payload) >= authenticationLen {
		if n := int(payload[1]+2) * 4; n <= len(payload) {
			protocol, payload = payload[0], payload[n:]
		}
	}
	return src, dst, protocol, payload
}
