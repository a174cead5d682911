package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// MaxLabel and MaxInterface are the longest label and interface name that
// Linux takes, in octets.
const (
	MaxLabel     = 15
	MaxInterface = 15
)

// Address is a virtual address and where it belongs. The zero values of all
// but Prefix are what is usually wanted.
type Address struct {
	// Prefix is the address with its prefix length; the address is not masked.
	// keepalived's default lengths are /32 and /128.
	Prefix netip.Prefix

	// Interface is the name of the interface that carries the address
	// (keepalived: dev). Empty means the interface of the Set.
	Interface string `json:",omitzero"`

	// Label names the address for old tools, such as "eth0:web". IPv4 only, at
	// most MaxLabel octets. Empty: the interface's name.
	Label string `json:",omitzero"`

	// Scope says how far the address is valid. IPv4 only.
	Scope Scope `json:",omitzero"`

	// Broadcast is the broadcast address. IPv4 only; invalid: none.
	Broadcast netip.Addr `json:",omitzero"`

	// Peer is the far end of a point-to-point link, to which the prefix length
	// then belongs; invalid: none.
	Peer netip.Addr `json:",omitzero"`

	// Metric is that of the route to the prefix; 0: the kernel's default.
	Metric uint32 `json:",omitzero"`

	// Preferred is how long the address may be the source of new connections,
	// in whole seconds. 0 means Forever, but Deprecated for an IPv6 address
	// with prefix length 128, as in keepalived (preferred_lft).
	Preferred time.Duration `json:",omitzero"`

	NoPrefixRoute  bool `json:",omitzero"` // add no route to the prefix
	AutoJoin       bool `json:",omitzero"` // join the multicast group that the address is
	DAD            bool `json:",omitzero"` // detect duplicates (keepalived: -nodad); of IPv6 only
	Home           bool `json:",omitzero"` // a mobile node's home address; of use to IPv6 only
	ManageTempAddr bool `json:",omitzero"` // make temporary addresses from this one; of use to IPv6 only

	// Foreign says, of what a Kernel tells, that the address is there and does
	// not carry Protocol; Linux before 5.18 cannot tell, and says false. It
	// plays no part in what is to be there.
	Foreign bool `json:"-"`
}

// Lifetimes that are not a number of seconds.
const (
	Forever    time.Duration = -1
	Deprecated time.Duration = -2 // it is over
)

// Scope is how far an IPv4 address is valid, in Linux's numbers. Numbers other
// than the constants are allowed.
type Scope uint8

// The scopes that have names.
const (
	ScopeGlobal  Scope = 0
	ScopeSite    Scope = 200
	ScopeLink    Scope = 253
	ScopeHost    Scope = 254
	ScopeNowhere Scope = 255
)

// String returns the name that ip(8) uses, or the number.
func (s Scope) String() string {
	switch s {
	case ScopeGlobal:
		return "global"
	case ScopeSite:
		return "site"
	case ScopeLink:
		return "link"
	case ScopeHost:
		return "host"
	case ScopeNowhere:
		return "nowhere"
	}
	return fmt.Sprint(uint8(s))
}

// Addresses returns the addresses p on the interface dev.
func Addresses(dev string, p ...netip.Prefix) []Address {
	list := make([]Address, len(p))
	for i := range p {
		list[i] = Address{Prefix: p[i], Interface: dev}
	}
	return list
}

// String returns the address in the words of `ip address add`.
func (a Address) String() string {
	var b strings.Builder
	if a.Peer.IsValid() {
		fmt.Fprintf(&b, "%v peer %v/%d", a.Prefix.Addr(), a.Peer, a.Prefix.Bits())
	} else {
		b.WriteString(a.Prefix.String())
	}
	if a.Broadcast.IsValid() {
		b.WriteString(" broadcast " + a.Broadcast.String())
	}
	if a.Interface != "" {
		b.WriteString(" dev " + a.Interface)
	}
	if a.Scope != ScopeGlobal {
		b.WriteString(" scope " + a.Scope.String())
	}
	if a.Label != "" {
		b.WriteString(" label " + a.Label)
	}
	if a.Metric != 0 {
		fmt.Fprintf(&b, " metric %d", a.Metric)
	}
	for _, f := range []struct {
		set  bool
		name string
	}{
		{a.Home, "home"}, {a.ManageTempAddr, "mngtmpaddr"}, {a.NoPrefixRoute, "noprefixroute"},
		{a.AutoJoin, "autojoin"}, {a.DAD, "dad"},
	} {
		if f.set {
			b.WriteString(" " + f.name)
		}
	}
	switch a.Preferred {
	case 0:
	case Forever:
		b.WriteString(" preferred_lft forever")
	case Deprecated:
		b.WriteString(" preferred_lft 0")
	default:
		fmt.Fprintf(&b, " preferred_lft %d", int64(a.Preferred/time.Second))
	}
	return b.String()
}

// Validate returns all that is wrong with the address, joined, or nil.
func (a Address) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("vip: address %v: "+format, append([]any{a.Prefix}, args...)...))
	}
	ip := a.Prefix.Addr()
	switch {
	case !a.Prefix.IsValid():
		wrong("needs an address and a prefix length")
	case ip.Is4In6():
		wrong("IPv4 in IPv6 form; write %v", ip.Unmap())
	case ip.IsUnspecified(), ip.IsMulticast() && !a.AutoJoin:
		wrong("cannot be the address of an interface")
	}
	if a.Interface == "" {
		wrong("needs an interface")
	} else if !isInterface(a.Interface) {
		wrong("%q is no interface name", a.Interface)
	}
	if a.Peer.IsValid() && a.Peer.Is4() != ip.Is4() {
		wrong("peer %v is of another family", a.Peer)
	}
	if p := a.Preferred; p != Forever && p != Deprecated && (p < 0 || p > maxLifetime || p%time.Second != 0) {
		wrong("preferred lifetime %v is not in whole seconds", p)
	}
	if len(a.Label) > MaxLabel {
		wrong("label %q is longer than %d characters", a.Label, MaxLabel)
	}
	if !ip.Is4() {
		if a.Label != "" {
			wrong("label %q: only IPv4 addresses have labels", a.Label)
		}
		if a.Scope != ScopeGlobal {
			wrong("scope %v: the scope of an IPv6 address follows from the address", a.Scope)
		}
		if a.Broadcast.IsValid() {
			wrong("broadcast %v: IPv6 has none", a.Broadcast)
		}
		return errors.Join(errs...)
	}
	if a.Broadcast.IsValid() && !a.Broadcast.Is4() {
		wrong("broadcast %v is not IPv4", a.Broadcast)
	}
	return errors.Join(errs...)
}

// preferred returns the preferred lifetime: Forever, Deprecated, or a time.
func (a Address) preferred() time.Duration {
	switch {
	case a.Preferred != 0:
		return a.Preferred
	case a.Prefix.Addr().Is6() && a.Prefix.IsSingleIP():
		return Deprecated
	}
	return Forever
}

func isInterface(name string) bool {
	return name != "" && len(name) <= MaxInterface && !strings.ContainsAny(name, "/: \t\n") && name != "." && name != ".."
}
