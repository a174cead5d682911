package confparse

import (
	"net"
	"net/netip"
	"strings"
	"time"
)

// useVMAC takes [[name] INTERFACE] [MAC] [netlink_notify_msg] [group ID], in any
// order.
func useVMAC(c *cursor, i *instance) {
	v := &VMAC{Group: Inherited, Pos: c.keyword().Pos}
	for c.more() {
		w, _ := c.next("")
		switch {
		case w.Text == "netlink_notify_msg":
			v.Notify = true
		case w.Text == "group":
			if g, ok := c.linkGroup(); ok {
				v.Group = g
			}
		case w.Text == "name":
			v.interfaceName(c)
		case strings.Count(w.Text, ":") >= 4:
			v.mac(c, w)
		default:
			c.i--
			v.interfaceName(c)
		}
	}
	i.VMAC = v
}

func (v *VMAC) interfaceName(c *cursor) {
	ifname(func(v *VMAC) *string { return &v.Name }).read(c, v)
}

// mac takes 6 octets, or 5 that the VRID follows.
func (v *VMAC) mac(c *cursor, w Word) {
	full := w.Text
	if strings.Count(full, ":") == 4 {
		full += ":00"
	}
	mac, err := net.ParseMAC(full)
	if err != nil || len(mac) != 6 {
		c.r.errorf(CodeInvalid, w.Pos, "6 octets such as 02:00:5e:00:01:33, or 5 that the VRID follows", "use_vmac %q is not a MAC address", w.Text)
		return
	}
	switch {
	case mac[0]&1 != 0:
		c.r.errorf(CodeInvalid, w.Pos, "", "%s is a multicast MAC address", w.Text)
	case strings.HasPrefix(mac.String(), "00:00:5e:00:01:") || strings.HasPrefix(mac.String(), "00:00:5e:00:02:"):
		c.r.errorf(CodeInvalid, w.Pos, "leave it out: it is the default", "%s is one of the addresses that VRRP has by itself", w.Text)
	default:
		v.MAC = mac[:len(strings.Split(w.Text, ":"))]
	}
}

// useIPVLAN takes [[name] INTERFACE] [ADDRESS] [bridge|private|vepa] [group ID].
func useIPVLAN(c *cursor, i *instance) {
	v := &IPVLAN{Group: Inherited, Pos: c.keyword().Pos}
	modes := map[string]IPVLANMode{"bridge": IPVLANBridge, "private": IPVLANPrivate, "vepa": IPVLANVEPA}
	for c.more() {
		w, _ := c.next("")
		mode, isMode := modes[w.Text]
		addr, err := netip.ParsePrefix(w.Text)
		if host, err2 := netip.ParseAddr(w.Text); err2 == nil {
			addr, err = netip.PrefixFrom(host, host.BitLen()), nil
		}
		switch {
		case w.Text == "group":
			if g, ok := c.linkGroup(); ok {
				v.Group = g
			}
		case isMode:
			v.Mode = mode
		case err == nil:
			if i.join(c, "use_ipvlan", addr.Addr(), w.Pos) {
				v.Address = addr
			}
		default:
			if w.Text != "name" {
				c.i--
			}
			ifname(func(v *IPVLAN) *string { return &v.Name }).read(c, v)
		}
	}
	i.IPVLAN = v
}

func oldChecksum(c *cursor, i *instance) {
	i.unicastWord(c.n.pos())
	i.OldChecksum = OldChecksumOn
	if c.more() {
		if v, ok := choice(c, []string{"never"}, []OldChecksum{OldChecksumNever}); ok {
			i.OldChecksum = v
		}
	}
}

func priorityChanges(c *cursor, i *instance) {
	if v, ok := c.boolean(); ok {
		i.PriorityChanges = v
		c.d.ownChanges[i.Instance] = true
	}
}

func groupPriorityChanges(c *cursor, g *SyncGroup) {
	if v, ok := c.boolean(); ok {
		g.PriorityChanges = v
	}
}

func timerExpired(c *cursor, i *instance) {
	i.TimerExpiredBackup = 254
	if c.more() {
		if v, ok := c.number(1, 254); ok {
			i.TimerExpiredBackup = int(v)
		}
	}
}

func namespaceIPVS(c *cursor, cfg *Config) {
	cfg.Process.OwnIPVS, cfg.Process.IPVSNamespace = true, c.optional()
}

// linkDelay takes INTERFACE DOWN [UP].
func linkDelay(c *cursor, cfg *Config) {
	const limit = 255 * time.Second
	l := LinkDelay{Pos: c.n.pos()}
	ifname(func(l *LinkDelay) *string { return &l.Interface }).read(c, &l)
	down, ok := c.duration(0, limit, time.Microsecond)
	if ok && c.more() {
		l.Up, ok = c.duration(0, limit, time.Microsecond)
	}
	if l.Down = down; ok && l.Interface != "" {
		cfg.LinkDelays = append(cfg.LinkDelays, l)
	}
}

// linkbeat takes INTERFACE [METHOD].
func linkbeat(c *cursor, cfg *Config) {
	l := Linkbeat{Pos: c.n.pos()}
	ifname(func(l *Linkbeat) *string { return &l.Interface }).read(c, &l)
	c.options(&l)
	if l.Interface != "" {
		cfg.Linkbeats = append(cfg.Linkbeats, l)
	}
}
