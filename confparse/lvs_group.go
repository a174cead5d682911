package confparse

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

func openServerGroup(c *cursor, cfg *Config) *ServerGroup {
	w, ok := c.next("name")
	if !ok {
		return nil
	}
	if old := find(cfg.ServerGroups, func(g *ServerGroup) bool { return g.Name == w.Text }); old != nil {
		c.duplicate("virtual_server_group", w, old.Pos)
		return nil
	}
	g := &ServerGroup{Name: w.Text, Pos: c.n.pos()}
	cfg.ServerGroups = append(cfg.ServerGroups, g)
	return g
}

func closeServerGroup(d *decoder, n *node, g *ServerGroup) {
	if len(g.Entries) == 0 && n.first == nil {
		d.r.errorf(CodeMissingAddress, g.Pos, "add a line like: 192.0.2.100 80", "virtual_server_group %s is empty", g.Name)
	}
}

// groupEntry takes ADDRESS[/PREFIX|-END] [PORT] or fwmark N [inet|inet6].
func groupEntry(c *cursor, g *ServerGroup) {
	e := GroupEntry{Pos: c.n.pos()}
	w, _ := c.next("address")
	if w.Text == "fwmark" {
		mark, ok := c.number(0, 1<<32-1)
		if ok && c.more() {
			e.Family, ok = choice(c, []string{"inet", "inet6"}, []Family{FamilyIPv4, FamilyIPv6})
		}
		if e.Mark = uint32(mark); ok {
			g.Entries = append(g.Entries, e)
		}
		return
	}
	first, last, why := addressRange(w.Text)
	if why != "" {
		c.r.errorf(CodeInvalid, w.Pos, "ADDRESS, ADDRESS/LENGTH, ADDRESS-END or fwmark N", "%s: %s; the entry is left out", w.Text, why)
		c.i = c.n.count()
		return
	}
	if e.First, e.Last = first, last; c.more() {
		if strings.Trim(c.peekText(), "0") == "" {
			c.i++
		} else if port, ok := c.number(1, 65535); ok {
			e.Port = uint16(port)
		} else {
			return
		}
	}
	g.Entries = append(g.Entries, e)
}

// addressRange reads an address, a prefix, or a range whose end is an address,
// the last octet of an IPv4 address, or the last 16 bits of an IPv6 address.
func addressRange(s string) (first, last netip.Addr, why string) {
	if head, _, ok := strings.Cut(s, "/"); ok {
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil || p.Bits() == 0 || p.Addr().Zone() != "":
			return first, last, "it is not an address with a prefix length"
		case p.Masked().Addr() != p.Addr():
			return first, last, head + " has bits beyond the prefix; the network is " + p.Masked().String()
		}
		return p.Addr(), lastAddress(p), ""
	}
	head, tail, isRange := strings.Cut(s, "-")
	first, err := netip.ParseAddr(head)
	if err != nil || first.Zone() != "" {
		return first, last, "it is not an IP address"
	}
	if !isRange {
		return first, first, ""
	}
	if last, err = netip.ParseAddr(tail); err != nil {
		base, bits := 10, 8
		if first.Is6() {
			base, bits = 16, 16
		}
		end, err := strconv.ParseUint(tail, base, bits)
		if err != nil {
			return first, last, "the end of the range is neither an address nor a number"
		}
		b := first.AsSlice()
		if first.Is6() {
			binary.BigEndian.PutUint16(b[14:], uint16(end))
		} else {
			b[3] = byte(end)
		}
		last, _ = netip.AddrFromSlice(b)
	}
	switch {
	case first.Is6() != last.Is6():
		return first, last, "the ends of the range are of different families"
	case !first.Less(last):
		return first, last, "the end of the range is not behind its beginning"
	}
	return first, last, ""
}

// lastAddress returns the highest address of a prefix.
func lastAddress(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
