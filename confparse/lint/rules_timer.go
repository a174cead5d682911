package lint

import (
	"strconv"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// timerRules are about how long a failover takes, and what busy machines do to
// it.
func timerRules() []Rule {
	return []Rule{
		{
			ID: "failover-slow", Severity: confparse.Warning,
			Summary: "after the loss of the master the addresses are gone for more than 10 s",
			Fix:     "lower advert_int, or down_timer_adverts", one: failoverSlow,
		},
		{
			ID: "interval-fast", Severity: confparse.Warning,
			Summary: "a backup takes over after less than 100 ms of silence: a busy machine or hypervisor pauses for as long, and two are master for a moment",
			Fix:     "use advert_int 0.1 or more, or more down_timer_adverts", one: intervalFast,
		},
		{
			ID: "down-timer-short", Severity: confparse.Warning,
			Summary: "with down_timer_adverts 1 the loss of a single packet is a failover",
			Fix:     "write down_timer_adverts 3, which is the default", one: downTimerShort,
		},
		{
			ID: "garp-burst", Severity: confparse.Note,
			Summary: "becoming master sends hundreds of gratuitous ARPs at once: switches drop some, and clients keep talking to the dead node",
			Fix:     "lower garp_master_repeat, or set vrrp_garp_interval in global_defs", one: garpBurst,
		},
		{
			ID: "garp-once", Severity: confparse.Note,
			Summary: "with garp_master_delay 0 the addresses are announced in one batch only: a switch port that does not forward yet loses it, and clients keep talking to the dead node",
			Fix:     "leave garp_master_delay at 5, or set garp_master_refresh", one: garpOnce,
		},
		{
			ID: "lifetime-none", Severity: confparse.Note,
			Summary: "a daemon that is killed or stuck leaves its addresses behind, while another node takes them: both hold them for good",
			Fix:     "add address_lifetime 2, with keepalived-lite", one: lifetimeNone,
		},
		{
			ID: "lifetime-long", Severity: confparse.Warning,
			Summary: "the addresses of a daemon that is killed or stuck outlive its role: until the kernel removes them, two nodes hold them",
			Fix:     "write an address_lifetime of at least one second less than the backup waits", one: lifetimeLong,
		},
	}
}

// seconds writes a duration as configurations have it.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// downTime returns how long the member waits for a master with that interval.
func (m *member) downTime(interval time.Duration) time.Duration {
	skew := time.Second
	if m.Version == 3 {
		skew = interval
	}
	return time.Duration(m.DownTimerAdverts)*interval + time.Duration(256-m.well())*skew/256
}

func failoverSlow(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		m := &member{i, n}
		if down := m.downTime(i.AdvertInterval); down > 10*time.Second {
			at := "advert_int"
			if i.AdvertInterval <= 2*time.Second {
				at = "down_timer_adverts"
			}
			p.report(n, m.line(at), "", "vrrp_instance %s takes over %s s after the last advert of a dead master", i.Name, seconds(down.Round(10*time.Millisecond)))
		}
	}
}

func intervalFast(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		m := &member{i, n}
		if down := m.downTime(i.AdvertInterval); down < 100*time.Millisecond {
			p.report(n, m.line("advert_int"), "", "vrrp_instance %s takes over after %s ms of silence", i.Name, strconv.FormatFloat(float64(down.Microseconds())/1000, 'f', 1, 64))
		}
	}
}

func downTimerShort(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.DownTimerAdverts == 1 {
			at := n.line(i, "down_timer_adverts")
			if g := n.global("vrrp_down_timer_adverts"); at == i.Pos && g != nil {
				at = g.Pos()
			}
			p.report(n, at, "", "vrrp_instance %s takes over as soon as one advert is missing: a single lost packet makes two masters", i.Name)
		}
	}
}

// burst is how many frames at once switches are known to drop.
const burst = 500

func garpBurst(p *pass, n *node) {
	if n.global("vrrp_garp_interval") != nil || n.global("vrrp_gna_interval") != nil {
		return
	}
	for _, i := range n.cfg.Instances {
		if frames := (len(i.Addresses) + len(i.Excluded)) * i.GARP.MasterRepeat; frames > burst {
			p.report(n, n.line(i, "virtual_ipaddress"), "", "vrrp_instance %s sends %d frames at once when it becomes master: %d addresses, %d times", i.Name, frames, len(i.Addresses)+len(i.Excluded), i.GARP.MasterRepeat)
		}
	}
}

func garpOnce(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.GARP.MasterDelay != 0 || i.GARP.MasterRefresh != 0 {
			continue
		}
		at := n.line(i, "garp_master_delay")
		if g := n.global("vrrp_garp_master_delay"); at == i.Pos && g != nil {
			at = g.Pos()
		}
		p.report(n, at, "", "vrrp_instance %s announces its addresses once, when it becomes master, and never again", i.Name)
	}
}

func lifetimeNone(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.AddressLifetime == 0 {
			p.report(n, n.line(i, "address_lifetime"), "", "vrrp_instance %s has no address_lifetime: if the daemon is killed or stuck, its addresses stay here, and the node that takes over has them too", i.Name)
		}
	}
}

func lifetimeLong(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		// The kernel counts seconds and ends late; a backup with priority 254
		// waits no longer than this.
		wait := time.Duration(i.DownTimerAdverts) * i.AdvertInterval
		both := i.AddressLifetime + time.Second - wait
		if i.AddressLifetime == 0 || both <= 0 {
			continue
		}
		at := n.line(i, "address_lifetime")
		if g := n.global("vrrp_address_lifetime"); at == i.Pos && g != nil {
			at = g.Pos()
		}
		help := ""
		if wait < 3*time.Second {
			help = "the kernel counts whole seconds, of which 2 are the least: raise advert_int or down_timer_adverts if two nodes must never hold the addresses"
		}
		p.report(n, at, help, "address_lifetime %s of vrrp_instance %s: if the daemon is killed or stuck, a backup takes over after %s s, and both hold the addresses for up to %s s", seconds(i.AddressLifetime), i.Name, seconds(wait), seconds(both))
	}
}
