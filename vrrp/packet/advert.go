package packet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Advert is one advertisement.
type Advert struct {
	Version  Version
	VRID     uint8 // 1 to 255
	Priority uint8 // 0 stops being master, 255 owns the addresses

	// Interval is the time between advertisements: 1 to 255 whole seconds in
	// version 2, 1 to 4095 whole centiseconds in version 3.
	Interval time.Duration

	// AuthType and Auth are the authentication of version 2; both are zero in
	// version 3. Auth is used with AuthPassword only.
	AuthType AuthType
	Auth     [8]byte

	// Addresses are the virtual addresses, 1 to 255, all of the family of the
	// packet that carries them, without zone. Parse reuses the slice's memory.
	Addresses []netip.Addr
}

const (
	centisecond = 10 * time.Millisecond

	maxIntervalV2 = 255 * time.Second
	maxIntervalV3 = 4095 * centisecond
	intervalMask  = 0x0fff // the other four bits are reserved: zero when sent, ignored when received
)

var errFamily = errors.New("vrrp packet: source and destination are not addresses of one family")

// Parse decodes the IP payload b of a packet from src to dst into a and returns
// the checksum form that its sender uses. It reports all that the message by
// itself can have wrong, as an [*Error], in the order of [Reason]; only the
// first IPv6 address is left to [Advert.CheckLinkLocal]. After an error a is
// unchanged. Parse keeps no reference to b and does not allocate if a.Addresses
// has the capacity.
func (a *Advert) Parse(b []byte, src, dst netip.Addr) (ChecksumForm, error) {
	src, dst, err := carrier(src, dst)
	if err != nil {
		return 0, err
	}
	h, err := ParseHeader(b)
	if err != nil {
		return 0, err
	}
	if err := h.Validate(); err != nil {
		return 0, err
	}
	ipv6 := src.Is6()
	if ipv6 && h.Version == V2 {
		return 0, &Error{ErrVersion, int(V2), int(V3)}
	}
	if want := Len(h.Version, ipv6, int(h.Count)); len(b) != want {
		return 0, &Error{ErrLength, len(b), want}
	}
	if h.Count == 0 {
		return 0, &Error{ErrCount, 0, 1}
	}
	form, ok := verify(b, h.Version, src, dst)
	if !ok {
		rfc := MessageOnly
		if ipv6 {
			rfc = PseudoHeader
		}
		return 0, &Error{ErrChecksum, int(binary.BigEndian.Uint16(b[6:])), int(checksum(b, src, dst, rfc))}
	}

	var authType AuthType
	var interval time.Duration
	if h.Version == V2 {
		authType = AuthType(b[4])
		interval = time.Duration(b[5]) * time.Second
	} else {
		interval = time.Duration(binary.BigEndian.Uint16(b[4:])&intervalMask) * centisecond
	}
	if authType > AuthHeader {
		return 0, &Error{Reason: ErrAuthType, Got: int(authType)}
	}
	if interval == 0 {
		return 0, &Error{Reason: ErrInterval}
	}

	a.Version, a.VRID, a.Priority = h.Version, h.VRID, h.Priority
	a.Interval = interval
	a.AuthType, a.Auth = authType, [8]byte{}
	if authType == AuthPassword {
		copy(a.Auth[:], b[len(b)-authLen:])
	}
	a.Addresses = a.Addresses[:0]
	size := addrLen(ipv6)
	for list := b[headerLen : headerLen+int(h.Count)*size]; len(list) > 0; list = list[size:] {
		addr, _ := netip.AddrFromSlice(list[:size])
		a.Addresses = append(a.Addresses, addr)
	}
	return form, nil
}

// CheckLinkLocal reports [ErrLinkLocal] unless the first address of an IPv6
// advertisement is link-local, as RFC 9568 section 7.1 with erratum 8300 asks
// of multicast routers. Unicast ones often have no such address.
func (a *Advert) CheckLinkLocal() error {
	if len(a.Addresses) > 0 && a.Addresses[0].Is6() && !a.Addresses[0].IsLinkLocalUnicast() {
		return &Error{Reason: ErrLinkLocal}
	}
	return nil
}

