package packet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// trailerLen is the length in bytes of the trailer that keepalived 2.4 puts
// behind a message of either version where auth_hmac is configured. The IP
// packet's length includes it, the message's checksum does not.
const trailerLen = 28

const (
	trailerType      = 1
	trailerDigestLen = 16
	trailerSigned    = trailerLen - trailerDigestLen
)

// MinKeyLen and MaxKeyLen bound the length in bytes of a key of [HMAC].
const (
	MinKeyLen = 32
	MaxKeyLen = 64
)

// Stamp is the number in a trailer that grows with every message: seconds since
// 1970 (32 bits), their fraction (16 bits) and a counter (16 bits).
type Stamp uint64

// StampAt returns the stamp for a message sent at t whose sender used last
// before: by the clock, or one more than last if the clock is not past that.
func StampAt(t time.Time, last Stamp) Stamp {
	fraction := uint64(t.Nanosecond()) << 16 / uint64(time.Second)
	s := Stamp(uint64(uint32(t.Unix()))<<32 | fraction<<16)
	if last != 0 && !s.After(last) {
		s = last + 1
	}
	return s
}

// After reports whether s is newer than t, in serial arithmetic.
func (s Stamp) After(t Stamp) bool { return int64(s-t) > 0 }

// Age returns how many whole seconds before now s was made; negative: after.
func (s Stamp) Age(now time.Time) time.Duration {
	return time.Duration(int32(uint32(now.Unix())-uint32(s>>32))) * time.Second
}

// HMAC makes and verifies trailers: HMAC-SHA256 cut to 128 bits. Any of its keys
// verifies, one signs, so that keys can be changed without a gap: first give all
// routers the new key, then make it the active one. An HMAC is not safe for
// concurrent use.
type HMAC struct {
	keys   map[uint8]hash.Hash
	active uint8
	pseudo [20]byte
	zero   [trailerDigestLen]byte
	sum    [sha256.Size]byte
}

// NewHMAC returns an HMAC with keys by their identifier, of which active signs.
func NewHMAC(keys map[uint8][]byte, active uint8) *HMAC {
	h := &HMAC{keys: make(map[uint8]hash.Hash, len(keys)), active: active}
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		h.keys[id] = hmac.New(sha256.New, keys[id])
	}
	return h
}

// CutTrailer splits b into its message and the trailer behind it, whose length
// alone is judged; trailer is nil if there is none.
func CutTrailer(b []byte, ipv6 bool) (message, trailer []byte) {
	h, err := ParseHeader(b)
	if err != nil {
		return b, nil
	}
	if n := Len(h.Version, ipv6, int(h.Count)); len(b) == n+trailerLen {
		return b[:n], b[n:]
	}
	return b, nil
}

// Append appends the trailer for message, which src sends, to b.
func (h *HMAC) Append(b, message []byte, src netip.Addr, stamp Stamp) []byte {
	start := len(b)
	b = append(b, trailerType, h.active, 0, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(stamp))
	return append(b, h.digest(h.keys[h.active], message, b[start:], src)...)
}

// Verify checks the trailer of message, which src has sent. The error is
// [ErrHMACMalformed], [ErrHMACKey] or [ErrHMAC]. Whether the stamp is new is the
// caller's to judge.
func (h *HMAC) Verify(message, trailer []byte, src netip.Addr) (Stamp, error) {
	if len(trailer) != trailerLen || trailer[0] != trailerType || trailer[2]|trailer[3] != 0 {
		return 0, &Error{Reason: ErrHMACMalformed}
	}
	key := h.keys[trailer[1]]
	if key == nil {
		return 0, &Error{Reason: ErrHMACKey, Got: int(trailer[1])}
	}
	if !hmac.Equal(trailer[trailerSigned:], h.digest(key, message, trailer[:trailerSigned], src)) {
		return 0, &Error{Reason: ErrHMAC}
	}
	return Stamp(binary.BigEndian.Uint64(trailer[4:])), nil
}

// digest returns the digest of a message with its checksum taken as zero. It is
// valid until the next call.
func (h *HMAC) digest(key hash.Hash, message, trailer []byte, src netip.Addr) []byte {
	h.pseudo = [20]byte{0: 4, 1: message[0] >> 4, 2: message[1]}
	if src.Is6() {
		h.pseudo[0] = 6
	}
	copy(h.pseudo[4:], src.AsSlice())
	key.Reset()
	key.Write(h.pseudo[:])
	key.Write(message[:6])
	key.Write(h.zero[:2])
	key.Write(message[8:])
	key.Write(trailer)
	key.Write(h.zero[:])
	return key.Sum(h.sum[:0])[:trailerDigestLen]
}
