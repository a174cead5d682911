package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
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
	Interface string

	// Label names the address for old tools, such as "eth0:web". IPv4 only, at
	// most MaxLabel octets. Empty: the interface's name.
	Label string

	// Scope says how far the address is valid. IPv4 only.
	Scope Scope

	// Broadcast is the broadcast address. IPv4 only; invalid: none.
	Broadcast netip.Addr
}

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
	b.WriteString(a.Prefix.String())
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
	case ip.IsUnspecified(), ip.IsMulticast():
		wrong("cannot be the address of an interface")
	}
	switch {
	case a.Interface == "":
		wrong("needs an interface")
	case len(a.Interface) > MaxInterface, strings.ContainsAny(a.Interface, "/: \t\n"), a.Interface == ".", a.Interface == "..":
		wrong("%q is no interface name", a.Interface)
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
	} else if a.Broadcast.IsValid() && !a.Broadcast.Is4() {
		wrong("broadcast %v is not IPv4", a.Broadcast)
	}
	return errors.Join(errs...)
}

// place is what the kernel tells addresses apart by: several IPv4 addresses may
// differ in their prefix length alone, IPv6 addresses may not.
type place struct {
	dev    string
	prefix netip.Prefix
}

func (a Address) place() place {
	if a.Prefix.Addr().Is6() {
		return place{a.Interface, netip.PrefixFrom(a.Prefix.Addr(), 128)}
	}
	return place{a.Interface, a.Prefix}
}
