package check

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// Target is what a network check connects to, and how: part of the
// configuration of each of them. Only Addr is needed. The rest, apart from
// Source, is Linux's; elsewhere it is refused with [errors.ErrUnsupported].
type Target struct {
	// Addr is what to connect to (connect_ip and connect_port, or the real
	// server). A link-local address needs a zone or an Interface.
	Addr netip.AddrPort

	// Source is the local address (bindto) and port (bind_port). Port 0 lets
	// the kernel choose. A port without an address, which keepalived ignores,
	// binds the port.
	Source netip.AddrPort

	// Interface is the only one that packets leave and come by (bind_if).
	Interface string

	// Mark is put on packets, for routing and firewall rules (fwmark); 0: none.
	Mark uint32

	// Namespace is a descriptor of the network namespace to connect from; 0
	// is the caller's own. It has to stay open.
	Namespace int
}

// String returns the address and port.
func (t Target) String() string { return t.Addr.String() }

// validate reports all that is wrong, for a protocol that has ports.
func (t Target) validate() error {
	err := t.validateHost()
	if addr := t.Addr.Addr(); addr.IsValid() && t.Addr.Port() == 0 {
		err = errors.Join(fmt.Errorf("no port to connect to on %v: give one (connect_port)", addr), err)
	}
	return err
}

// validateHost reports all that is wrong apart from ports.
func (t Target) validateHost() error {
	var errs []error
	addr, source := t.Addr.Addr().Unmap(), t.Source.Addr().Unmap()
	switch {
	case !addr.IsValid():
		errs = append(errs, errors.New("no address to connect to"))
	case addr.IsLinkLocalUnicast() && addr.Is6() && addr.Zone() == "" && t.Interface == "":
		errs = append(errs, fmt.Errorf("%v is link-local: say on which interface (bind_if, or %v%%eth0)", addr, addr))
	case source.IsValid() && source.Is4() != addr.Is4():
		errs = append(errs, fmt.Errorf("source %v and address %v are of different families", source, addr))
	}
	if len(t.Interface) > 15 {
		errs = append(errs, fmt.Errorf("interface %q: names have at most 15 bytes", t.Interface))
	}
	if err := t.supported(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// bound reports whether there is a Source.
func (t Target) bound() bool { return t.Source.Addr().IsValid() || t.Source.Port() != 0 }

// normal returns t in the form that sockets want.
func (t Target) normal() Target {
	t.Addr = netip.AddrPortFrom(t.Addr.Addr().Unmap(), t.Addr.Port())
	t.Source = netip.AddrPortFrom(t.Source.Addr().Unmap(), t.Source.Port())
	if t.Namespace <= 0 {
		return t
	}
	// A zone would be looked up in our own namespace. The interface does the
	// same, and is looked up in the socket's.
	zone := t.Addr.Addr().Zone()
	if _, err := strconv.Atoi(zone); zone != "" && err != nil {
		if t.Interface == "" {
			t.Interface = zone
		}
		t.Addr = netip.AddrPortFrom(t.Addr.Addr().WithZone(""), t.Addr.Port())
		t.Source = netip.AddrPortFrom(t.Source.Addr().WithZone(""), t.Source.Port())
	}
	return t
}
