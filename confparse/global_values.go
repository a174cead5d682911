package confparse

import (
	"path"
	"strings"
	"time"
)

func alertChecker(c *cursor, g *global) {
	if v, ok := c.boolean(); ok {
		g.Mail.CheckerAlert = &v
	}
}

// maxIPVSTimeout is 31 days.
const maxIPVSTimeout = 31 * 24 * time.Hour

func lvsTimeouts(c *cursor, g *global) {
	fields := map[string]*time.Duration{"tcp": &g.LVS.TCPTimeout, "tcpfin": &g.LVS.FINTimeout, "udp": &g.LVS.UDPTimeout}
	for first := true; first || c.more(); first = false {
		w, ok := c.next("protocol")
		if !ok {
			return
		}
		to := fields[w.Text]
		if to == nil {
			c.r.errorf(CodeInvalid, w.Pos, "tcp, tcpfin or udp", "lvs_timeouts cannot be %q", w.Text)
			c.i = c.n.count()
			return
		}
		if v, ok := c.duration(0, maxIPVSTimeout, time.Second); ok {
			*to = v
		}
	}
}

func flushOnStop(c *cursor, g *global) {
	g.LVS.FlushOnStop = FlushAll
	if c.more() {
		if v, ok := choice(c, []string{"VS"}, []FlushOnStop{FlushOwn}); ok {
			g.LVS.FlushOnStop = v
		}
	}
}

// syncDaemon takes lvs_sync_daemon, whose first words may also be an instance
// and a number without keywords.
func syncDaemon(c *cursor, g *global) {
	s := &SyncDaemon{ID: Inherited, Pos: c.keyword().Pos}
	ifname(func(s *SyncDaemon) *string { return &s.Interface }).read(c, s)
	if s.Interface == "" {
		c.i = c.n.count()
		return
	}
	options := map[string]func() bool{
		"inst":   func() bool { w, ok := c.next("instance"); s.Instance = w.Text; return ok },
		"id":     func() bool { v, ok := c.number(0, 255); s.ID = int(v); return ok },
		"maxlen": func() bool { v, ok := c.number(1, 65507); s.MaxLen = int(v); return ok },
		"port":   func() bool { v, ok := c.number(1, 65535); s.Port = uint16(v); return ok },
		"ttl":    func() bool { v, ok := c.number(1, 255); s.TTL = uint8(v); return ok },
		"group": func() bool {
			a, ok := c.address()
			if ok && !a.IsMulticast() {
				c.r.errorf(CodeInvalid, c.last().Pos, "", "%s is not a multicast address", a)
				return false
			}
			s.Group = a
			return ok
		},
	}
	if c.more() && options[c.peekText()] == nil {
		s.Instance = c.optional()
		if c.more() && options[c.peekText()] == nil {
			v, ok := c.number(0, 255)
			if !ok {
				c.i = c.n.count()
				return
			}
			s.ID = int(v)
			c.r.warnf(CodeDeprecated, s.Pos, "write: inst "+s.Instance+" id N", "the number of lvs_sync_daemon without id is deprecated")
		}
	}
	for c.more() {
		w, _ := c.next("")
		if read := options[w.Text]; read == nil {
			c.r.errorf(CodeInvalid, w.Pos, "inst, id, maxlen, port, ttl or group", "lvs_sync_daemon has no option %q", w.Text)
			c.i = c.n.count()
			return
		} else if !read() {
			c.i = c.n.count()
			return
		}
	}
	g.LVS.Sync = s
}

func iptables(c *cursor, g *global) {
	f := &g.Firewall
	f.IPTables, f.InChain, f.OutChain = true, "INPUT", "OUTPUT"
	if !c.more() {
		return
	}
	f.InChain, f.OutChain = c.optional(), c.optional()
	if f.InChain == f.OutChain {
		c.r.errorf(CodeInvalid, c.keyword().Pos, "", "the chains of vrrp_iptables have to differ")
	}
}

func ipsets(c *cursor, g *global) {
	const sets = 6
	g.Firewall.IPSets = nil
	for c.more() && len(g.Firewall.IPSets) < sets {
		w, _ := c.next("")
		if len(w.Text) > 31 {
			c.r.errorf(CodeInvalid, w.Pos, "", "%q is longer than the 31 characters that the name of a set can have", w.Text)
		}
		g.Firewall.IPSets = append(g.Firewall.IPSets, w.Text)
	}
	g.Firewall.NoIPSets = len(g.Firewall.IPSets) == 0
}

func nftables(c *cursor, g *global) {
	g.Firewall.NFTables, g.Firewall.TablesPos = true, c.keyword().Pos
	if name := c.optional(); name != "" {
		g.Firewall.Table = name
	}
}

func nftablesIPVS(c *cursor, g *global) {
	g.Firewall.IPVS, g.Firewall.IPVSPos = true, c.keyword().Pos
	if name := c.optional(); name != "" {
		g.Firewall.IPVSTable = name
	}
}

func bufferPolicy(c *cursor, g *global) {
	if c.more() {
		switch strings.ToUpper(c.peekText()) {
		case "MTU":
			g.ReceiveBuffers.Policy = BufferMTU
			c.i++
			return
		case "ADVERT":
			g.ReceiveBuffers.Policy = BufferAdvert
			c.i++
			return
		}
	}
	if v, ok := c.number(1, 1<<31-1); ok {
		g.ReceiveBuffers.Policy, g.ReceiveBuffers.Bytes = BufferBytes, int(v)
	}
}

// umaskBits are the names of permission bits.
var umaskBits = map[string]int{
	"IRUSR": 0o400, "IWUSR": 0o200, "IXUSR": 0o100, "IRWXU": 0o700,
	"IRGRP": 0o040, "IWGRP": 0o020, "IXGRP": 0o010, "IRWXG": 0o070,
	"IROTH": 0o004, "IWOTH": 0o002, "IXOTH": 0o001, "IRWXO": 0o007,
}

func umask(c *cursor, g *global) {
	w, ok := c.next("mask")
	if !ok {
		return
	}
	if w.Text != "" && w.Text[0] >= '0' && w.Text[0] <= '9' {
		c.i--
		if v, ok := c.anyBase(0, 0o777); ok {
			g.Umask = int(v)
		}
		return
	}
	mask := 0
	for c.i--; c.more(); {
		w, _ := c.next("")
		for _, name := range strings.Split(w.Text, "|") {
			bit, ok := umaskBits[name]
			if !ok && name != "" {
				c.r.errorf(CodeInvalid, w.Pos, "a number, or names such as IXUSR|IRWXG|IRWXO", "umask does not know %q", name)
				c.i = c.n.count()
				return
			}
			mask |= bit
		}
	}
	g.Umask = mask
}

func reloadCheck(c *cursor, g *global) { g.Reload.Check, g.Reload.CheckLog = true, c.optional() }

func reloadTimeFile(c *cursor, g *global) {
	w, ok := c.next("path")
	switch {
	case !ok:
	case !path.IsAbs(w.Text):
		c.r.errorf(CodeInvalid, w.Pos, "begin it with a /", "reload_time_file %q is not an absolute path", w.Text)
	default:
		g.Reload.TimeFile = w.Text
	}
}

func reloadFile(c *cursor, g *global) { g.Reload.Marked, g.Reload.MarkFile = true, c.optional() }
