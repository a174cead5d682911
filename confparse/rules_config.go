package confparse

import (
	"fmt"
	"slices"
)

// crossCheck reports what blocks mean to each other.
func (d *decoder) crossCheck() {
	d.checkGroups()
	d.checkVRIDs()
	d.checkScripts()
}

func (d *decoder) checkVRIDs() {
	type space struct {
		ipv6 bool
		vrid uint8
	}
	seen := map[space][]*Instance{}
	for _, i := range d.cfg.Instances {
		if i.VRID == 0 {
			continue
		}
		key := space{i.IPv6, i.VRID}
		for _, other := range seen[key] {
			if clash(i, other) {
				d.r.errorf(CodeDuplicateVRID, i.Pos, fmt.Sprintf("%s is at %s; give one of them another virtual_router_id", other.Name, other.Pos),
					"%s and %s both use virtual_router_id %d on interface %s", other.Name, i.Name, i.VRID, i.Interface)
				break
			}
		}
		seen[key] = append(seen[key], i)
	}
}

// clash reports whether two instances with the same VRID and family would hear
// each other's adverts as their own. Unicast and multicast are apart.
func clash(a, b *Instance) bool {
	switch {
	case a.Unicast() != b.Unicast():
		return false
	case !a.Unicast():
		return a.Interface == b.Interface && a.MulticastGroup == b.MulticastGroup
	case a.Interface != b.Interface && a.Interface != "" && b.Interface != "", a.Source != b.Source:
		return false
	}
	return slices.ContainsFunc(a.Peers, func(p Peer) bool {
		return slices.ContainsFunc(b.Peers, func(q Peer) bool { return p.Addr == q.Addr })
	})
}

func (d *decoder) checkScripts() {
	used := map[*Script]bool{}
	runs := Pos{}
	run := func(c *Command) {
		if c != nil && !runs.IsValid() {
			runs = c.Pos
		}
	}
	for _, s := range d.cfg.Scripts {
		run(s.Command)
	}
	tracked := func(ts []TrackScript, n Notify) {
		for _, t := range ts {
			used[t.Script] = true
		}
		for _, c := range []*Command{n.Any, n.Master, n.Backup, n.Fault, n.Stop, n.Deleted, n.MasterRxLowerPri} {
			run(c)
		}
	}
	for _, i := range d.cfg.Instances {
		tracked(i.TrackScripts, i.Notify)
	}
	for _, g := range d.cfg.SyncGroups {
		tracked(g.TrackScripts, g.Notify)
	}
	for _, s := range d.cfg.Scripts {
		if !used[s] && !d.r.attemptedAnywhere("track_script") {
			d.r.notef(CodeUnused, s.Pos, fmt.Sprintf("track_script { %s }", s.Name), "nothing tracks vrrp_script %s, so it does not run", s.Name)
		}
	}
	if runs.IsValid() && !d.cfg.Global.ScriptSecurity {
		d.r.warnf(CodeScriptSecurity, runs, "add to global_defs: enable_script_security, and a script_user",
			"scripts run without enable_script_security: whoever can change one runs what he likes as the script user")
	}
}
