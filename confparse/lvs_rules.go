package confparse

import (
	"math"
	"net/netip"
	"time"
)

// Defaults of checks.
const (
	defaultConnectTimeout = 5 * time.Second
	defaultPeriod         = time.Minute

	// maxTimer bounds what keepalived does not: some hundred years.
	maxTimer = (1<<32 - 1) * time.Second
)

// closeVirtualServer applies what keepalived defaults, corrects and drops once
// a virtual server has been read.
func closeVirtualServer(d *decoder, n *node, v *virtualServer) {
	v.ConnectTimeout = v.timeout.or(defaultConnectTimeout)
	v.Period = v.period.or(defaultPeriod)
	d.setService(n, v)
	clear(d.taken)
	v.RealServers = make([]*RealServer, 0, len(v.reals))
	for i := range v.reals {
		if r := &v.reals[i]; d.setRealServer(v, r) {
			v.RealServers = append(v.RealServers, r.RealServer)
		}
	}
	d.reals = v.reals
	if len(v.RealServers) == 0 {
		if !n.has("real_server") {
			d.r.errorf(CodeMissingAddress, v.Pos, "add: real_server ADDRESS PORT { }", "%s has no real servers", n.title())
		}
		return
	}
	d.setSorry(v)
	d.setQuorum(v)
}

// line returns where a keyword of the virtual server stands: the last one
// counts.
func (v *virtualServer) line(keyword string) Pos {
	at := v.Pos
	for n := range v.node.body {
		if n.name() == keyword {
			at = n.pos()
		}
	}
	return at
}

func (d *decoder) setService(n *node, v *virtualServer) {
	switch {
	case v.ByMark:
		if v.Protocol != ProtocolNone {
			d.adjusted(v.line("protocol"), "the protocol is ignored: a firewall mark has none")
			v.Protocol = ProtocolNone
		}
	case v.Protocol == ProtocolNone:
		v.Protocol = UDP
		if !n.has("protocol") {
			d.r.warnf(CodeAdjusted, v.Pos, "add: protocol TCP", "%s has no protocol, and is taken for UDP", n.title())
		}
	}
	if v.Scheduler == "" {
		v.Scheduler = "wlc"
		if !n.has("lb_algo") && !n.has("lvs_sched") {
			d.r.warnf(CodeAdjusted, v.Pos, "add: lb_algo wlc", "%s has no lb_algo, and gets wlc", n.title())
		}
	}
	if v.OnePacket && v.Address.IsValid() && v.Protocol != UDP {
		d.adjusted(v.line("ops"), "ops is ignored: only UDP has one-packet scheduling")
		v.OnePacket = false
	}
	if v.Address.IsValid() && v.Port == 0 && v.PersistenceTimeout == 0 {
		v.PersistenceTimeout = defaultPersistence
		d.r.warnf(CodeAdjusted, v.Pos, "add a port, or persistence_timeout 360", "%s has no port, and therefore becomes persistent", n.title())
	}
	if v.ByMark && v.Suspend {
		d.adjusted(v.line("ha_suspend"), "ha_suspend is ignored: a firewall mark has no address to look for")
		v.Suspend = false
	}
	alert := d.cfg.Global.Mail.CheckerAlert
	v.SMTPAlert = v.alert.or(alert != nil && *alert)
}

// setRealServer completes a real server, and reports whether it is to be used.
func (d *decoder) setRealServer(v *virtualServer, r *realServer) bool {
	if r.Forwarding.Method == MethodUnset {
		r.Forwarding = v.Forwarding
	}
	if r.Forwarding.Method == MethodUnset {
		r.Forwarding.Method = NAT
		d.r.warnf(CodeAdjusted, v.Pos, "add: lb_kind NAT", "%s has no lb_kind, and gets NAT", v.node.title())
		v.Forwarding = r.Forwarding
	}
	family := familyName(r.Address)
	if v.Family == FamilyUnset && r.Forwarding.Method != Tunnel {
		v.Family = family
	}
	if r.Forwarding.Method != Tunnel && v.Family != family {
		d.r.errorf(CodeFamily, r.Pos, "", "real_server %s is left out: it is of another family than the virtual_server", r.Address)
		return false
	}
	d.setPort(v, r)
	key := netip.AddrPortFrom(r.Address, r.Port)
	if d.taken[key] {
		d.adjusted(r.Pos, "real_server %s %d is there already; this one is left out", r.Address, r.Port)
		return false
	}
	d.taken[key] = true
	r.Weight = r.weight.or(v.weight)
	r.Inhibit = r.inhibit.or(v.inhibit)
	alert := d.cfg.Global.Mail.CheckerAlert
	r.SMTPAlert = r.alert.or(alert == nil || *alert)
	r.Checks = d.checkLists.room(len(r.checks))
	for _, k := range r.checks {
		if k.usable() {
			k.complete(d.cfg, v, r)
			r.Checks = append(r.Checks, k.Check)
		}
	}
	d.checkers = append(d.checkers, r.checks...)
	return true
}

