package report

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

// Check writes what keepalived's checkers write to keepalived_check.data on
// SIGUSR1, as far as it exists here.
func (d *Dump) Check(w io.Writer) error {
	b := bufio.NewWriter(w)
	line := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	line("------< LVS Topology >------")
	groups := map[*confparse.ServerGroup]bool{}
	for n := range d.Servers {
		if g := d.Servers[n].Config.Group; g != nil && !groups[g] {
			groups[g] = true
			serverGroup(g, line)
		}
	}
	for n := range d.Servers {
		checkServer(&d.Servers[n], line)
	}
	line("------< Health checkers >------")
	for n := range d.Servers {
		v := &d.Servers[n]
		for _, r := range v.Real {
			for _, k := range r.Checks {
				line(" %s -> %s", v.Name, r.Name)
				checker(&k, line)
			}
		}
	}
	return b.Flush()
}

func serverGroup(g *confparse.ServerGroup, line func(string, ...any)) {
	line(" ------< Virtual server group >------")
	line(" Virtual Server Group = %s", g.Name)
	for _, e := range g.Entries {
		switch {
		case !e.First.IsValid():
			line("   FWMARK = %d", e.Mark)
		case e.First == e.Last:
			line("   VIP = %v, VPORT = %d", e.First, e.Port)
		default:
			line("   VIP Range = %v-%v, VPORT = %d", e.First, e.Last, e.Port)
		}
	}
}

func checkServer(v *compose.VirtualServer, line func(string, ...any)) {
	c := v.Config
	line(" ------< Virtual server >------")
	switch {
	case c.Group != nil:
		line(" VS GROUP = [%s]:%d", c.Group.Name, c.Port)
	case c.ByMark:
		line(" VS FWMARK = %d", c.Mark)
	default:
		line(" VS VIP = %v, VPORT = %d", c.Address, c.Port)
	}
	if c.VirtualHost != "" {
		line("   VirtualHost = %s", c.VirtualHost)
	}
	line("   Address family = %v", family(c))
	line("   connection timeout = %f", c.ConnectTimeout.Seconds())
	line("   delay_loop = %f", c.Period.Seconds())
	line("   lvs_sched = %s", c.Scheduler)
	for _, f := range schedulerFlags(c) {
		line("   %s = %s", f.name, onOff(f.on, "enabled", "disabled"))
	}
	line("   One packet scheduling = %s", onOff(c.OnePacket, "enabled", "disabled"))
	if c.PersistenceTimeout > 0 {
		line("   persistence timeout = %d", seconds(c.PersistenceTimeout))
	}
	line("   protocol = %s", protocol(c.Protocol))
	line("   omega is %s", onOff(c.Omega, "ON", "OFF"))
	line("   quorum = %d, hysteresis = %d", c.Quorum, c.Hysteresis)
	scripts(line, "   Quorum up notify script", c.QuorumUp, "   Quorum down notify script", c.QuorumDown)
	line("   Using smtp notification = %s", onOff(c.SMTPAlert, "yes", "no"))
	line("   default forwarding method = %s", forwarding(&c.Forwarding))
	if s := c.Sorry; s != nil {
		line("   sorry server = [%v]:%v:%d", s.Address, c.Protocol, s.Port)
		line("     forwarding method = %s", forwarding(&s.Forwarding))
		line("     Inhibit on failure is %s", onOff(s.Inhibit, "ON", "OFF"))
	}
	line("   alive = %s", onOff(v.Suspended, "0", "1"))
	line("   quorum_state_up = %s", onOff(v.Quorum, "1", "0"))
	for n := range v.Real {
		checkReal(&v.Real[n], line)
	}
}

