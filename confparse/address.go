package confparse

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// addressEntry takes an address with its options. ok is false if it is to be
// left out, which has been reported.
func (c *cursor) addressEntry() (a Address, ok bool) {
	w, _ := c.next("address")
	host, length, slash := strings.Cut(w.Text, "/")
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Zone() != "" || addr.Is4In6() {
		c.badEntry(w, "address, such as 192.0.2.1/24 or 2001:db8::1/64")
		return a, false
	}
	a = Address{Prefix: netip.PrefixFrom(addr, addr.BitLen()), Pos: w.Pos}
	if slash {
		if a.Prefix, err = netip.ParsePrefix(w.Text); err != nil {
			c.r.errorf(CodeOutOfRange, w.Pos, "", "prefix length %q of %s is not in 0..%d; the entry is left out", length, addr, addr.BitLen())
			c.i = c.n.count()
			return a, false
		}
	}
	a.PreferredLifetime = Forever
	if a.Prefix.Addr().Is6() && a.Prefix.IsSingleIP() {
		a.PreferredLifetime = 0
	}
	entry := &c.d.address
	*entry = addressEntry{Address: a}
	c.options(entry)
	return entry.Address, !entry.drop
}

// addressEntry is an address while its options are decoded.
type addressEntry struct {
	Address
	drop bool
}

// badEntry reports an entry of a list that is not what the list has. It is left
// out, whatever follows on its line.
func (c *cursor) badEntry(w Word, want string) {
	help := "it has to be an " + want
	if !c.r.full() && c.d.isKeyword(w.Text) {
		help = "is a '}' missing before it?"
	}
	c.r.errorf(CodeInvalid, w.Pos, help, "%q is not an IP address; the entry is left out", w.Text)
	c.i = c.n.count()
}

func staticAddress(c *cursor, cfg *Config) {
	if a, ok := c.addressEntry(); ok {
		if a.Interface == "" {
			a.Interface = cfg.Global.DefaultInterface
		}
		if c.d.claim("static_ipaddress", a) {
			cfg.StaticAddresses = append(cfg.StaticAddresses, a)
		}
	}
}

func addressDevice(c *cursor, a *addressEntry) {
	at := c.keyword().Pos
	var name string
	ifname(func(s *string) *string { return s }).read(c, &name)
	switch {
	case name == "":
		a.drop = true
	case a.Interface != "":
		c.r.errorf(CodeInvalid, at, "", "dev is given twice; the address is left out")
		a.drop = true
	default:
		a.Interface = name
	}
}

func addressScope(c *cursor, a *addressEntry) {
	w, ok := c.next("scope")
	if !ok {
		return
	}
	scopes := map[string]Scope{"global": ScopeGlobal, "site": ScopeSite, "link": ScopeLink, "host": ScopeHost, "nowhere": ScopeNowhere}
	scope, ok := scopes[w.Text]
	if n, err := strconv.ParseUint(w.Text, 0, 8); !ok && err == nil {
		scope, ok = Scope(n), true
	}
	switch {
	case !ok:
		c.r.errorf(CodeInvalid, w.Pos, "global, site, link, host, nowhere, or a number up to 255", "unknown scope %q", w.Text)
	case a.Prefix.Addr().Is6():
		c.r.warnf(CodeAdjusted, w.Pos, "", "the scope is ignored: that of an IPv6 address follows from the address")
	default:
		a.Scope = scope
	}
}

func addressBroadcast(c *cursor, a *addressEntry) {
	w, ok := c.next("address")
	if !ok {
		return
	}
	if a.Prefix.Addr().Is6() {
		c.r.errorf(CodeInvalid, w.Pos, "", "IPv6 has no broadcast; the address is left out")
		a.drop = true
		return
	}
	if w.Text == "+" || w.Text == "-" {
		if a.Prefix.Bits() > 30 {
			c.r.errorf(CodeInvalid, w.Pos, "give the address a prefix length of at most 30", "there is no broadcast address in a /%d", a.Prefix.Bits())
			return
		}
		b := a.Prefix.Masked().Addr().As4()
		if w.Text == "+" {
			host := uint32(1)<<(32-a.Prefix.Bits()) - 1
			for i := range b {
				b[i] |= byte(host >> (24 - 8*i))
			}
		}
		a.Broadcast = netip.AddrFrom4(b)
		return
	}
	b, err := netip.ParseAddr(w.Text)
	if err != nil || !b.Is4() {
		c.r.errorf(CodeInvalid, w.Pos, "", "%q is not an IPv4 address, + or -", w.Text)
		return
	}
	a.Broadcast = b
}

func addressLabel(c *cursor, a *addressEntry) {
	w, ok := c.next("label")
	switch {
	case !ok:
	case len(w.Text) > maxInterfaceName:
		c.r.errorf(CodeInvalid, w.Pos, "", "label %q is longer than %d characters; the address is left out", w.Text, maxInterfaceName)
		a.drop = true
	case a.Prefix.Addr().Is6():
		c.r.warnf(CodeAdjusted, w.Pos, "", "the label is ignored: IPv6 addresses have none")
	default:
		a.Label = w.Text
	}
}

func addressPeer(c *cursor, a *addressEntry) {
	peer, ok := c.address()
	switch {
	case !ok:
	case peer.Is6() != a.Prefix.Addr().Is6():
		c.r.errorf(CodeFamily, c.last().Pos, "", "peer %s is of another family than %s", peer, a.Prefix.Addr())
	default:
		if !a.Prefix.IsSingleIP() {
			c.r.warnf(CodeAdjusted, c.last().Pos, "", "the prefix length of %s is ignored: it has a peer", a.Prefix)
		}
		a.Peer = peer
	}
}

func addressLifetime(c *cursor, a *addressEntry) {
	if c.accept("forever") {
		a.PreferredLifetime = Forever
		return
	}
	if v, ok := c.duration(0, maxLifetime, time.Second); ok {
		a.PreferredLifetime = v
	}
}

// maxLifetime is the longest that the kernel counts; one more means forever.
const maxLifetime = (1<<32 - 2) * time.Second
