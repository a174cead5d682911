// Package packet encodes and decodes VRRP advertisements: version 2 (RFC 3768,
// with the passwords and Authentication Headers of RFC 2338) over IPv4, and version 3 (RFC 9568) over IPv4
// and IPv6.
//
// It does no I/O and keeps no state. What a message can show by itself is
// judged here, in the order of RFC 9568 section 7.1; what takes a configured
// router to judge (its VRID, its password, its interval) is left to the caller,
// with the [Reason] to count it under. Neither [Advert.Parse] nor
// [Advert.Append] allocates once their buffers have grown. A value belongs to one
// goroutine at a time; functions may be called from any.
package packet

import "net/netip"

// The protocol's numbers on the wire.
const (
	Protocol   = 112  // IP protocol number of VRRP
	ProtocolAH = 51   // IP protocol number of the Authentication Header that may precede a version 2 message
	TTL        = 255  // TTL and hop limit of every advertisement, proof that it was not forwarded
	TOS        = 0xc0 // type of service and traffic class that routers customarily send with: CS6

	TypeAdvertisement = 1 // the only message type there is

	PriorityStop  = 0   // the master gives up its role
	PriorityOwner = 255 // the sender owns the virtual addresses

	MaxAddresses = 255 // addresses that one message can count

	headerLen = 8 // everything before the addresses, in both versions
	authLen   = 8 // authentication data behind them, in version 2
)

var (
	// GroupIPv4 is where advertisements go over IPv4, 224.0.0.18.
	GroupIPv4 = netip.AddrFrom4([4]byte{224, 0, 0, 18})
	// GroupIPv6 is where advertisements go over IPv6, ff02::12.
	GroupIPv6 = netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 15: 0x12})
)

// MAC returns the virtual MAC address of a virtual router: 00:00:5e:00:01:VRID,
// over IPv6 00:00:5e:00:02:VRID (RFC 9568 section 7.3).
func MAC(vrid uint8, ipv6 bool) [6]byte {
	family := byte(1)
	if ipv6 {
		family = 2
	}
	return [6]byte{0x00, 0x00, 0x5e, 0x00, family, vrid}
}

// Version is the protocol version, as in the message's first nibble.
type Version uint8

// The versions that exist. A virtual router speaks one of them.
const (
	V2 Version = 2 // RFC 3768: IPv4, intervals of whole seconds
	V3 Version = 3 // RFC 9568: IPv4 and IPv6, intervals of centiseconds
)

// Header is the start of a message, the same in both versions.
type Header struct {
	Version  Version
	Type     uint8
	VRID     uint8 // virtual router identifier; 0 is not valid
	Priority uint8
	Count    uint8 // addresses in the message
}

// ParseHeader reads the fixed part of the message b without judging it, so that
// the virtual router it is meant for can be found, and its errors counted
// there. The only error is [ErrLength].
func ParseHeader(b []byte) (Header, error) {
	if len(b) < headerLen {
		return Header{}, &Error{ErrLength, len(b), headerLen}
	}
	return Header{
		Version:  Version(b[0] >> 4),
		Type:     b[0] & 0x0f,
		VRID:     b[1],
		Priority: b[2],
		Count:    b[3],
	}, nil
}

// Validate reports, in this order, [ErrVersion] for a version that does not
// exist, [ErrType] for anything but an advertisement, and [ErrVRID] for VRID 0.
func (h Header) Validate() error {
	switch {
	case h.Version != V2 && h.Version != V3:
		return &Error{Reason: ErrVersion, Got: int(h.Version)}
	case h.Type != TypeAdvertisement:
		return &Error{ErrType, int(h.Type), TypeAdvertisement}
	case h.VRID == 0:
		return &Error{Reason: ErrVRID}
	}
	return nil
}

// Len returns the length in bytes of a message of version v with n addresses,
// without the IP header.
func Len(v Version, ipv6 bool, n int) int {
	length := headerLen + n*addrLen(ipv6)
	if v == V2 {
		length += authLen
	}
	return length
}

func addrLen(ipv6 bool) int {
	if ipv6 {
		return 16
	}
	return 4
}