// family returns the address family of a virtual server: with a group, that of
// its addresses or servers.
func family(c *confparse.VirtualServer) confparse.Family {
	if c.Family != confparse.FamilyUnset {
		return c.Family
	}
	var addresses []netip.Addr
	if c.Group != nil {
		for _, e := range c.Group.Entries {
			addresses = append(addresses, e.First)
		}
	}
	for _, r := range c.RealServers {
		addresses = append(addresses, r.Address)
	}
	for _, a := range addresses {
		switch {
		case a.Is4():
			return confparse.FamilyIPv4
		case a.Is6():
			return confparse.FamilyIPv6
		}
	}
	return c.Family
}

// schedulerFlag is a flag of a scheduler, with the name that it has there.
type schedulerFlag struct {
	name string
	on   bool
}

func schedulerFlags(c *confparse.VirtualServer) []schedulerFlag {
	if c.Scheduler == "sh" || c.Scheduler == "mh" {
		return []schedulerFlag{{c.Scheduler + "-port", c.Flag2}, {c.Scheduler + "-fallback", c.Flag1}}
	}
	return []schedulerFlag{{"flag-1", c.Flag1}, {"flag-2", c.Flag2}, {"flag-3", c.Flag3}}
}

func checkReal(r *compose.RealServer, line func(string, ...any)) {
	c := r.Config
	line("   ------< Real server >------")
	line("   RIP = %v, RPORT = %d, WEIGHT = %d EFF WEIGHT = %d", c.Address, c.Port, c.Weight, r.Weight)
	line("   forwarding method = %s", forwarding(&c.Forwarding))
	line("   connection limit range = %d -> %d", c.Lower, c.Upper)
	line("   Inhibit on failure is %s", onOff(c.Inhibit, "ON", "OFF"))
	scripts(line, "     RS up notify script", c.Up, "     RS down notify script", c.Down)
	line("   Using smtp notification = %s", onOff(c.SMTPAlert, "yes", "no"))
	line("   initial weight = %d", c.Weight)
	line("   effective weight = %d", r.Weight)
	line("   alive = %s", onOff(r.Alive, "1", "0"))
	line("   num failed checkers = %d", len(r.Failed))
	line("   RS set = %s", onOff(!r.Refused && (r.Alive || c.Inhibit), "1", "0"))
}

func checker(k *compose.ServerCheck, line func(string, ...any)) {
	c := k.Config
	line("   Up = %s", onOff(k.State == check.Up, "yes", "no"))
	line("   Has run = %s", onOff(k.Runs > 0, "yes", "no"))
	line("   Alpha = %s", onOff(c.Alpha, "yes", "no"))
	line("   Delay loop = %d us", c.Period.Microseconds())
	line("   Warmup = %d us", c.Warmup.Microseconds())
	line("   Retries = %d", c.Retry)
	if c.Retry > 0 {
		line("   Delay before retry = %d us", c.RetryDelay.Microseconds())
	}
	line("   Log all failures = %s", onOff(c.LogAllFailures, "yes", "no"))
	if c.Connect.Address.IsValid() {
		line("   Connection")
		line("     Dest = [%v]:%d", c.Connect.Address, c.Connect.Port)
		line("     Timeout = %f", c.Connect.Timeout.Seconds())
	}
	line("   Keepalive method = %v", c.Type)
	if c.Misc != nil && c.Misc.Command != nil {
		line("   script = %s", command(c.Misc.Command))
	}
}

func protocol(p confparse.Protocol) string {
	if p == confparse.ProtocolNone {
		return p.String()
	}
	return strings.ToUpper(p.String())
}

func forwarding(f *confparse.Forwarding) string {
	if f.Method != confparse.Tunnel {
		return f.Method.String()
	}
	return "TUN, type = " + map[confparse.TunnelType]string{confparse.IPIP: "IPIP", confparse.GUE: "GUE", confparse.GRE: "GRE"}[f.Tunnel]
}

// scripts writes those of two programs that there are.
func scripts(line func(string, ...any), up string, first *confparse.Command, down string, second *confparse.Command) {
	if first != nil {
		line("%s = %s", up, command(first))
	}
	if second != nil {
		line("%s = %s", down, command(second))
	}
}
