package report

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Dump is what keepalived's dump files show. Monitoring parses them, so that
// their layouts are keepalived 2.2.7's to the letter where people are known to
// look; passwords are masked.
type Dump struct {
	Config    *confparse.Config
	Instances []DumpInstance
	Scripts   []DumpScript
	Servers   []compose.VirtualServer
}

// DumpInstance is a vrrp_instance and how its router stands.
type DumpInstance struct {
	Config *confparse.Instance
	vrrp.Snapshot

	Failed  []Failed
	devices map[netip.Addr]string // that carry addresses
}

// DumpScript is a vrrp_script and how its runner stands.
type DumpScript struct {
	Config *confparse.Script
	check.Snapshot
}

// TakeDump returns how a composition of cfg stands now.
func TakeDump(cfg *confparse.Config, c *compose.Composition) *Dump {
	d := &Dump{Config: cfg}
	for _, i := range c.Instances() {
		devices := make(map[netip.Addr]string)
		for _, a := range i.Addresses() {
			devices[a.Prefix.Addr()] = a.Interface
		}
		d.Instances = append(d.Instances, DumpInstance{i.Config, i.Router.Snapshot(), failed(i.Failed()), devices})
	}
	for _, s := range c.Scripts() {
		d.Scripts = append(d.Scripts, DumpScript{s.Config, s.Runner.Snapshot()})
	}
	d.Servers = c.VirtualServers()
	return d
}

// StateNumber returns the number that keepalived's JSON has for a state.
func (i *DumpInstance) StateNumber() int {
	return map[vrrp.State]int{vrrp.Init: 0, vrrp.Backup: 1, vrrp.Master: 2, vrrp.Fault: 3}[i.State]
}

// Holds reports whether the addresses are on their interfaces.
func (i *DumpInstance) Holds() bool { return i.State == vrrp.Master && !i.Pending }

// VIPs returns all virtual addresses, those too that are not advertised, each once.
func (i *DumpInstance) VIPs() (list []confparse.Address) {
	seen := map[netip.Addr]bool{}
	for _, a := range append(i.Config.Addresses[:len(i.Config.Addresses):len(i.Config.Addresses)], i.Config.Excluded...) {
		if !seen[a.Prefix.Addr()] {
			seen[a.Prefix.Addr()] = true
			list = append(list, a)
		}
	}
	return list
}

// Family returns ipv4 or ipv6.
func (i *DumpInstance) Family() string {
	return onOff(i.Config.IPv6, "ipv6", "ipv4")
}

// GroupState returns the state that the members of a sync group have in common.
func (d *Dump) GroupState(g *confparse.SyncGroup) vrrp.State {
	for n := range d.Instances {
		if d.Instances[n].Group == g.Name {
			return d.Instances[n].State
		}
	}
	return vrrp.Init
}

// address writes an address as keepalived does; set says that it is there.
func address(a *confparse.Address, dev string, set bool) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(strings.TrimSuffix(a.Prefix.String(), "/32"), "/128"))
	if a.Broadcast.IsValid() {
		b.WriteString(" brd " + a.Broadcast.String())
	}
	if a.Interface != "" {
		dev = a.Interface
	}
	b.WriteString(" dev " + dev + " scope " + scope(a.Scope))
	if a.Label != "" {
		b.WriteString(" label " + a.Label)
	}
	if a.Peer.IsValid() {
		b.WriteString(" peer " + a.Peer.String())
	}
	for _, o := range []struct {
		on   bool
		text string
	}{{a.Home, " home"}, {a.DAD, " -nodad"}, {a.ManageTempAddr, " mngtmpaddr"}, {a.NoPrefixRoute, " noprefixroute"}, {a.AutoJoin, " autojoin"}, {a.NoTrack, " no_track"}, {set, " set"}} {
		if o.on {
			b.WriteString(o.text)
		}
	}
	return b.String()
}

func scope(s confparse.Scope) string {
	switch s {
	case confparse.ScopeGlobal:
		return "global"
	case confparse.ScopeSite:
		return "site"
	case confparse.ScopeLink:
		return "link"
	case confparse.ScopeHost:
		return "host"
	case confparse.ScopeNowhere:
		return "nowhere"
	}
	return strconv.Itoa(int(s))
}

// command writes a program with every word in quotes.
func command(c *confparse.Command) string {
	words := make([]string, len(c.Argv))
	for i, w := range c.Argv {
		words[i] = "'" + w + "'"
	}
	return strings.Join(words, " ")
}

// onOff returns yes or no.
func onOff(v bool, yes, no string) string {
	if v {
		return yes
	}
	return no
}

// stamp writes a time as seconds and microseconds since 1970.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "0.000000"
	}
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
