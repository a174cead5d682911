package confparse

import (
	"net/netip"
	"time"
)

// instance is an Instance while its block is decoded.
type instance struct {
	*Instance
	// family is decided by the first address, or native_ipv6.
	family  family
	unicast Pos // of the first keyword that only unicast has
	node    *node
	// badAddress says that an entry of virtual_ipaddress has been refused.
	badAddress bool
}

type family uint8

const (
	anyFamily family = iota
	ipv4
	ipv6
)

func (f family) String() string {
	if f == ipv6 {
		return "IPv6"
	}
	return "IPv4"
}

func familyOf(a netip.Addr) family {
	if a.Is6() {
		return ipv6
	}
	return ipv4
}

// openInstance begins a vrrp_instance with the defaults of global_defs.
func openInstance(c *cursor, cfg *Config) *instance {
	w, ok := c.next("name")
	if !ok {
		return nil
	}
	if old := c.d.instances[w.Text]; old != nil {
		c.duplicate("vrrp_instance", w, old.Pos)
		return nil
	}
	i := &Instance{
		Name: w.Text, Pos: c.n.pos(),
		Accept: true, UnicastTTL: 255, AdvertInterval: time.Second,
		InstanceDefaults: cfg.Global.Instance,
	}
	cfg.Instances = append(cfg.Instances, i)
	c.d.instances[i.Name] = i
	return &instance{Instance: i, node: c.n}
}

func (c *cursor) duplicate(kind string, w Word, first Pos) {
	c.r.errorf(CodeDuplicateName, w.Pos, "the first one is at "+first.String(), "there is a %s %s already; this one is left out", kind, w.Text)
}

// join makes an address a part of the instance if its family is that of the
// others.
func (i *instance) join(c *cursor, what string, a netip.Addr, at Pos) bool {
	f := familyOf(a)
	if i.family == anyFamily {
		i.family = f
	}
	if i.family != f {
		c.r.warnf(CodeFamily, at, familyHelp(what), "%s %s is left out: vrrp_instance %s is %s", what, a, i.Name, i.family)
		return false
	}
	return true
}

func familyHelp(what string) string {
	if what == "virtual_ipaddress" {
		return "put addresses of the other family into virtual_ipaddress_excluded, or into an instance of their own"
	}
	return ""
}

func state(c *cursor, i *instance) {
	v, ok := choice(c, []string{"MASTER", "BACKUP"}, []State{StateMaster, StateBackup})
	switch {
	case !ok:
		i.State = StateBackup
	case i.State != StateMaster:
		i.State = v
	}
}

func priority(c *cursor, i *instance) {
	i.Priority = defaultPriority
	if v, ok := c.number(1, 255); ok {
		i.Priority = uint8(v)
	}
}

// virtualAddress takes entries of virtual_ipaddress.
func virtualAddress(c *cursor, i *instance) {
	a, ok := c.addressEntry()
	switch {
	case !ok:
		i.badAddress = true
	case i.join(c, "virtual_ipaddress", a.Prefix.Addr(), a.Pos):
		i.Addresses = append(i.Addresses, a)
	}
}

// excludedAddress takes entries of virtual_ipaddress_excluded, which may be of
// either family.
func excludedAddress(c *cursor, i *instance) {
	if a, ok := c.addressEntry(); ok {
		i.Excluded = append(i.Excluded, a)
	}
}

func peer(c *cursor, i *instance) {
	i.unicastWord(c.n.pos())
	w, _ := c.next("address")
	a, err := netip.ParseAddr(w.Text)
	if err != nil || a.Zone() != "" {
		c.badEntry(w, "address without prefix")
		return
	}
	p := Peer{Addr: a, MaxTTL: 255, Pos: w.Pos}
	c.options(&p)
	if !i.join(c, "unicast_peer", a, w.Pos) {
		return
	}
	for _, old := range i.Peers {
		if old.Addr == a {
			c.r.warnf(CodeDuplicateAddress, w.Pos, "", "unicast_peer %s is given twice", a)
			return
		}
	}
	i.Peers = append(i.Peers, p)
}

func (i *instance) unicastWord(at Pos) {
	if !i.unicast.IsValid() {
		i.unicast = at
	}
}

func unicastSource(c *cursor, i *instance) {
	i.unicastWord(c.n.pos())
	multicastSource(c, i)
}

func multicastSource(c *cursor, i *instance) {
	kw := c.keyword().Text
	if a, ok := c.address(); ok && i.join(c, kw, a, c.last().Pos) {
		i.Source = a
	}
}

func multicastGroup(c *cursor, i *instance) {
	a, ok := c.address()
	switch {
	case !ok:
	case !a.IsMulticast() || a.Is6() && !a.IsLinkLocalMulticast():
		c.r.errorf(CodeInvalid, c.last().Pos, "", "%s is not a multicast address, or not a link-local one for IPv6", a)
	case i.join(c, "mcast_dst_ip", a, c.last().Pos):
		i.MulticastGroup = a
	}
}

func nativeIPv6(c *cursor, i *instance) {
	if i.family == ipv4 {
		c.r.warnf(CodeFamily, c.n.pos(), "", "native_ipv6 is ignored: vrrp_instance %s has IPv4 addresses", i.Name)
		return
	}
	i.family = ipv6
}

func notifyDeleted(c *cursor, i *instance) {
	i.Notify.ReportDeleted = true
	if c.more() {
		if cmd := c.notifyCommand(); cmd != nil {
			i.Notify.Deleted = cmd
		}
	}
}

func authType(c *cursor, i *instance) {
	i.Auth.Pos = c.keyword().Pos
	if v, ok := choice(c, []string{"PASS", "AH"}, []AuthType{AuthPass, AuthAH}); ok {
		i.Auth.Type = v
	}
}

// maxPassword is what fits into an advertisement.
const maxPassword = 8

func authPassFile(c *cursor, i *instance) {
	if w, ok := c.next("file"); ok {
		i.Auth.File = w.Text
	}
}

func authPass(c *cursor, i *instance) {
	w, ok := c.next("password")
	if !ok {
		return
	}
	if len(w.Text) > maxPassword {
		c.r.warnf(CodeAdjusted, w.Pos, "keepalived does the same, so both ends agree", "only the first %d characters of auth_pass count", maxPassword)
		w.Text = w.Text[:maxPassword]
	}
	i.Auth.Password = w.Text
}
