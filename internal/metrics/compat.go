package metrics

import (
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// mehdyCounter is a counter of mehdy/keepalived-exporter.
type mehdyCounter struct {
	family
	value func(*report.DumpInstance) uint64
}

func mehdyCount(name, help string, value func(*report.DumpInstance) uint64) mehdyCounter {
	return mehdyCounter{counter("keepalived_"+name+"_total", help, "iname", "intf", "vrid"), value}
}

func errorCount(r packet.Reason) func(*report.DumpInstance) uint64 {
	return func(i *report.DumpInstance) uint64 { return i.Counters.Errors[r] }
}

var (
	mehdyState    = gauge("keepalived_vrrp_state", "State of the instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.", "iname", "intf", "vrid", "ip_address")
	mehdyExcluded = gauge("keepalived_vrrp_excluded_state", "State of the instance of an excluded address: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.", "iname", "intf", "vrid", "ip_address")
	mehdyChecked  = gauge("keepalived_exporter_check_script_status", "Whether the address is there, if the instance is master.", "iname", "intf", "vrid", "ip_address")
	mehdyScript   = gauge("keepalived_script_status", "Result of a script: 0 BAD, 1 GOOD.", "name")
	mehdyRunning  = gauge("keepalived_script_state", "What a script does: 0 idle, 1 running.", "name")

	mehdyCounters = []mehdyCounter{
		mehdyCount("gratuitous_arp_delay", "Delay of the second announcements, in seconds.", func(i *report.DumpInstance) uint64 { return uint64(i.Config.GARP.MasterDelay.Seconds()) }),
		mehdyCount("advertisements_received", "Advertisements received.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsReceived }),
		mehdyCount("advertisements_sent", "Advertisements sent.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsSent }),
		mehdyCount("become_master", "Times that the instance became master.", func(i *report.DumpInstance) uint64 { return i.Counters.BecameMaster }),
		mehdyCount("release_master", "Times that the instance gave the role up.", func(i *report.DumpInstance) uint64 { return i.Counters.ReleasedMaster }),
		mehdyCount("packet_length_errors", "Packets of a wrong length.", errorCount(packet.ErrLength)),
		mehdyCount("advertisements_interval_errors", "Packets with another interval.", errorCount(packet.ErrInterval)),
		mehdyCount("ip_ttl_errors", "Packets with a TTL other than 255.", errorCount(packet.ErrTTL)),
		mehdyCount("invalid_type_received", "Packets that are no advertisements.", errorCount(packet.ErrType)),
		mehdyCount("address_list_errors", "Packets with other addresses.", errorCount(packet.ErrAddressList)),
		mehdyCount("authentication_invalid", "Packets with an unknown authentication type.", errorCount(packet.ErrAuthType)),
		mehdyCount("authentication_mismatch", "Packets with another authentication type.", errorCount(packet.ErrAuthMismatch)),
		mehdyCount("authentication_failure", "Packets with a wrong password or digest.", errorCount(packet.ErrAuth)),
		mehdyCount("priority_zero_received", "Advertisements received with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroReceived }),
		mehdyCount("priority_zero_sent", "Advertisements sent with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroSent }),
	}
)

// mehdy shows what mehdy/keepalived-exporter would.
func (c *collector) mehdy(to chan<- prometheus.Metric) {
	for n := range c.Dump.Instances {
		i := &c.Dump.Instances[n]
		vrid := strconv.Itoa(int(i.VRID))
		for _, m := range mehdyCounters {
			m.count(to, m.value(i), i.Name, i.Interface, vrid)
		}
		seen := map[string]bool{}
		show := func(list []confparse.Address, state family) {
			for k := range list {
				a := &list[k]
				text := strings.TrimSuffix(strings.TrimSuffix(a.Prefix.String(), "/32"), "/128")
				if seen[text] { // an address may be listed twice; a series may not
					continue
				}
				seen[text] = true
				state.emit(to, float64(i.StateNumber()), i.Name, device(a, i), vrid, text)
				if c.Present != nil {
					mehdyChecked.truth(to, c.Present[a.Prefix.Addr()] || !i.Holds(), i.Name, device(a, i), vrid, text)
				}
			}
		}
		show(i.Config.Addresses, mehdyState)
		show(i.Config.Excluded, mehdyExcluded)
	}
	for n := range c.Dump.Scripts {
		s := &c.Dump.Scripts[n]
		mehdyScript.truth(to, scriptUp(s), s.Config.Name)
		mehdyRunning.truth(to, !s.Started.IsZero(), s.Config.Name)
	}
}

// gen2brainValue is a value of gen2brain/keepalived_exporter.
type gen2brainValue struct {
	family
	value func(*report.DumpInstance) uint64
}

// gen2brainCount returns one. Its names are without _total, which a counter has
// to have; to whoever reads it there is no difference.
func gen2brainCount(name, help string, value func(*report.DumpInstance) uint64) gen2brainValue {
	return gen2brainValue{gauge("keepalived_vrrp_"+name, help, "name", "intf", "vrid", "state"), value}
}

var gen2brainValues = []gen2brainValue{
	gen2brainCount("advert_rcvd", "Advertisements received.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsReceived }),
	gen2brainCount("advert_sent", "Advertisements sent.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsSent }),
	gen2brainCount("become_master", "Times that the instance became master.", func(i *report.DumpInstance) uint64 { return i.Counters.BecameMaster }),
	gen2brainCount("release_master", "Times that the instance gave the role up.", func(i *report.DumpInstance) uint64 { return i.Counters.ReleasedMaster }),
	gen2brainCount("packet_len_err", "Packets of a wrong length.", errorCount(packet.ErrLength)),
	gen2brainCount("advert_interval_err", "Packets with another interval.", errorCount(packet.ErrInterval)),
	gen2brainCount("ip_ttl_err", "Packets with a TTL other than 255.", errorCount(packet.ErrTTL)),
	gen2brainCount("invalid_type_rcvd", "Packets that are no advertisements.", errorCount(packet.ErrType)),
	gen2brainCount("addr_list_err", "Packets with other addresses.", errorCount(packet.ErrAddressList)),
	gen2brainCount("invalid_authtype", "Packets with an unknown authentication type.", errorCount(packet.ErrAuthType)),
	gen2brainCount("authtype_mismatch", "Packets with another authentication type.", errorCount(packet.ErrAuthMismatch)),
	gen2brainCount("auth_failure", "Packets with a wrong password or digest.", errorCount(packet.ErrAuth)),
	gen2brainCount("pri_zero_rcvd", "Advertisements received with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroReceived }),
	gen2brainCount("pri_zero_sent", "Advertisements sent with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroSent }),
}

// gen2brain shows what gen2brain/keepalived_exporter would.
func (c *collector) gen2brain(to chan<- prometheus.Metric) {
	for n := range c.Dump.Instances {
		i := &c.Dump.Instances[n]
		for _, m := range gen2brainValues {
			m.count(to, m.value(i), i.Name, i.Interface, strconv.Itoa(int(i.VRID)), strconv.Itoa(i.StateNumber()))
		}
	}
}
