package rawsock

import (
	"encoding/binary"
	"net/netip"
)

// headerSize is the size of an IPv4 header without options (ENC-08).
const headerSize = 20

// putHeader writes p's IPv4 header: DF clear, no options. The checksum is left
// to the kernel, which fills in the source too where it is zero.
func putHeader(h *[headerSize]byte, p *Packet, id uint16) {
	*h = [headerSize]byte{0: 4<<4 | headerSize/4, 1: p.TOS, 8: p.TTL, 9: p.Protocol}
	binary.BigEndian.PutUint16(h[2:], uint16(headerSize+len(p.Payload)))
	binary.BigEndian.PutUint16(h[4:], id)
	if p.Protocol == 0 {
		h[9] = Protocol
	}
	if p.Source.Is4() {
		src := p.Source.As4()
		copy(h[12:], src[:])
	}
	dst := p.Destination.As4()
	copy(h[16:], dst[:])
}

// parseHeader takes an IPv4 packet apart; the payload stays in b. Options are
// skipped (ENC-08). It reports whether the header is whole: the kernel delivers
// no other.
func parseHeader(b []byte, p *Packet) bool {
	if len(b) < headerSize || b[0]>>4 != 4 {
		return false
	}
	size := int(b[0]&0x0f) * 4
	if size < headerSize || size > len(b) {
		return false
	}
	p.Payload = b[size:]
	p.TOS = b[1]
	p.ID = binary.BigEndian.Uint16(b[4:])
	p.TTL = b[8]
	p.Protocol = b[9]
	p.Source = netip.AddrFrom4([4]byte(b[12:]))
	p.Destination = netip.AddrFrom4([4]byte(b[16:]))
	return true
}
