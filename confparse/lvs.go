package confparse

import (
	"net/netip"
	"strings"
)

// virtualServer is a VirtualServer while its block is decoded.
type virtualServer struct {
	*VirtualServer
	inherited
	weight  int
	inhibit bool
	alert   optional[bool]
	node    *node
	reals   []realServer // the last one is being decoded
}

func openVirtualServer(c *cursor, cfg *Config) *virtualServer {
	v := &VirtualServer{Quorum: 1, Pos: c.n.pos()}
	w, ok := c.next("address, fwmark or group")
	if !ok {
		return nil
	}
	switch w.Text {
	case "fwmark":
		mark, ok := c.number(0, 1<<32-1)
		if !ok {
			return nil
		}
		v.ByMark, v.Mark = true, uint32(mark)
	case "group":
		name, ok := c.next("name")
		if !ok {
			return nil
		}
		v.Group = find(cfg.ServerGroups, func(g *ServerGroup) bool { return g.Name == name.Text })
		if v.Group == nil {
			c.r.errorf(CodeUndefinedObject, name.Pos, c.groupHelp(name.Text), "no virtual_server_group %s is defined; this virtual_server is left out", name.Text)
			return nil
		}
	default:
		c.i--
		if v.Address, v.Port, ok = c.endpoint(); !ok {
			return nil
		}
		v.Family = familyName(v.Address)
	}
	cfg.VirtualServers = append(cfg.VirtualServers, v)
	return &virtualServer{VirtualServer: v, weight: 1, node: c.n, reals: c.d.reals[:0]}
}

func (c *cursor) groupHelp(name string) string {
	if s := suggest(name, func(yield func(string) bool) {
		for _, g := range c.d.cfg.ServerGroups {
			if !yield(g.Name) {
				return
			}
		}
	}); s != "" {
		return "did you mean " + s + "?"
	}
	return "add: virtual_server_group " + name + " { ADDRESS PORT }"
}

func familyName(a netip.Addr) Family {
	if a.Is6() {
		return FamilyIPv6
	}
	return FamilyIPv4
}

// endpoint takes ADDRESS [PORT].
func (c *cursor) endpoint() (a netip.Addr, port uint16, ok bool) {
	if a, ok = c.address(); !ok {
		c.i = c.n.count()
		return a, 0, false
	}
	if c.more() {
		if c.peekText() != "" && strings.Trim(c.peekText(), "0") == "" {
			c.i++
			return a, 0, true
		}
		p, ok := c.number(1, 65535)
		if !ok {
			c.i = c.n.count()
			return a, 0, false
		}
		port = uint16(p)
	}
	return a, port, true
}

// schedulers are the names that lb_algo takes.
var schedulers = []string{"rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"}

func scheduler(c *cursor, v *virtualServer) {
	if s, ok := choice(c, schedulers, schedulers); ok {
		v.Scheduler = s
	}
}

// schedulerFlag is a flag of a scheduler under the name that it has with one
// scheduler only.
func schedulerFlag(name string, field func(*virtualServer) *bool) args {
	return custom("", func(c *cursor, v *virtualServer) {
		if v.Scheduler == name {
			*field(v) = true
			return
		}
		c.r.warnf(CodeAdjusted, c.keyword().Pos, "write it behind: lb_algo "+name, "%s has no effect: it only applies to the %s scheduler", c.keyword().Text, name)
	}).like("")
}

// hashed is a keyword of old, which never did anything.
func hashed(c *cursor, v *virtualServer) {
	if v.Scheduler != "sh" && v.Scheduler != "mh" {
		c.r.warnf(CodeAdjusted, c.keyword().Pos, "remove it", "hashed has no effect")
	}
}

func protocol(c *cursor, v *virtualServer) {
	w, ok := c.next("protocol")
	if !ok {
		return
	}
	p := map[string]Protocol{"TCP": TCP, "UDP": UDP, "SCTP": SCTP}[strings.ToUpper(w.Text)]
	if p == ProtocolNone {
		c.r.errorf(CodeInvalid, w.Pos, "TCP, UDP or SCTP", "unknown protocol %q", w.Text)
		return
	}
	v.Protocol = p
}

func ipFamily(c *cursor, v *virtualServer) {
	f, ok := choice(c, []string{"inet", "inet6"}, []Family{FamilyIPv4, FamilyIPv6})
	switch {
	case !ok:
	case v.Address.IsValid() && f != v.Family:
		c.r.errorf(CodeFamily, c.keyword().Pos, "", "ip_family %s does not fit address %s", f, v.Address)
	default:
		v.Family = f
	}
}

func sorryServer(c *cursor, v *virtualServer) {
	at := c.keyword().Pos
	if a, port, ok := c.endpoint(); ok {
		v.Sorry = &SorryServer{Address: a, Port: port, Pos: at}
	}
}

// sorryOption is a keyword that sorry_server has to stand before.
func sorryOption(a args) args {
	read := a.read
	a.read = func(c *cursor, to any) {
		if v := to.(*virtualServer); v.Sorry == nil {
			c.r.errorf(CodeInvalid, c.keyword().Pos, "write it behind sorry_server", "%s is ignored: there is no sorry_server yet", c.keyword().Text)
			c.i = c.n.count()
			return
		}
		read(c, to)
	}
	return a
}

// realServer is a RealServer while its block is decoded.
type realServer struct {
	*RealServer
	inherited
	virtual *virtualServer
	written uint16 // the port as it is written
	weight  optional[int]
	inhibit optional[bool]
	alert   optional[bool]
	checks  []*checker
}

func openRealServer(c *cursor, v *virtualServer) *realServer {
	a, port, ok := c.endpoint()
	if !ok {
		return nil
	}
	r := c.d.realServers.one()
	*r = RealServer{Address: a, Port: port, Pos: c.n.pos()}
	v.reals = append(v.reals, realServer{RealServer: r, virtual: v, written: port})
	return &v.reals[len(v.reals)-1]
}
