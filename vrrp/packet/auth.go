package packet

import "crypto/subtle"

// AuthType is the authentication of a version 2 message (RFC 2338; RFC 3768
// removed it because it protects nothing on a LAN).
type AuthType uint8

const (
	// AuthNone is no authentication. The 8 bytes of authentication data are
	// sent as zero and ignored on receipt.
	AuthNone AuthType = 0

	// AuthPassword is a password of up to 8 bytes in clear text.
	AuthPassword AuthType = 1

	// AuthHeader is an IP Authentication Header in front of the message, see
	// [AH]. The message itself then has 8 zero bytes of authentication data.
	AuthHeader AuthType = 2
)

// String returns "none", "password" or "header".
func (t AuthType) String() string {
	switch t {
	case AuthNone:
		return "none"
	case AuthPassword:
		return "password"
	case AuthHeader:
		return "header"
	}
	return "invalid"
}

// PasswordAuth returns the authentication data for the password p: padded with
// zeros or cut to 8 bytes.
func PasswordAuth(p string) [8]byte {
	var auth [8]byte
	copy(auth[:], p)
	return auth
}

// Authenticate compares a received message with the authentication of its
// virtual router: [ErrAuthMismatch] if the type is not t, [ErrAuth] if it is a
// password other than auth. The comparison takes constant time. An
// Authentication Header is for [AH.Verify].
func (a *Advert) Authenticate(t AuthType, auth [8]byte) error {
	switch {
	case a.AuthType != t:
		return &Error{ErrAuthMismatch, int(a.AuthType), int(t)}
	case t == AuthPassword && subtle.ConstantTimeCompare(a.Auth[:], auth[:]) == 0:
		return &Error{Reason: ErrAuth}
	}
	return nil
}
