package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

const (
	maxTimeout = 31 * 24 * time.Hour // more would overflow in the kernel
	maxWeight  = 1<<31 - 1
	maxName    = 15    // bytes of schedulers, engines and interfaces
	maxSync    = 65487 // bytes of a datagram over IPv6
)

// Validate reports everything in the state that a kernel would refuse, or
// silently take for something else.
func (s State) Validate() error {
	var errs problems
	errs.table(s.Table)
	errs.at = place{}
	for _, t := range []struct {
		name  string
		value time.Duration
	}{{"TCP", s.Timeouts.TCP}, {"TCPFin", s.Timeouts.TCPFin}, {"UDP", s.Timeouts.UDP}} {
		errs.seconds("timeout "+t.name, t.value)
	}
	seen := map[Role]bool{}
	for _, d := range s.Daemons {
		errs.bad(seen[d.Role], "two %v daemons", d.Role)
		seen[d.Role] = true
		d.validate(&errs)
	}
	return errs.all()
}

// Validate reports everything in the table that a kernel would refuse, or
// silently take for something else.
func (t Table) Validate() error {
	var errs problems
	errs.table(t)
	return errs.all()
}

func (p *problems) table(t Table) {
	services := make(map[Key]bool, len(t))
	destinations := make(map[netip.AddrPort]bool)
	for _, e := range t {
		p.at = place{key: e.Key}
		p.bad(services[e.Key], "listed twice")
		services[e.Key] = true
		e.Service.validate(p)
		clear(destinations)
		for _, d := range e.Destinations {
			p.at.destination = d.Address
			p.bad(destinations[d.Address], "listed twice")
			destinations[d.Address] = true
			d.validate(e.Key, p)
		}
	}
}

func (s Service) validate(errs *problems) {
	s.Key.validate(s.Persistence != 0, errs)
	errs.bad(s.Scheduler == "", "no scheduler")
	errs.bad(len(s.Scheduler) > maxName, "scheduler %q is longer than %d bytes", s.Scheduler, maxName)
	errs.bad(s.Flags > Fallback|Ports|Flag3, "scheduler flags %#x are unknown", uint8(s.Flags))
	errs.bad(s.OnePacket && s.Mark == 0 && s.Protocol != UDP, "one-packet scheduling is for UDP, not %v", s.Protocol)
	errs.seconds("persistence", s.Persistence)
	errs.bad(len(s.Engine) > maxName, "persistence engine %q is longer than %d bytes", s.Engine, maxName)
	errs.bad(s.Engine != "" && s.Persistence == 0, "persistence engine %s needs persistence", s.Engine)
	if s.Granularity.IsValid() {
		_, prefix := prefixLen(s.Granularity)
		errs.bad(s.Persistence == 0, "granularity needs persistence")
		errs.bad(s.Granularity.Is6() != s.Is6() || !prefix && s.Is6() || s.Granularity.IsUnspecified() || s.Granularity.Zone() != "",
			"granularity %v is no mask of its address family", s.Granularity)
	}
}

func (k Key) validate(persistent bool, errs *problems) {
	if k.Mark != 0 {
		errs.bad(k.Protocol != 0 || k.Address.IsValid(), "both a mark and an address")
		return
	}
	addr := k.Address.Addr()
	errs.bad(k.Protocol != TCP && k.Protocol != UDP && k.Protocol != SCTP, "%v is not balanced", k.Protocol)
	errs.bad(!usable(addr), "%v is no service's address", addr)
	errs.bad(k.Address.Port() == 0 && !persistent, "port 0, all ports, needs persistence")
	errs.bad(k.IPv6, "IPv6 is said of marks only")
}

func (d Destination) validate(key Key, errs *problems) {
	addr, t := d.Address.Addr(), d.Tunnel
	errs.bad(!usable(addr), "no usable address")
	errs.bad(d.Forwarding > TUN, "no such %v", d.Forwarding)
	errs.bad(d.Weight < 0 || d.Weight > maxWeight, "weight %d is not in 0..%d", d.Weight, maxWeight)
	errs.bad(d.Forwarding != NAT && d.Address.Port() != key.Address.Port(), "%v cannot change port %d", d.Forwarding, key.Address.Port())
	errs.bad(d.Forwarding != TUN && addr.Is6() != key.Is6(), "%v cannot change the address family", d.Forwarding)
	errs.bad(d.Lower > d.Upper, "lower threshold %d is above the upper one, %d", d.Lower, d.Upper)
	switch {
	case d.Forwarding != TUN:
		errs.bad(t != Tunnel{}, "tunnel options without TUN")
	case t.Encapsulation > GRE:
		errs.bad(true, "no such %v", t.Encapsulation)
	default:
		errs.bad(t.Encapsulation == GUE && t.Port == 0, "gue needs a port")
		errs.bad(t.Encapsulation != GUE && t.Port != 0, "%v has no port", t.Encapsulation)
		most := map[Encapsulation]Checksum{IPIP: NoChecksum, GUE: RemoteChecksum, GRE: WithChecksum}[t.Encapsulation]
		errs.bad(t.Checksum > most, "%v does not know %v", t.Encapsulation, t.Checksum)
	}
}

func (d Daemon) validate(errs *problems) {
	errs.bad(d.Role != Master && d.Role != Backup, "sync daemon: no such %v", d.Role)
	errs.bad(d.Interface == "" || len(d.Interface) > maxName, "%v daemon: %q is no interface", d.Role, d.Interface)
	errs.bad(d.MaxLen > maxSync, "%v daemon: messages of %d bytes are longer than %d", d.Role, d.MaxLen, maxSync)
	errs.bad(d.Group.IsValid() && (!d.Group.IsMulticast() || !usable(d.Group)), "%v daemon: %v is no multicast group", d.Role, d.Group)
}

// usable excludes the forms of an address that compare unequal to what the
// kernel will give back.
func usable(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.Is4In6() && a.Zone() == ""
}

// problems collects errors.
type problems struct {
	at   place // of what is found next
	list []error
}

// place is what an error is about: a service, or a destination of it.
type place struct {
	key         Key
	destination netip.AddrPort
}

func (p place) String() string {
	switch {
	case p.key == Key{}:
		return "ipvs: "
	case p.destination == netip.AddrPort{}:
		return fmt.Sprintf("ipvs: %v: ", p.key)
	}
	return fmt.Sprintf("ipvs: %v: destination %v: ", p.key, p.destination)
}

func (p *problems) bad(wrong bool, format string, args ...any) {
	if wrong {
		p.list = append(p.list, errors.New(p.at.String()+fmt.Sprintf(format, args...)))
	}
}

func (p *problems) seconds(what string, d time.Duration) {
	p.bad(d%time.Second != 0, "%s %v is not a whole number of seconds", what, d)
	p.bad(d < 0 || d > maxTimeout, "%s %v is not in 0s..%v", what, d, maxTimeout)
}

func (p *problems) all() error { return errors.Join(p.list...) }
