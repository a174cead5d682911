package packet

import "fmt"

// Reason says why a packet was not accepted: the rows of RFC 9568 section 7.1,
// including those that only a configured router can judge. A Reason is itself
// an error, for errors.Is; its String is the name of the counter it moves,
// after the YANG model of RFC 8347 and the MIB of RFC 2787.
type Reason uint8

// The reasons, in the order in which a packet is judged. [Advert.Parse] returns
// those marked P; the rest are for its caller, named here so that all of them
// have one numbering.
const (
	ErrLength        Reason = iota + 1 // P: not exactly as long as its header says
	ErrTTL                             // TTL or hop limit is not 255
	ErrVersion                         // P: no such version, or version 2 over IPv6; also: not the router's version
	ErrType                            // P: not an advertisement
	ErrVRID                            // P: VRID 0; also: no such virtual router here
	ErrCount                           // P: no addresses
	ErrChecksum                        // P: wrong under every rule that senders follow
	ErrAuthType                        // P: an authentication type that does not exist
	ErrAuthMismatch                    // not the authentication type of the router
	ErrAuth                            // wrong password or digest
	ErrReplay                          // authentic, but not newer than what the router has sent or accepted before
	ErrHMACMissing                     // no HMAC trailer
	ErrHMACMalformed                   // a trailer of another kind
	ErrHMACKey                         // a trailer signed with a key that we do not have
	ErrHMAC                            // a trailer whose digest is wrong
	ErrHMACStale                       // a trailer whose time is too far from ours
	ErrInterval                        // P: interval 0; also: not the router's interval
	ErrLinkLocal                       // first IPv6 address is not link-local
	ErrAddressList                     // not the router's addresses
	ErrOwner                           // an advertisement although we own the addresses
	ErrOwnAddress                      // sent from one of our own addresses
	ErrSource                          // sent from an address that no router can have
	ErrDestination                     // sent to a group where unicast is expected, or the reverse
	ErrPeer                            // unicast from a router that is not a configured peer

	NumReasons = int(ErrPeer) + 1 // length of an array indexed by Reason; index 0 is unused
)

var reasons = [NumReasons]struct{ counter, text string }{
	ErrLength:        {"packet-length-errors", "wrong length"},
	ErrTTL:           {"ip-ttl-errors", "wrong TTL"},
	ErrVersion:       {"version-errors", "wrong version"},
	ErrType:          {"invalid-type-pkts-rcvd", "wrong type"},
	ErrVRID:          {"vrid-errors", "unknown VRID"},
	ErrCount:         {"address-count-errors", "wrong address count"},
	ErrChecksum:      {"checksum-errors", "wrong checksum"},
	ErrAuthType:      {"invalid-auth-type", "invalid authentication type"},
	ErrAuthMismatch:  {"auth-type-mismatch", "other authentication type"},
	ErrAuth:          {"auth-failures", "authentication failed"},
	ErrReplay:        {"auth-replays", "replayed"},
	ErrHMACMissing:   {"hmac-missing", "no HMAC"},
	ErrHMACMalformed: {"hmac-malformed", "malformed HMAC trailer"},
	ErrHMACKey:       {"hmac-unknown-key", "unknown HMAC key"},
	ErrHMAC:          {"hmac-failures", "wrong HMAC"},
	ErrHMACStale:     {"hmac-stale", "HMAC time too far from ours"},
	ErrInterval:      {"interval-errors", "wrong advertisement interval"},
	ErrLinkLocal:     {"link-local-errors", "first address is not link-local"},
	ErrAddressList:   {"address-list-errors", "other addresses"},
	ErrOwner:         {"owner-conflicts", "two address owners"},
	ErrOwnAddress:    {"own-packets", "sent from an address of ours"},
	ErrSource:        {"source-errors", "impossible source address"},
	ErrDestination:   {"destination-errors", "neither our group nor our address"},
	ErrPeer:          {"peer-errors", "not a configured peer"},
}

// String returns the name of the counter, such as "checksum-errors".
func (r Reason) String() string {
	if r == 0 || int(r) >= NumReasons {
		return fmt.Sprintf("reason-%d", uint8(r))
	}
	return reasons[r].counter
}

// Error says in a few words what is wrong.
func (r Reason) Error() string {
	if r == 0 || int(r) >= NumReasons {
		return "vrrp packet: " + r.String()
	}
	return "vrrp packet: " + reasons[r].text
}

// Error is a packet that is not accepted. errors.Is finds its Reason.
type Error struct {
	Reason Reason

	// Got is the offending value (a length in bytes, an interval in the
	// message's unit, the checksum field, ...) and Want what it should have
	// been, 0 where there is more than one answer. A checksum's Want is the
	// one of RFC 9568: over the message alone for IPv4, with the pseudo-header
	// for IPv6.
	Got, Want int
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Reason == ErrLinkLocal || ErrAuth <= e.Reason && e.Reason <= ErrHMACStale && e.Reason != ErrHMACKey:
		return e.Reason.Error()
	case e.Reason == ErrChecksum:
		return fmt.Sprintf("%v: got %#04x, want %#04x", e.Reason.Error(), e.Got, e.Want)
	case e.Want == 0:
		return fmt.Sprintf("%v: got %d", e.Reason.Error(), e.Got)
	}
	return fmt.Sprintf("%v: got %d, want %d", e.Reason.Error(), e.Got, e.Want)
}

// Unwrap returns e.Reason.
func (e *Error) Unwrap() error { return e.Reason }
