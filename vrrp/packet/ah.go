package packet

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"hash"
	"net/netip"
)

// AHLen is the length in bytes of the IP Authentication Header of RFC 2402 with
// the 96-bit digest that version 2 has used since RFC 2338.
const AHLen = 24

const ahDigestLen = 12

// IPv4Header is what an Authentication Header protects of the IPv4 header in
// front of it, apart from the total length, which follows from the payload. The
// header must be sent with exactly these values and without options.
type IPv4Header struct {
	Source, Destination netip.Addr
	ID                  uint16
	TTL                 uint8
}

// AH makes and verifies Authentication Headers in the way of keepalived, the
// one implementation that still has them: HMAC-MD5-96, the source address as
// SPI, and the TTL protected unless the packet is unicast, although RFC 2402
// counts it among the fields that change on the way. An AH is not safe for
// concurrent use.
type AH struct {
	// ByTheBook leaves the TTL of multicast packets unprotected too, as RFC 2402
	// has it. Both sides must agree.
	ByTheBook bool

	mac   hash.Hash
	ip    [20]byte
	clean [AHLen]byte // a header with a zero digest
	sum   [md5.Size]byte
}

// NewAH returns an AH whose key is password, padded with zeros or cut to 8 bytes.
func NewAH(password string) *AH {
	key := PasswordAuth(password)
	return &AH{mac: hmac.New(md5.New, key[:])}
}

// Append appends the Authentication Header with the sequence number seq, and
// behind it message, which an IPv4 packet with the header ip is going to carry.
func (h *AH) Append(b, message []byte, ip IPv4Header, seq uint32) []byte {
	start := len(b)
	b = append(b, Protocol, AHLen/4-2, 0, 0)
	src := ip.Source.As4()
	b = append(b, src[:]...)
	b = binary.BigEndian.AppendUint32(b, seq)
	digest := h.digest(b[start:], message, ip)
	return append(append(b, digest...), message...)
}

// Verify takes the payload b of an IPv4 packet with protocol number 51 apart:
// its sequence number and the message behind the Authentication Header. The
// error is [ErrLength] or [ErrAuth]. Whether the number is new is the caller's
// to judge.
func (h *AH) Verify(b []byte, ip IPv4Header) (seq uint32, message []byte, err error) {
	message, ok := CutAH(b)
	if !ok {
		return 0, nil, &Error{ErrLength, len(b), AHLen + headerLen}
	}
	src := ip.Source.As4()
	if [4]byte(b[4:]) != src || !hmac.Equal(b[12:AHLen], h.digest(b[:12], message, ip)) {
		return 0, nil, &Error{Reason: ErrAuth}
	}
	return binary.BigEndian.Uint32(b[8:]), message, nil
}

// CutAH returns the message behind the Authentication Header at the start of b,
// without verifying anything. ok is false unless there is a header of the only
// length in use with VRRP behind it.
func CutAH(b []byte) (message []byte, ok bool) {
	if len(b) < AHLen || b[0] != Protocol || b[1] != AHLen/4-2 {
		return nil, false
	}
	return b[AHLen:], true
}

// digest returns the digest for the 12 bytes of an Authentication Header before
// it. It is valid until the next call.
func (h *AH) digest(header, message []byte, ip IPv4Header) []byte {
	h.ip = [20]byte{0: 0x45, 9: ProtocolAH} // IPv4, five words
	binary.BigEndian.PutUint16(h.ip[2:], uint16(len(h.ip)+AHLen+len(message)))
	binary.BigEndian.PutUint16(h.ip[4:], ip.ID)
	if ip.Destination.IsMulticast() && !h.ByTheBook {
		h.ip[8] = ip.TTL
	}
	src, dst := ip.Source.As4(), ip.Destination.As4()
	copy(h.ip[12:], src[:])
	copy(h.ip[16:], dst[:])
	copy(h.clean[:], header)
	h.mac.Reset()
	h.mac.Write(h.ip[:])
	h.mac.Write(h.clean[:])
	h.mac.Write(message)
	return h.mac.Sum(h.sum[:0])[:ahDigestLen]
}