// Append appends the message to b, for a packet from src to dst. form matters
// in version 3 over IPv4 only. Append reports what the message cannot carry, as
// an error that errors.Is finds the [Reason] of, and b unchanged. It does not
// allocate if b has the capacity, see [Len].
func (a *Advert) Append(b []byte, src, dst netip.Addr, form ChecksumForm) ([]byte, error) {
	src, dst, err := carrier(src, dst)
	if err != nil {
		return b, err
	}
	if err := a.validate(src.Is6()); err != nil {
		return b, err
	}
	start := len(b)
	b = slices.Grow(b, Len(a.Version, src.Is6(), len(a.Addresses)))
	b = append(b, byte(a.Version)<<4|TypeAdvertisement, a.VRID, a.Priority, byte(len(a.Addresses)))
	if a.Version == V2 {
		b = append(b, byte(a.AuthType), byte(a.Interval/time.Second))
	} else {
		b = binary.BigEndian.AppendUint16(b, uint16(a.Interval/centisecond))
	}
	b = append(b, 0, 0) // checksum
	for _, addr := range a.Addresses {
		if addr.Is4() {
			p := addr.As4()
			b = append(b, p[:]...)
		} else {
			p := addr.As16()
			b = append(b, p[:]...)
		}
	}
	if a.Version == V2 {
		var auth [authLen]byte
		if a.AuthType == AuthPassword {
			auth = a.Auth
		}
		b = append(b, auth[:]...)
	}
	switch {
	case src.Is6():
		form = PseudoHeader
	case a.Version == V2:
		form = MessageOnly
	}
	m := b[start:]
	binary.BigEndian.PutUint16(m[6:], checksum(m, src, dst, form))
	return b, nil
}

// validate reports what a message over the given family cannot carry.
func (a *Advert) validate(ipv6 bool) error {
	switch {
	case a.Version != V2 && a.Version != V3:
		return &Error{Reason: ErrVersion, Got: int(a.Version)}
	case a.Version == V2 && ipv6:
		return &Error{ErrVersion, int(V2), int(V3)}
	case a.VRID == 0:
		return &Error{Reason: ErrVRID}
	case len(a.Addresses) == 0 || len(a.Addresses) > MaxAddresses:
		return fmt.Errorf("%w: got %d, want 1 to %d", ErrCount, len(a.Addresses), MaxAddresses)
	case a.AuthType > AuthHeader || a.Version == V3 && a.AuthType != AuthNone:
		return &Error{Reason: ErrAuthType, Got: int(a.AuthType)}
	}
	unit, limit := time.Second, maxIntervalV2
	if a.Version == V3 {
		unit, limit = centisecond, maxIntervalV3
	}
	if a.Interval < unit || a.Interval > limit || a.Interval%unit != 0 {
		return fmt.Errorf("%w: got %v, want %v to %v in steps of %v", ErrInterval, a.Interval, unit, limit, unit)
	}
	for _, addr := range a.Addresses {
		if !addr.IsValid() || addr.Is6() != ipv6 || addr.Zone() != "" {
			return fmt.Errorf("%w: %v does not fit the packet's family", ErrAddressList, addr)
		}
	}
	return nil
}

// carrier returns src and dst in their shortest form if they are of one family.
func carrier(src, dst netip.Addr) (netip.Addr, netip.Addr, error) {
	src, dst = src.Unmap(), dst.Unmap()
	if !src.IsValid() || src.BitLen() != dst.BitLen() {
		return src, dst, errFamily
	}
	return src, dst, nil
}

// String describes a in one line, without its password.
func (a Advert) String() string {
	return fmt.Sprintf("VRRPv%d VRID %d priority %d interval %v auth %v addresses %v",
		a.Version, a.VRID, a.Priority, a.Interval, a.AuthType, a.Addresses)
}
