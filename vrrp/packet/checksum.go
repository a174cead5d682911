package packet

import (
	"encoding/binary"
	"net/netip"
)

// ChecksumForm says what a version 3 checksum over IPv4 covers: implementations
// disagree. For version 2 it is always MessageOnly, and over IPv6 always
// PseudoHeader.
type ChecksumForm uint8

const (
	// MessageOnly is the rule of RFC 9568 section 5.2.8 for IPv4.
	MessageOnly ChecksumForm = iota

	// PseudoHeader adds source, destination, protocol and length in front, as
	// keepalived and FRR do unless told otherwise (their reading of RFC 5798).
	PseudoHeader

	// PseudoHeaderGroup is what keepalived did before 1.3.6, and does with
	// old_unicast_checksum: the pseudo-header has 224.0.0.18 as destination
	// although the packet goes to a unicast address.
	PseudoHeaderGroup
)

// String returns "message-only", "pseudo-header" or "pseudo-header-group".
func (f ChecksumForm) String() string {
	switch f {
	case MessageOnly:
		return "message-only"
	case PseudoHeader:
		return "pseudo-header"
	case PseudoHeaderGroup:
		return "pseudo-header-group"
	}
	return "invalid"
}

// verify returns the form under which the checksum of b holds. ok is false if
// there is none. src and dst are of one family.
func verify(b []byte, v Version, src, dst netip.Addr) (form ChecksumForm, ok bool) {
	message := sum(b, 0)
	if src.Is6() {
		return PseudoHeader, fold(message+pseudoHeader(src, dst, len(b))) == 0xffff
	}
	if fold(message) == 0xffff {
		return MessageOnly, true
	}
	if v == V2 {
		return MessageOnly, false
	}
	if fold(message+pseudoHeader(src, dst, len(b))) == 0xffff {
		return PseudoHeader, true
	}
	return PseudoHeaderGroup, !dst.IsMulticast() && fold(message+pseudoHeader(src, GroupIPv4, len(b))) == 0xffff
}

// checksum returns the checksum field of b, whatever b has there now.
func checksum(b []byte, src, dst netip.Addr, form ChecksumForm) uint16 {
	s := sum(b[:6], sum(b[8:], 0))
	switch form {
	case PseudoHeader:
		s += pseudoHeader(src, dst, len(b))
	case PseudoHeaderGroup:
		s += pseudoHeader(src, GroupIPv4, len(b))
	}
	return ^fold(s)
}

// pseudoHeader sums what stands in front of the message: RFC 793 for IPv4, RFC
// 8200 section 8.1 for IPv6. Their zero bytes add nothing.
func pseudoHeader(src, dst netip.Addr, length int) uint64 {
	s := uint64(length) + Protocol
	if src.Is4() {
		a, b := src.As4(), dst.As4()
		return sum(b[:], sum(a[:], s))
	}
	a, b := src.As16(), dst.As16()
	return sum(b[:], sum(a[:], s))
}

// sum adds the 16-bit words of b to s, carries uncollected: 64 bits have room
// for those of any packet. Words are taken in pairs, which fold to the same; no
// message has an odd byte.
func sum(b []byte, s uint64) uint64 {
	for ; len(b) >= 4; b = b[4:] {
		s += uint64(binary.BigEndian.Uint32(b))
	}
	if len(b) >= 2 {
		s += uint64(binary.BigEndian.Uint16(b))
	}
	return s
}

// fold collects the carries of a one's complement sum (RFC 1071).
func fold(s uint64) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
