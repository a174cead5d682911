package confparse

import (
	"net/netip"
	"time"
)

// Scope is an address scope as the kernel numbers it.
type Scope uint8

// The scopes that have names.
const (
	ScopeGlobal  Scope = 0
	ScopeSite    Scope = 200
	ScopeLink    Scope = 253
	ScopeHost    Scope = 254
	ScopeNowhere Scope = 255
)

// Address is an entry of virtual_ipaddress, virtual_ipaddress_excluded or
// static_ipaddress.
type Address struct {
	Prefix    netip.Prefix // host bits kept; /32 or /128 unless given
	Interface string       // dev, else that of the instance, else the default
	Label     string       // IPv4, at most 15 bytes
	Scope     Scope        // IPv4
	Broadcast netip.Addr   // IPv4; invalid: none
	Peer      netip.Addr   // invalid: none

	DAD            bool // -nodad: do duplicate address detection (IPv6)
	Home           bool
	ManageTempAddr bool
	NoPrefixRoute  bool
	AutoJoin       bool
	NoTrack        bool // losing it is no reason to step down
	VMAC           bool // use_vmac

	// PreferredLifetime is Forever, or 0 for a deprecated address, which an
	// IPv6 /128 is unless it says otherwise.
	PreferredLifetime time.Duration
	TrackGroup        string // static addresses
	Pos               Pos
}

// Forever is a lifetime that does not end.
const Forever time.Duration = -1
