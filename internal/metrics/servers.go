package metrics

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

var (
	quorumUp        = gauge("keepalived_virtualserver_quorum_up", "Whether the virtual server has a quorum.", "vs")
	sorryServes     = gauge("keepalived_virtualserver_sorry", "Whether the sorry server of the virtual server serves.", "vs")
	realUp          = gauge("keepalived_realserver_up", "Whether the checks of the real server are good.", "vs", "rs")
	realWeight      = gauge("keepalived_realserver_weight", "Weight that the kernel has for the real server, 0 if it serves nobody.", "vs", "rs")
	realConnections = counter("keepalived_realserver_connections_total", "Connections to the real server.", "vs", "rs")
	realActive      = gauge("keepalived_realserver_active_connections", "Connections to the real server that are established.", "vs", "rs")
	realBytes       = counter("keepalived_realserver_bytes_total", "Bytes from clients (in) and to them (out, with NAT).", "vs", "rs", "direction")
	checkSeconds    = gauge("keepalived_check_duration_seconds", "How long the last check of the real server took.", "vs", "rs", "check")
)

func (c *collector) nativeServers(to chan<- prometheus.Metric) {
	for n := range c.Servers {
		v := &c.Servers[n]
		quorumUp.truth(to, v.Quorum, v.Name)
		sorryServes.truth(to, v.Sorry, v.Name)
		seen := map[string]bool{}
		for k := range v.Real {
			r := &v.Real[k]
			if seen[r.Name] {
				continue
			}
			seen[r.Name] = true
			realUp.truth(to, r.Alive, v.Name, r.Name)
			realWeight.emit(to, float64(r.Share), v.Name, r.Name)
			realConnections.count(to, r.Connections, v.Name, r.Name)
			realActive.count(to, r.Active, v.Name, r.Name)
			realBytes.count(to, r.InBytes, v.Name, r.Name, "in")
			realBytes.count(to, r.OutBytes, v.Name, r.Name, "out")
			checks := map[string]bool{}
			for _, check := range r.Checks {
				if !checks[check.Name] { // the same check may be configured twice
					checks[check.Name] = true
					checkSeconds.emit(to, check.TookMS/1000, v.Name, r.Name, check.Name)
				}
			}
		}
	}
}

// lvs are gen2brain's values of services and of their servers.
var lvs = []struct {
	name, help string
	value      func(*report.Traffic) uint64
}{
	{"in_packets", "Packets from clients.", func(t *report.Traffic) uint64 { return t.InPackets }},
	{"out_packets", "Packets to clients.", func(t *report.Traffic) uint64 { return t.OutPackets }},
	{"in_bytes", "Bytes from clients.", func(t *report.Traffic) uint64 { return t.InBytes }},
	{"out_bytes", "Bytes to clients.", func(t *report.Traffic) uint64 { return t.OutBytes }},
	{"conn", "Connections.", func(t *report.Traffic) uint64 { return t.Connections }},
}

// gen2brainServers shows services that have an address.
func (c *collector) gen2brainServers(to chan<- prometheus.Metric) {
	seen := map[string]bool{}
	for _, v := range c.Servers {
		for n := range v.Services {
			s := &v.Services[n]
			vip, proto := s.Address.String(), strings.ToUpper(s.Protocol)
			if s.Mark != 0 || seen[vip+proto] {
				continue
			}
			seen[vip+proto] = true
			for _, l := range lvs {
				gauge("keepalived_lvs_vip_"+l.name, l.help, "addr", "proto").count(to, l.value(&s.Traffic), vip, proto)
				for k := range s.Real {
					r := &s.Real[k]
					gauge("keepalived_lvs_rs_"+l.name, l.help, "vip", "addr", "proto").count(to, l.value(&r.Traffic), vip, r.Address.String(), proto)
				}
			}
		}
	}
}
