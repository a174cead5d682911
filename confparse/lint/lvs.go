package lint

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// virtualServer is a virtual_server block.
type virtualServer struct {
	*confparse.Statement
	addr    netip.Addr // invalid: by mark or group
	port    string     // "" or digits
	weight  int        // default of its servers
	method  string     // how packets get to them, unless they say otherwise
	servers []realServer
}

// realServer is a real_server block, or a sorry_server line.
type realServer struct {
	*confparse.Statement
	addr netip.Addr
	port string
}

// virtualServers yields the virtual servers of a file.
func (n *node) virtualServers(yield func(v virtualServer) bool) {
	for _, s := range n.blocks("virtual_server") {
		v := virtualServer{Statement: s, weight: number(s.Last("weight"), 1), method: "NAT"}
		for _, l := range s.All("lb_kind", "lvs_method") {
			v.method = l.Arg(1)
		}
		if a, err := netip.ParseAddr(s.Arg(1)); err == nil {
			v.addr, v.port = a, port(s.Arg(2))
		}
		for _, r := range s.All("real_server") {
			a, _ := netip.ParseAddr(r.Arg(1))
			v.servers = append(v.servers, realServer{r, a, port(r.Arg(2))})
		}
		if !yield(v) {
			return
		}
	}
}

// realServers yields the real servers of a file with their virtual servers.
func (n *node) realServers(yield func(v virtualServer, r realServer) bool) {
	for v := range n.virtualServers {
		for _, r := range v.servers {
			if !yield(v, r) {
				return
			}
		}
	}
}

// check is a check of a real server.
type check struct {
	*confparse.Check
	real *confparse.RealServer
}

// server names the real server as messages do.
func (c check) server() string { return "real_server " + c.real.Address.String() }

// checks yields the checks of a file, of those real servers that keepalived
// would use.
func (n *node) checks(yield func(c check) bool) {
	for _, v := range n.cfg.VirtualServers {
		for _, r := range v.RealServers {
			for _, c := range r.Checks {
				if !yield(check{c, r}) {
					return
				}
			}
		}
	}
}

func isChecker(keyword string) bool {
	return strings.HasSuffix(keyword, "_CHECK") || keyword == "HTTP_GET" || keyword == "SSL_GET"
}

// port returns a port without leading zeros; "" for none or any.
func port(s string) string { return strings.TrimLeft(s, "0") }

// title names a block as its line does: "virtual_server 192.0.2.1 80".
func title(s *confparse.Statement) string { return s.Line }

// number returns the first argument of a statement as a number.
func number(s *confparse.Statement, otherwise int) int {
	if s != nil {
		if v, err := strconv.Atoi(s.Arg(1)); err == nil {
			return v
		}
	}
	return otherwise
}

// how returns how packets get to a real server.
func (v virtualServer) how(r realServer) string {
	if s := r.Last("lvs_method"); s != nil {
		return s.Arg(1)
	}
	return v.method
}

// share returns the configured weight of a real server.
func (v virtualServer) share(r realServer) int { return number(r.Last("weight"), v.weight) }
