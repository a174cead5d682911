package report

import (
	"cmp"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// VirtualServer is a virtual_server.
type VirtualServer struct {
	Name      string       `json:"name"` // as keepalived has it: "[192.0.2.100]:tcp:80"
	Scheduler string       `json:"scheduler"`
	Quorum    bool         `json:"quorum"`    // there is one
	Weight    int64        `json:"weight"`    // of the servers that live
	Needed    int64        `json:"needed"`    // for a quorum
	Sorry     bool         `json:"sorry"`     // the sorry server serves
	Suspended bool         `json:"suspended"` // nothing is checked, as the address is not here
	Services  []Service    `json:"services"`
	Real      []RealServer `json:"real_servers"`
}

// Service is what clients connect to, in the kernel: one of a virtual server, or
// several with a group.
type Service struct {
	Address  netip.AddrPort `json:"address,omitzero"`
	Protocol string         `json:"protocol,omitempty"`
	Mark     uint32         `json:"mark,omitempty"`
	Traffic
	Real []Backend `json:"real_servers"`
}

// Backend is a server behind one service.
type Backend struct {
	Address netip.AddrPort `json:"address"`
	Traffic
}

// RealServer is a real_server, with what it does for all services of its virtual
// server.
type RealServer struct {
	Name     string         `json:"name"`
	Address  netip.AddrPort `json:"address"`
	Alive    bool           `json:"alive"`
	Since    time.Time      `json:"since,omitzero"`
	Weight   int            `json:"weight"` // configured, with what its checks make of it
	Share    int            `json:"share"`  // what the kernel has
	Serves   bool           `json:"serves"`
	Refused  bool           `json:"refused"` // by the kernel: it does not count for the quorum
	Draining bool           `json:"draining"`
	Drained  bool           `json:"drained"`
	Checks   []ServerCheck  `json:"checks"`
	Traffic
}

// ServerCheck is a check of a real_server.
type ServerCheck struct {
	Name    string    `json:"name"`
	State   string    `json:"state"`
	Since   time.Time `json:"since,omitzero"`
	Checked time.Time `json:"checked,omitzero"`
	Detail  string    `json:"detail"`
	TookMS  float64   `json:"took_ms"`
}

// Traffic is what passed since the service was made.
type Traffic struct {
	Connections uint64 `json:"connections"`
	InPackets   uint64 `json:"in_packets"` // from clients
	OutPackets  uint64 `json:"out_packets"`
	InBytes     uint64 `json:"in_bytes"`
	OutBytes    uint64 `json:"out_bytes"`
	PerSecond   uint64 `json:"connections_per_second"`
	Active      uint64 `json:"active_connections"`
	Inactive    uint64 `json:"inactive_connections"`
}

func traffic(c *ipvs.Counters) Traffic {
	return Traffic{
		Connections: c.Connections, InPackets: c.InPackets, OutPackets: c.OutPackets, InBytes: c.InBytes, OutBytes: c.OutBytes,
		PerSecond: c.ConnectionRate,
	}
}

func (t *Traffic) add(o *Traffic) {
	t.Connections += o.Connections
	t.InPackets += o.InPackets
	t.OutPackets += o.OutPackets
	t.InBytes += o.InBytes
	t.OutBytes += o.OutBytes
	t.PerSecond += o.PerSecond
	t.Active += o.Active
	t.Inactive += o.Inactive
}

// Total returns what passed all of the services.
func Total(services []Service) (t Traffic) {
	for n := range services {
		t.add(&services[n].Traffic)
	}
	return t
}

// VirtualServers returns how the virtual servers of a composition stand. Where
// the kernel does not tell its counters they are 0.
func VirtualServers(c *compose.Composition) []VirtualServer {
	stats := map[ipvs.Key]*ipvs.ServiceStats{}
	if list, err := c.ServerStats(); err == nil {
		for n := range list {
			stats[list[n].Key] = &list[n]
		}
	}
	servers := []VirtualServer{}
	for _, v := range c.VirtualServers() {
		servers = append(servers, virtualServer(&v, stats))
	}
	return servers
}

func virtualServer(v *compose.VirtualServer, stats map[ipvs.Key]*ipvs.ServiceStats) VirtualServer {
	s := VirtualServer{
		Name: v.Name, Scheduler: v.Config.Scheduler, Quorum: v.Quorum, Weight: v.Sum, Needed: v.Needed, Sorry: v.Sorry,
		Suspended: v.Suspended, Services: []Service{}, Real: []RealServer{},
	}
	byAddress := map[netip.AddrPort]*Traffic{}
	for _, k := range v.Keys {
		service := Service{Address: k.Address, Mark: k.Mark, Real: []Backend{}}
		if k.Mark == 0 {
			service.Protocol = k.Protocol.String()
		}
		if st := stats[k]; st != nil {
			service.Traffic = traffic(&st.Counters)
			for n := range st.Destinations {
				d := &st.Destinations[n]
				b := Backend{d.Address, traffic(&d.Counters)}
				b.Active, b.Inactive = uint64(d.Active), uint64(d.Inactive)
				service.Active += b.Active
				service.Inactive += b.Inactive
				service.Real = append(service.Real, b)
				if byAddress[d.Address] == nil {
					byAddress[d.Address] = &Traffic{}
				}
				byAddress[d.Address].add(&b.Traffic)
			}
		}
		s.Services = append(s.Services, service)
	}
	for _, r := range v.Real {
		real := RealServer{
			Name: r.Name, Address: r.Address, Alive: r.Alive, Since: r.Since, Weight: r.Weight, Share: r.Share, Serves: r.Serves,
			Refused: r.Refused, Draining: r.Draining, Drained: r.Drained, Checks: []ServerCheck{},
		}
		if t := byAddress[r.Address]; t != nil {
			real.Traffic = *t
		}
		for _, k := range r.Checks {
			real.Checks = append(real.Checks, ServerCheck{
				Name: k.Name, State: k.State.String(), Since: k.Snapshot.Since, Checked: k.LastAt, Detail: k.Last.Detail, TookMS: milliseconds(k.Last.Latency),
			})
		}
		s.Real = append(s.Real, real)
	}
	return s
}

// State returns in a word or two how the virtual server stands.
func (v *VirtualServer) State() string {
	switch {
	case v.Suspended:
		return "suspended"
	case v.Sorry:
		return "sorry"
	case v.Quorum:
		return "quorum"
	}
	return "no quorum"
}

// State returns in a word how the real server stands.
func (r *RealServer) State() string {
	switch {
	case r.Drained:
		return "drained"
	case r.Draining:
		return "draining"
	case r.Refused:
		return "refused"
	case r.Alive:
		return "up"
	}
	return "down"
}

// findings says what is wrong with a virtual server.
func (v *VirtualServer) findings() (list []Finding) {
	switch {
	case v.Suspended:
		return nil
	case v.Sorry:
		list = append(list, Finding{Warning, v.Name, "the sorry server serves"})
	case !v.Quorum:
		list = append(list, Finding{Critical, v.Name, "no quorum: too few real servers live"})
	}
	for _, r := range v.Real {
		switch {
		case !r.Alive:
			list = append(list, Finding{Warning, v.Name, "real server " + r.Name + " is down" + r.why()})
		case r.Refused:
			list = append(list, Finding{Warning, v.Name, "real server " + r.Name + " is refused by the kernel; the log says why"})
		case r.Draining:
			list = append(list, Finding{Warning, v.Name, "real server " + r.Name + " is drained"})
		}
	}
	return list
}

// why says what a check of a dead server has found.
func (r *RealServer) why() string {
	for _, k := range r.Checks {
		if k.State != "up" {
			return ": " + cmp.Or(k.Detail, k.Name)
		}
	}
	return ""
}
