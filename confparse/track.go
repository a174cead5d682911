package confparse

import (
	"strings"
	"time"
)

// openScript begins a vrrp_script.
func openScript(c *cursor, cfg *Config) *Script {
	w, ok := c.next("name")
	if !ok {
		return nil
	}
	if old := cfg.Script(w.Text); old != nil {
		c.duplicate("vrrp_script", w, old.Pos)
		return nil
	}
	s := &Script{Name: w.Text, Interval: time.Second, Rise: 1, Fall: 1, Pos: c.n.pos(), User: cfg.Global.ScriptUser}
	cfg.Scripts = append(cfg.Scripts, s)
	return s
}

// closeScript applies the defaults that depend on other lines.
func closeScript(d *decoder, n *node, s *Script) {
	if s.Interval == 0 {
		s.Interval = time.Second
	}
	if s.Timeout == 0 {
		s.Timeout = s.Interval
	}
	if s.Command == nil {
		if !n.has("script") { // else the line has been reported
			d.r.errorf(CodeMissingScript, s.Pos, `add a line like: script "/usr/bin/pgrep haproxy"`, "vrrp_script %s has no script", s.Name)
		}
		return
	}
	s.Command.User = s.User
}

// has reports whether the block of n has a line with that keyword.
func (n *node) has(keyword string) bool {
	for m := range n.body {
		if m.name() == keyword {
			return true
		}
	}
	return false
}

// openSyncGroup begins a vrrp_sync_group.
func openSyncGroup(c *cursor, cfg *Config) *SyncGroup {
	w, ok := c.next("name")
	if !ok {
		return nil
	}
	if old := find(cfg.SyncGroups, func(g *SyncGroup) bool { return g.Name == w.Text }); old != nil {
		c.duplicate("vrrp_sync_group", w, old.Pos)
		return nil
	}
	g := &SyncGroup{Name: w.Text, Pos: c.n.pos(), SMTPAlert: cfg.Global.Instance.SMTPAlert, PriorityChanges: cfg.Global.PriorityChanges}
	cfg.SyncGroups = append(cfg.SyncGroups, g)
	return g
}

func groupMember(c *cursor, g *SyncGroup) {
	w, _ := c.next("instance")
	g.Members = append(g.Members, Name{w.Text, w.Pos})
}

// checkGroups looks the members up, once all instances are known.
func (d *decoder) checkGroups() {
	in := map[string]*SyncGroup{}
	for _, g := range d.cfg.SyncGroups {
		var members []Name
		for _, m := range g.Members {
			switch other := in[m.Name]; {
			case d.instances[m.Name] == nil:
				d.r.errorf(CodeUndefinedObject, m.Pos, d.instanceHelp(m.Name), "no vrrp_instance %s is defined; vrrp_sync_group %s goes on without it", m.Name, g.Name)
			case other != nil:
				d.r.errorf(CodeDuplicateName, m.Pos, "", "vrrp_instance %s is in vrrp_sync_group %s already", m.Name, other.Name)
			default:
				in[m.Name] = g
				members = append(members, m)
				if i := d.instances[m.Name]; !d.ownChanges[i] {
					i.PriorityChanges = g.PriorityChanges
				}
			}
		}
		g.Members = members
		switch len(members) {
		case 0:
			d.r.errorf(CodeUndefinedObject, g.Pos, "group { INSTANCE ... }", "vrrp_sync_group %s has no members", g.Name)
		case 1:
			d.r.warnf(CodeSingleMember, g.Pos, "", "vrrp_sync_group %s has one member only, and nothing to keep in step", g.Name)
		}
	}
}

func (d *decoder) instanceHelp(name string) string {
	var names []string
	for _, i := range d.cfg.Instances {
		names = append(names, i.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return "the instances are " + strings.Join(names[:min(len(names), 10)], ", ")
}
