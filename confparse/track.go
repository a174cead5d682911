package confparse

import (
	"fmt"
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
	for _, m := range n.body {
		if m.words[0].Text == keyword {
			return true
		}
	}
	return false
}

// trackInterface takes an entry of track_interface.
func (c *cursor) trackInterface(to *[]TrackInterface) {
	var name string
	t := TrackInterface{Pos: c.n.pos()}
	ifname(func(s *string) *string { return s }).read(c, &name)
	t.Name = name
	c.options(&t)
	if name != "" {
		*to = append(*to, t)
	}
}

// trackScript takes an entry of track_script.
func (c *cursor) trackScript(to *[]TrackScript) {
	w, _ := c.next("script")
	script := c.d.cfg.Script(w.Text)
	if script == nil {
		c.unknownScript(w)
		script = &Script{} // for the options to be checked
	}
	t := TrackScript{Script: script, Weight: script.Weight, Pos: w.Pos}
	c.options(&t)
	switch {
	case script.Name == "":
	case trackedAlready(*to, script):
		c.r.warnf(CodeDuplicateName, w.Pos, "", "script %s is tracked already", w.Text)
	default:
		*to = append(*to, t)
	}
}

func trackedAlready(ts []TrackScript, s *Script) bool {
	for _, t := range ts {
		if t.Script == s {
			return true
		}
	}
	return false
}

func (c *cursor) unknownScript(w Word) {
	help := fmt.Sprintf("define it before: vrrp_script %s { ... }", w.Text)
	if at, ok := c.d.later["vrrp_script "+w.Text]; ok {
		help = fmt.Sprintf("move vrrp_script %s, which is at %s, before the block that tracks it", w.Text, at)
	} else if s := suggest(w.Text, func(yield func(string) bool) {
		for _, s := range c.d.cfg.Scripts {
			if !yield(s.Name) {
				return
			}
		}
	}); s != "" {
		help = fmt.Sprintf("did you mean %s?", s)
	} else if c.d.isKeyword(w.Text) {
		help = "is a '}' missing before it?"
	}
	c.r.errorf(CodeUndefinedObject, w.Pos, help, "no vrrp_script %s is defined up to here; it is not tracked", w.Text)
}

// trackWeight takes the weight of an entry. Both ends are 254 for those who
// mean "all of it", and become 253.
func (c *cursor) trackWeight(to *Weight) {
	v, ok := c.number(-254, 254)
	if !ok {
		return
	}
	to.Value = min(max(int(v), -253), 253)
	switch {
	case c.accept("reverse"):
		to.Reverse = true
	case c.accept("noreverse"):
		to.Reverse = false
	}
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
	g := &SyncGroup{Name: w.Text, Pos: c.n.pos(), SMTPAlert: cfg.Global.Instance.SMTPAlert}
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
			case d.cfg.Instance(m.Name) == nil:
				d.r.errorf(CodeUndefinedObject, m.Pos, d.instanceHelp(m.Name), "no vrrp_instance %s is defined; vrrp_sync_group %s goes on without it", m.Name, g.Name)
			case other != nil:
				d.r.errorf(CodeDuplicateName, m.Pos, "", "vrrp_instance %s is in vrrp_sync_group %s already", m.Name, other.Name)
			default:
				in[m.Name] = g
				members = append(members, m)
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
