package confparse

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// optional is a setting that has another one as its default.
type optional[V any] struct {
	value V
	set   bool
}

// or returns the setting, or else the other one.
func (o optional[V]) or(other V) V {
	if o.set {
		return o.value
	}
	return other
}

// inherit returns o, or what it inherits if it is not set.
func (o optional[V]) inherit(from optional[V]) optional[V] {
	if o.set {
		return o
	}
	return from
}

// maybe takes what take takes, into a setting that can be inherited.
func maybe[T, V any](syntax string, take func(c *cursor) (V, bool), field func(*T) *optional[V]) args {
	return custom(syntax, func(c *cursor, to *T) {
		if v, ok := take(c); ok {
			*field(to) = optional[V]{v, true}
		}
	})
}

func maybeBoolean[T any](field func(*T) *optional[bool]) args {
	return maybe("[on|off|true|false|yes|no]", (*cursor).boolean, field).like("on", "maybe")
}

func maybeNumber[T any](lo, hi int64, field func(*T) *optional[int]) args {
	return maybe(strconv.FormatInt(lo, 10)+".."+strconv.FormatInt(hi, 10), func(c *cursor) (int, bool) {
		v, ok := c.number(lo, hi)
		return int(v), ok
	}, field).like(typical(lo, hi), strconv.FormatInt(hi+1, 10))
}

func maybeDecimal[T any](lo, hi time.Duration, field func(*T) *optional[time.Duration]) args {
	return maybe("SECONDS "+secondsRange(lo, hi)+", decimals", func(c *cursor) (time.Duration, bool) {
		return c.duration(lo, hi, time.Microsecond)
	}, field).like(formatSeconds(min(max(2500*time.Millisecond, lo), hi)), formatSeconds(hi+time.Second))
}

// inherited are the settings that checks have from their real server, and that
// one from its virtual server.
type inherited struct {
	timeout, period, warmup, retryDelay optional[time.Duration]
	retry                               optional[int]
	alpha                               optional[bool]
}

func (i inherited) inherit(from inherited) inherited {
	return inherited{
		timeout: i.timeout.inherit(from.timeout), period: i.period.inherit(from.period),
		warmup: i.warmup.inherit(from.warmup), retryDelay: i.retryDelay.inherit(from.retryDelay),
		retry: i.retry.inherit(from.retry), alpha: i.alpha.inherit(from.alpha),
	}
}

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

// defaultPersistence is what persistence_timeout means without a value.
const defaultPersistence = 360 * time.Second

func persistenceTimeout(c *cursor, v *virtualServer) {
	v.PersistenceTimeout = defaultPersistence
	if c.more() {
		if d, ok := c.duration(time.Second, maxIPVSTimeout, time.Second); ok {
			v.PersistenceTimeout = d
		}
	}
}

func persistenceGranularity(c *cursor, v *virtualServer) {
	w, ok := c.next("netmask")
	if !ok {
		return
	}
	family := FamilyIPv4
	if mask, err := netip.ParseAddr(w.Text); err == nil && mask.Is4() {
		v.PersistenceMask = mask
	} else if n, err := strconv.ParseUint(w.Text, 10, 16); err == nil && n >= 1 && n <= 128 {
		v.PersistencePrefix, family = int(n), FamilyIPv6
	} else {
		c.r.errorf(CodeInvalid, w.Pos, "a netmask such as 255.255.255.0 for IPv4, a length in 1..128 for IPv6", "persistence_granularity cannot be %q", w.Text)
		return
	}
	switch {
	case v.Family == FamilyUnset:
		v.Family = family
	case v.Family != family:
		c.r.errorf(CodeFamily, w.Pos, "", "persistence_granularity %s is of another family than the virtual_server", w.Text)
		v.PersistenceMask, v.PersistencePrefix = netip.Addr{}, 0
		return
	}
	if v.PersistenceTimeout == 0 {
		v.PersistenceTimeout = defaultPersistence
	}
}

func persistenceEngine(c *cursor, v *virtualServer) {
	const limit = 16
	w, ok := c.next("name")
	switch {
	case !ok:
	case len(w.Text) > limit:
		c.r.errorf(CodeInvalid, w.Pos, "the kernel has one, which is called sip", "%q is longer than the %d characters that the name of an engine can have", w.Text, limit)
	default:
		v.PersistenceEngine = w.Text
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
