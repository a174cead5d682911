package confparse

import (
	"io/fs"
	"strconv"
	"strings"
)

// What ip(8) calls numbers that have names, and the file that has more of them.
var (
	tableNumbers    = names{"table", "rt_tables", 32, map[string]uint64{"default": 253, "main": 254, "local": 255}}
	protocolNumbers = names{"protocol", "rt_protos", 8, map[string]uint64{
		"kernel": 2, "boot": 3, "static": 4, "ra": 9, "mrt": 10, "zebra": 11, "bird": 12, "dhcp": 16, "keepalived": 18,
		"bgp": 186, "isis": 187, "ospf": 188, "rip": 189, "eigrp": 192,
	}}
	scopeNumbers = names{"scope", "rt_scopes", 8, map[string]uint64{"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}}
	tosNumbers   = names{"tos", "rt_dsfield", 8, nil}
	realmNumbers = names{"realm", "rt_realms", 16, map[string]uint64{"cosmos": 0}}
	groupNumbers = names{"group", "group", 32, map[string]uint64{"default": 0}}
	ipNumbers    = names{"IP protocol", "", 8, map[string]uint64{
		"icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
		"icmpv6": 58, "ipv6-icmp": 58, "ospf": 89, "vrrp": 112, "sctp": 132, "udplite": 136,
	}}
)

// names are a kind of number that may be written as a name.
type names struct {
	what  string
	file  string // of iproute2's
	bits  int
	known map[string]uint64
}

// named takes a number, in any base, or a name for it.
func (c *cursor) named(n names) (uint64, bool) {
	w, ok := c.next(n.what)
	if !ok {
		return 0, false
	}
	return c.lookup(n, w.Text, w.Pos)
}

// lookup returns what s, a number or a name, stands for.
func (c *cursor) lookup(n names, s string, at Pos) (uint64, bool) {
	v, err := strconv.ParseUint(s, 0, n.bits)
	switch {
	case err == nil:
		return v, true
	case isRange(err):
		c.r.errorf(CodeOutOfRange, at, "", "%s %s is greater than %d", n.what, s, uint64(1)<<n.bits-1)
		return 0, false
	}
	if v, ok := n.known[s]; ok {
		return v, true
	}
	help := "a number, or one of iproute2's names"
	if n.file != "" {
		if v, ok := c.d.iproute(n, s); ok {
			return v, true
		}
		help = "a number, or a name in " + c.d.cfg.Global.Files.IPRouteEtc + "/" + n.file
	}
	c.r.errorf(CodeInvalid, at, help, "unknown %s %q", n.what, s)
	return 0, false
}

// iproute looks a name up in the files of iproute2, those of the administrator
// before those of the package.
func (d *decoder) iproute(n names, name string) (uint64, bool) {
	for _, dir := range []string{d.cfg.Global.Files.IPRouteEtc, d.cfg.Global.Files.IPRouteUsr} {
		base := strings.Trim(dir, "/") + "/" + n.file
		more, _ := fs.Glob(d.fs, base+".d/*.conf")
		for _, file := range append([]string{base}, more...) {
			text, err := fs.ReadFile(d.fs, file)
			if err != nil {
				continue // that it is missing is usual
			}
			for line := range strings.Lines(string(text)) {
				line, _, _ = strings.Cut(line, "#")
				f := strings.Fields(line)
				if len(f) < 2 || f[1] != name {
					continue
				}
				if v, err := strconv.ParseUint(f[0], 0, n.bits); err == nil {
					return v, true
				}
			}
		}
	}
	return 0, false
}

// unsigned takes a number of so many bits, in any base.
func (c *cursor) unsigned(what string, bits int) (uint64, bool) {
	w, ok := c.next(what)
	if !ok {
		return 0, false
	}
	return c.lookup(names{what: what, bits: bits}, w.Text, w.Pos)
}

// realms takes [SOURCE/]DESTINATION.
func (c *cursor) realms() (r Realms, ok bool) {
	w, ok := c.next("realm")
	if !ok {
		return r, false
	}
	from, to, both := strings.Cut(w.Text, "/")
	if !both {
		from, to = "0", from
	}
	f, ok1 := c.lookup(realmNumbers, from, w.Pos)
	t, ok2 := c.lookup(realmNumbers, to, w.Pos)
	return Realms{uint16(f), uint16(t)}, ok1 && ok2
}
