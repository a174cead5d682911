package vrrp

import (
	"maps"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// HMACMode says what a router with an [HMAC] asks of others.
type HMACMode uint8

// The modes, in the reverse order in which a running virtual router is taken to
// HMAC without a gap.
const (
	HMACEnforce     HMACMode = iota // sign, and refuse what is not signed
	HMACPermissive                  // sign, and accept what is not signed
	HMACReceiveOnly                 // do not sign yet, accept both
)

// String returns the mode as keepalived spells it.
func (m HMACMode) String() string {
	return nameOf(int(m), "HMACMode", "enforce", "permissive", "receive-only")
}

// HMAC authenticates advertisements of either version by a trailer with an
// HMAC-SHA256 and a time, an extension of keepalived 2.4. Routers without it
// refuse such advertisements for their length. keepalived: auth_hmac.
type HMAC struct {
	// Keys are the keys by their identifier, 1..255, each 32 to 64 bytes long.
	// What is signed with any of them is accepted. keepalived: key.
	Keys map[uint8]Secret

	// Active is the identifier of the key that signs. keepalived: active_key.
	Active uint8

	// Window is how far the clock of another router may be from ours, 1 s to
	// 300 s. Default: three intervals, at least 5 s. keepalived: time_window.
	Window time.Duration

	// AnyTime does not compare clocks: only that a router's time grows counts.
	// keepalived: anti_replay monotonic.
	AnyTime bool

	// Mode is enforce unless a migration is under way. keepalived: mode.
	Mode HMACMode
}

const (
	minHMACWindow = time.Second
	maxHMACWindow = 300 * time.Second
	hmacWindow    = 5 * time.Second

	// hmacSenders is how many multicast senders a router remembers the newest
	// times of.
	hmacSenders = 4
)

func (h *HMAC) withDefaults(interval time.Duration) *HMAC {
	if h == nil {
		return nil
	}
	c := *h
	c.Keys = maps.Clone(h.Keys)
	setDefault(&c.Window, min(max(3*interval, hmacWindow), maxHMACWindow))
	return &c
}

func (c *Config) validateAuth(bad func(string, ...any)) {
	if c.Version == V3 && (c.Password != "" || c.AuthHeader) {
		bad("version 3 knows neither passwords nor authentication headers: remove them, use HMAC, or use version 2")
	}
	if c.AuthHeaderRFC && !c.AuthHeader {
		bad("AuthHeaderRFC is set, and AuthHeader is not")
	}
	if c.AuthHeader && c.Password == "" {
		bad("an authentication header needs a password as its key")
	}
	h := c.HMAC
	if h == nil {
		return
	}
	if c.Password != "" {
		bad("both a password and HMAC are set: choose one")
	}
	for _, id := range slices.Sorted(maps.Keys(h.Keys)) {
		if n := len(h.Keys[id]); n < packet.MinKeyLen || n > packet.MaxKeyLen {
			bad("HMAC key %d is %d bytes long: use %d to %d", id, n, packet.MinKeyLen, packet.MaxKeyLen)
		}
	}
	if _, ok := h.Keys[h.Active]; !ok || h.Active == 0 {
		bad("HMAC key %d is to sign, and is not among the keys", h.Active)
	}
	if h.Window < minHMACWindow || h.Window > maxHMACWindow {
		bad("HMAC window %v: %v to %v", h.Window, minHMACWindow, maxHMACWindow)
	}
	if h.Mode > HMACReceiveOnly {
		bad("HMAC mode %v does not exist", h.Mode)
	}
}
