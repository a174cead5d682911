package confparse

func openGARPGroup(c *cursor, cfg *Config) *GARPGroup {
	g := &GARPGroup{Pos: c.n.pos()}
	cfg.GARPGroups = append(cfg.GARPGroups, g)
	return g
}

func garpInterface(c *cursor, g *GARPGroup) {
	n := Name{Pos: c.n.pos()}
	if c.more() {
		n.Pos = c.peek().Pos
	}
	ifname(func(n *Name) *string { return &n.Name }).read(c, &n)
	if n.Name != "" {
		g.Interfaces = append(g.Interfaces, n)
	}
}

func closeGARPGroup(d *decoder, n *node, g *GARPGroup) {
	switch {
	case g.GARPInterval == 0 && g.GNAInterval == 0 && !n.has("garp_interval") && !n.has("gna_interval"):
		d.r.errorf(CodeMissingArg, g.Pos, "add: garp_interval 0.1", "garp_group has neither garp_interval nor gna_interval")
	case len(g.Interfaces) == 0 && !n.has("interface") && !n.has("interfaces"):
		d.r.errorf(CodeMissingArg, g.Pos, "add: interface eth0", "garp_group has no interface")
	}
}

func openTrackGroup(c *cursor, cfg *Config) *TrackGroup {
	w, ok := c.next("name")
	if !ok {
		return nil
	}
	if old := find(cfg.TrackGroups, func(g *TrackGroup) bool { return g.Name == w.Text }); old != nil {
		c.duplicate("track_group", w, old.Pos)
		return nil
	}
	g := &TrackGroup{Name: w.Text, Pos: c.n.pos()}
	cfg.TrackGroups = append(cfg.TrackGroups, g)
	return g
}

func trackGroupMember(c *cursor, g *TrackGroup) {
	w, _ := c.next("instance")
	g.Members = append(g.Members, Name{w.Text, w.Pos})
}
