package demo

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// probeEvery is how often the client asks.
const probeEvery = time.Millisecond

// intro shows the network: who is who, and where it all happens.
func (s *screen) intro(p *plan, where []string) {
	s.print("%s", s.paint(bold, fmt.Sprintf("What happens to %s when its master loses power?", p.address)))
	s.print("")
	for n, i := range p.watched {
		f := p.facingClient(n)
		s.print("  %s       %s %s, priority %d", s.node(n), f.name, addresses(f.addresses), i.Priority)
	}
	a := p.watched[0]
	s.print("  router  %s: VRRPv%d, VRID %d, %s, an advertisement every %s", a.Name, a.Version, a.VRID, p.address, span(a.AdvertInterval))
	if p.unwatched > 0 {
		s.print("          and %s, which run as well and are not watched", plural(p.unwatched, "other"))
	}
	s.print("  client  %s, asks %d times a second who answers", addresses(p.client[p.lan]), time.Second/probeEvery)
	for n, line := range where {
		s.print("  %-7s %s", []string{"where", ""}[min(n, 1)], line)
	}
	s.print("")
}

// addresses lists addresses; link-local ones only if there are no others.
func addresses(prefixes []netip.Prefix) string {
	var global, all []string
	for _, p := range prefixes {
		all = append(all, p.Addr().String())
		if !p.Addr().IsLinkLocalUnicast() {
			global = append(global, p.Addr().String())
		}
	}
	if len(global) > 0 {
		all = global
	}
	return strings.Join(all, " ")
}
