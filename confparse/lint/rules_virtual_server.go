package lint

import (
	"net/netip"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// virtualServerRules are about virtual_servers.
func virtualServerRules() []Rule {
	return []Rule{
		{
			ID: "virtual-server-default", Severity: confparse.Warning,
			Summary: "a virtual_server leaves protocol, lb_algo or lb_kind to the defaults, which are UDP, wlc and NAT",
			Fix:     "write protocol, lb_algo and lb_kind", one: virtualServerDefault,
		},
		{
			ID: "virtual-server-twice", Severity: confparse.Error,
			Summary: "two virtual_servers have the same address, port and protocol: the kernel has one, and their servers get mixed up",
			Fix:     "join the two blocks", one: virtualServerTwice,
		},
		{
			ID: "virtual-server-empty", Severity: confparse.Error,
			Summary: "a virtual_server has no real_server: keepalived drops it",
			Fix:     "add a real_server", one: virtualServerEmpty,
		},
		{
			ID: "virtual-server-port", Severity: confparse.Warning,
			Summary: "a virtual_server for all ports works with persistence only: keepalived turns it on, for 360 s",
			Fix:     "write a port, or a persistence_timeout", one: virtualServerPort,
		},
		{
			ID: "quorum-too-high", Severity: confparse.Warning,
			Summary: "the quorum is higher than all weights together: it is lowered, and then every single server is needed",
			Fix:     "lower the quorum", one: quorumTooHigh,
		},
		{
			ID: "virtual-server-boolean", Severity: confparse.Error,
			Summary: "keepalived does not look at what stands behind alpha, ha_suspend and inhibit_on_failure of a virtual_server: there, unlike here, false turns them on",
			Fix:     "remove the line to have it off", one: virtualServerBoolean,
		},
		{
			ID: "ha-suspend-group", Severity: confparse.Error,
			Summary: "ha_suspend of a virtual_server group never wakes its checks: dead servers stay in",
			Fix:     "remove ha_suspend", one: haSuspendGroup,
		},
		{
			ID: "virtual-server-unheld", Severity: confparse.Note,
			Summary: "no vrrp_instance holds the address of a virtual_server: unless something else sets it, nobody can connect",
			Fix:     "add the address to an instance", one: virtualServerUnheld,
		},
		{
			ID: "scheduler-flag-ignored", Severity: confparse.Warning,
			Summary: "sh-port, sh-fallback, mh-port and mh-fallback count only behind the lb_algo that they belong to",
			Fix:     "move the line behind lb_algo", one: schedulerFlagIgnored,
		},
		{
			ID: "group-range", Severity: confparse.Error,
			Summary: "a range of addresses goes beyond the last octet: keepalived 2.4.3 counts in that octet only, and never comes to the end",
			Fix:     "write one range for each /24", one: groupRange,
		},
	}
}

func virtualServerDefault(p *pass, n *node) {
	for v := range n.virtualServers {
		var missing []string
		if v.addr.IsValid() && v.Last("protocol") == nil {
			missing = append(missing, "protocol: UDP")
		}
		if len(v.All("lb_algo", "lvs_sched")) == 0 {
			missing = append(missing, "lb_algo: wlc")
		}
		if len(v.All("lb_kind", "lvs_method")) == 0 {
			missing = append(missing, "lb_kind: NAT")
		}
		if len(missing) > 0 {
			p.report(n, v.Pos(), "", "%s uses defaults, which may not be what is meant: %s", title(v.Statement), strings.Join(missing, ", "))
		}
	}
}

func virtualServerTwice(p *pass, n *node) {
	seen := map[string]confparse.Pos{}
	for v := range n.virtualServers {
		protocol := "UDP"
		if s := v.Last("protocol"); s != nil {
			protocol = strings.ToUpper(s.Arg(1))
		}
		key := strings.Join([]string{v.addr.String(), v.port, protocol}, " ")
		if !v.addr.IsValid() {
			if v.Arg(1) != "fwmark" {
				continue // several servers may use a group
			}
			key = "fwmark " + v.Arg(2)
		}
		if first, ok := seen[key]; ok {
			p.report(n, v.Pos(), "", "%s is at %s already", title(v.Statement), first)
		} else {
			seen[key] = v.Pos()
		}
	}
}

func virtualServerEmpty(p *pass, n *node) {
	for v := range n.virtualServers {
		if len(v.servers) == 0 {
			p.report(n, v.Pos(), "", "%s has no real_server, and is dropped", title(v.Statement))
		}
	}
}

func virtualServerPort(p *pass, n *node) {
	for v := range n.virtualServers {
		if v.addr.IsValid() && v.port == "" && len(v.All("persistence_timeout", "persistence_granularity")) == 0 {
			p.report(n, v.Pos(), "", "%s is for all ports, and therefore becomes persistent for 360 s", title(v.Statement))
		}
	}
}

func quorumTooHigh(p *pass, n *node) {
	for v := range n.virtualServers {
		sum := 0
		for _, r := range v.servers {
			sum += v.share(r)
		}
		if q := v.Last("quorum"); number(q, 1) > sum && q != nil {
			p.report(n, q.Pos(), "", "quorum %s of %s is more than all its servers together have, which is %d", q.Arg(1), title(v.Statement), sum)
		}
	}
}

func virtualServerBoolean(p *pass, n *node) {
	for v := range n.virtualServers {
		for _, s := range v.All("alpha", "ha_suspend", "inhibit_on_failure") {
			switch s.Arg(1) {
			case "off", "false", "no":
				p.report(n, s.Pos(), "", "%s %s turns %s of %s on in keepalived", s.Name(), s.Arg(1), s.Name(), title(v.Statement))
			}
		}
	}
}

func haSuspendGroup(p *pass, n *node) {
	for v := range n.virtualServers {
		if s := v.Last("ha_suspend"); s != nil && v.Arg(1) == "group" {
			p.report(n, s.Pos(), "", "%s is a group: with ha_suspend its servers are never checked", title(v.Statement))
		}
	}
}

func virtualServerUnheld(p *pass, n *node) {
	for v := range n.virtualServers {
		if !v.addr.IsValid() || len(n.cfg.Instances) == 0 || n.held(v.addr) {
			continue
		}
		p.report(n, v.Pos(), "", "no vrrp_instance holds %s", v.addr)
	}
}

// held reports whether an instance, or static_ipaddress, has an address.
func (n *node) held(a netip.Addr) bool {
	for _, i := range n.cfg.Instances {
		if holds(i.Addresses, a) || holds(i.Excluded, a) {
			return true
		}
	}
	return holds(n.cfg.StaticAddresses, a)
}

func schedulerFlagIgnored(p *pass, n *node) {
	for v := range n.virtualServers {
		algo := ""
		for _, s := range v.Body {
			switch s.Name() {
			case "lb_algo", "lvs_sched":
				algo = s.Arg(1)
			case "sh-port", "sh-fallback", "mh-port", "mh-fallback":
				if want, _, _ := strings.Cut(s.Name(), "-"); algo != want {
					p.report(n, s.Pos(), "", "%s of %s is ignored: no lb_algo %s stands before it", s.Name(), title(v.Statement), want)
				}
			}
		}
	}
}

func groupRange(p *pass, n *node) {
	for _, g := range n.blocks("virtual_server_group") {
		for _, s := range g.Body {
			from, to, ok := strings.Cut(s.Name(), "-")
			a, err1 := netip.ParseAddr(from)
			b, err2 := netip.ParseAddr(to)
			if !ok || err1 != nil || err2 != nil || !a.Is4() {
				continue
			}
			if pa, _ := a.Prefix(24); !pa.Contains(b) {
				p.report(n, s.Pos(), "", "the range %s of %s leaves its /24", s.Name(), title(g))
			}
		}
	}
}