// setPort corrects the port: only NAT can change it.
func (d *decoder) setPort(v *virtualServer, r *realServer) {
	switch {
	case v.ByMark && r.Forwarding.Method != NAT:
		if r.Port != 0 {
			d.adjusted(r.Pos, "the port of real_server %s is ignored: %s does not change ports", r.Address, r.Forwarding.Method)
			r.Port = 0
		}
	case !v.Address.IsValid():
	case r.Port == 0:
		r.Port = v.Port
	case r.Port != v.Port && r.Forwarding.Method != NAT:
		d.adjusted(r.Pos, "port %d of real_server %s becomes %d: %s does not change ports", r.Port, r.Address, v.Port, r.Forwarding.Method)
		r.Port = v.Port
	}
}

func (d *decoder) setSorry(v *virtualServer) {
	s := v.Sorry
	if s == nil {
		return
	}
	if s.Forwarding.Method == MethodUnset {
		if s.Forwarding = v.Forwarding; s.Forwarding.Method == MethodUnset {
			s.Forwarding.Method = NAT
		}
	}
	if s.Forwarding.Method != Tunnel && v.Family != FamilyUnset && familyName(s.Address) != v.Family {
		d.r.errorf(CodeFamily, s.Pos, "", "sorry_server %s is left out: it is of another family than the virtual_server", s.Address)
		v.Sorry = nil
		return
	}
	if s.Forwarding.Method != NAT && v.Address.IsValid() {
		if s.Port != 0 && s.Port != v.Port {
			d.adjusted(s.Pos, "port %d of sorry_server becomes %d: %s does not change ports", s.Port, v.Port, s.Forwarding.Method)
		}
		s.Port = v.Port
	}
}

func (d *decoder) setQuorum(v *virtualServer) {
	var sum int64
	for _, r := range v.RealServers {
		sum += int64(r.Weight)
	}
	if sum = min(sum, math.MaxUint32); int64(v.Quorum) > sum {
		d.r.warnf(CodeAdjusted, v.line("quorum"), "give the real servers more weight", "quorum %d becomes %d, the sum of all weights", v.Quorum, sum)
		v.Quorum = uint32(sum)
	}
	if v.Hysteresis > 0 && v.Hysteresis >= v.Quorum {
		less := max(v.Quorum, 1) - 1
		d.adjusted(v.line("hysteresis"), "hysteresis %d becomes %d: it has to be below the quorum", v.Hysteresis, less)
		v.Hysteresis = less
	}
}

// complete gives a check what it inherits.
func (k *checker) complete(cfg *Config, v *virtualServer, r *realServer) {
	own := k.inherited
	if k.host != nil {
		own = own.inherit(k.host.inherited)
	}
	s := own.inherit(r.inherited).inherit(v.inherited)
	retry, delay := 1, time.Second
	k.Period = s.period.or(defaultPeriod)
	switch k.Type {
	case HTTPGet, SSLGet:
		delay = 3 * time.Second
	case DNSCheck:
		retry, delay = 3, k.Period
	case SMTPCheck:
		if k.host != nil {
			k.SMTP = k.host.SMTP
		}
	case FileCheck:
		k.File.Weight = k.file.or(k.File.File.Weight)
	case MiscCheck:
		retry = 0
		k.Misc.Command.User = k.user
		if k.Misc.Timeout == 0 {
			k.Misc.Timeout = v.Period
		}
	}
	k.Alpha = s.alpha.or(false)
	if k.Type == FileCheck || k.Type == BFDCheck {
		k.Period = 0
		return
	}
	k.Retry = s.retry.or(retry)
	k.RetryDelay = s.retryDelay.or(delay)
	k.Warmup = s.warmup.or(k.Period)
	k.LogAllFailures = k.LogAllFailures || cfg.Global.LVS.LogAllFailures
	if k.Type == MiscCheck {
		return
	}
	k.Connect.Timeout = s.timeout.or(defaultConnectTimeout)
	if !k.Connect.Address.IsValid() {
		k.Connect.Address = r.Address
	}
	if k.Connect.Port == 0 {
		if k.Connect.Port = r.written; k.Connect.Port == 0 {
			k.Connect.Port = r.Port
		}
	}
	if k.HTTP != nil && k.HTTP.VirtualHost == "" {
		if k.HTTP.VirtualHost = r.VirtualHost; k.HTTP.VirtualHost == "" {
			k.HTTP.VirtualHost = v.VirtualHost
		}
	}
}
