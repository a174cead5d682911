package lint

import (
	"net/netip"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// realServerRules are about real_servers.
func realServerRules() []Rule {
	return []Rule{
		{
			ID: "real-server-self", Severity: confparse.Error,
			Summary: "a real server is the director itself, or a virtual address: connections come back to the load balancer, or are answered by whoever is master",
			Fix:     "name a server that does no balancing, by an address of its own", one: realServerSelf,
		},
		{
			ID: "real-server-twice", Severity: confparse.Warning,
			Summary: "a virtual_server lists a real server twice: keepalived drops the second one",
			Fix:     "remove one; use weight to give it more", one: realServerTwice,
		},
		{
			ID: "real-server-port", Severity: confparse.Warning,
			Summary: "DR and TUN do not change ports: the server is asked on the port of the virtual server, while the check uses the one that is written",
			Fix:     "write the port of the virtual_server, or use NAT", one: realServerPort,
		},
		{
			ID: "real-server-unchecked", Severity: confparse.Warning,
			Summary: "a real server has no check: it gets connections even when it is dead",
			Fix:     "add a check, for example: TCP_CHECK { connect_timeout 3 }", one: realServerUnchecked,
		},
		{
			ID: "real-server-weight", Severity: confparse.Note,
			Summary: "a real server has weight 0: it is checked but gets no new connections",
			Fix:     "write a weight, unless the server is being drained", one: realServerWeight,
		},
		{
			ID: "real-server-family", Severity: confparse.Error,
			Summary: "a real server is of another address family than its virtual_server: keepalived drops it, unless it is a tunnel",
			Fix:     "use an address of the same family, or lvs_method TUN", one: realServerFamily,
		},
		{
			ID: "sorry-server-real", Severity: confparse.Warning,
			Summary: "the sorry server is one of the real servers: when all of them are dead, so is it",
			Fix:     "name another server", one: sorryServerReal,
		},
	}
}

func realServerSelf(p *pass, n *node) {
	for v, r := range n.realServers {
		if !r.addr.IsValid() {
			continue
		}
		why := ""
		switch {
		case r.addr.IsLoopback():
			why = "a loopback address"
		case r.addr == v.addr:
			why = "the address of the virtual_server itself"
		case n.held(r.addr):
			why = "an address that this node holds"
		case n.source(r.addr):
			why = "the source address of this node"
		default:
			continue
		}
		p.report(n, r.Pos(), "", "real_server %s of %s is %s", r.addr, title(v.Statement), why)
	}
}

// source reports whether an instance sends from an address.
func (n *node) source(a netip.Addr) bool {
	for _, i := range n.cfg.Instances {
		if i.Source == a {
			return true
		}
	}
	return false
}

func realServerTwice(p *pass, n *node) {
	for v := range n.virtualServers {
		seen := map[string]bool{}
		for _, r := range v.servers {
			key := r.addr.String() + " " + r.port
			if r.addr.IsValid() && seen[key] {
				p.report(n, r.Pos(), "", "real_server %s is in %s already, and left out", key, title(v.Statement))
			}
			seen[key] = true
		}
	}
}

func realServerPort(p *pass, n *node) {
	for v, r := range n.realServers {
		m := v.how(r)
		if v.addr.IsValid() && (m == "DR" || m == "TUN") && r.port != "" && r.port != v.port {
			p.report(n, r.Pos(), "", "real_server %s has port %s, but %s does not change ports: it gets connections to port %s, while port %s is checked", r.addr, r.port, m, v.port, r.port)
		}
	}
}

func realServerUnchecked(p *pass, n *node) {
	for v, r := range n.realServers {
		checked := false
		for _, s := range r.Body {
			checked = checked || isChecker(s.Name())
		}
		if !checked {
			p.report(n, r.Pos(), "", "%s of %s has no check, and stays in when it is dead", title(r.Statement), title(v.Statement))
		}
	}
}

func realServerWeight(p *pass, n *node) {
	for v, r := range n.realServers {
		if v.share(r) == 0 {
			p.report(n, posOf(r.Statement, "weight"), "", "%s of %s has weight 0, and gets no new connections", title(r.Statement), title(v.Statement))
		}
	}
}

func realServerFamily(p *pass, n *node) {
	for v, r := range n.realServers {
		if v.addr.IsValid() && r.addr.IsValid() && v.addr.Is4() != r.addr.Is4() && v.how(r) != "TUN" {
			p.report(n, r.Pos(), "", "%s is of another address family than %s, and is dropped", title(r.Statement), title(v.Statement))
		}
	}
}

func sorryServerReal(p *pass, n *node) {
	for v := range n.virtualServers {
		s := v.Last("sorry_server")
		if s == nil {
			continue
		}
		for _, r := range v.servers {
			if r.Arg(1) == s.Arg(1) && r.port == port(s.Arg(2)) {
				p.report(n, s.Pos(), "", "the sorry_server of %s is its real_server %s", title(v.Statement), r.addr)
			}
		}
	}
}
