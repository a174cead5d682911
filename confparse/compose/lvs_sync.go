package compose

import (
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// timeouts are lvs_timeouts.
func timeouts(g *confparse.LVS) ipvs.Timeouts {
	return ipvs.Timeouts{TCP: g.TCPTimeout, TCPFin: g.FINTimeout, UDP: g.UDPTimeout}
}

// daemons are the sync daemons that there should be: one, as the instance is
// master or not, or both without an instance.
func daemons(g *confparse.LVS, role ipvs.Role) []ipvs.Daemon {
	s := g.Sync
	if s == nil {
		return nil
	}
	d := ipvs.Daemon{Role: role, Interface: s.Interface, MaxLen: uint16(s.MaxLen), Group: s.Group, Port: s.Port, TTL: s.TTL}
	d.SyncID = uint8(s.ID)
	if s.Instance != "" {
		return []ipvs.Daemon{d}
	}
	both := d
	d.Role, both.Role = ipvs.Master, ipvs.Backup
	return []ipvs.Daemon{d, both}
}

// lvsGlobal is what global_defs says, the sync daemon's id completed: it is that
// of its instance unless given.
func lvsGlobal(cfg *confparse.Config) confparse.LVS {
	g := cfg.Global.LVS
	if s := g.Sync; s != nil && s.ID == confparse.Inherited {
		whole := *s
		whole.ID = 0
		if i := cfg.Instance(s.Instance); i != nil {
			whole.ID = int(i.VRID)
		}
		g.Sync = &whole
	}
	return g
}

// follow has the sync daemon follow its instance, until events end. They say when
// to look at it, not what is to be seen: some may be lost.
func (l *lvs) follow(events <-chan vrrp.Event, instances func() []Instance) {
	for range events {
		list := instances()
		l.mu.Lock()
		if s := l.global.Sync; s != nil && s.Instance != "" {
			l.role = ipvs.Backup
			for _, i := range list {
				if i.Config.Name == s.Instance && i.Router.Snapshot().State == vrrp.Master {
					l.role = ipvs.Master
				}
			}
		}
		l.mu.Unlock()
		l.poke()
	}
}
