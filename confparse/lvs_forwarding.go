package confparse

// forwarding takes a method with the options of tunnels.
func forwarding[T any](field func(*T) *Forwarding) args {
	return custom("NAT|DR|TUN [type ipip|gue port 1..65535|gre] [nocsum|csum|remcsum]", func(c *cursor, to *T) {
		m, ok := choice(c, []string{"NAT", "DR", "TUN"}, []Method{NAT, DirectRouting, Tunnel})
		if !ok {
			c.i = c.n.count()
			return
		}
		*field(to) = Forwarding{Method: m}
		if f := (Forwarding{Method: m}); m == Tunnel && c.tunnel(&f) {
			*field(to) = f
		}
	}).like("DR", "MASQ")
}

// tunnel takes the options of TUN, and reports whether they go together.
func (c *cursor) tunnel(f *Forwarding) bool {
	at := c.keyword().Pos
	checksum := false
	for c.more() {
		w, _ := c.next("")
		ok := true
		switch w.Text {
		case "type":
			f.Tunnel, ok = choice(c, []string{"ipip", "gue", "gre"}, []TunnelType{IPIP, GUE, GRE})
		case "port":
			var port int64
			port, ok = c.number(1, 65535)
			f.Port = uint16(port)
		case "nocsum", "csum", "remcsum":
			checksum = true
			f.Checksum = map[string]TunnelChecksum{"nocsum": NoChecksum, "csum": Checksum, "remcsum": RemoteChecksum}[w.Text]
		default:
			c.r.errorf(CodeInvalid, w.Pos, "type, port, nocsum, csum or remcsum", "TUN has no option %q", w.Text)
			ok = false
		}
		if !ok {
			c.i = c.n.count()
			return false
		}
	}
	why := ""
	switch {
	case f.Tunnel == GUE && f.Port == 0:
		why = "type gue needs a port"
	case f.Tunnel != GUE && f.Port != 0:
		why = "only type gue has a port"
	case f.Tunnel == IPIP && checksum:
		why = "type ipip has no checksum option"
	case f.Tunnel == GRE && f.Checksum == RemoteChecksum:
		why = "type gre has no remcsum"
	default:
		return true
	}
	c.r.errorf(CodeInvalid, at, "", "%s; the options of the tunnel are ignored", why)
	return false
}
