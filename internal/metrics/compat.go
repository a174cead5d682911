package metrics

import (
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// series is a family with the value that an instance has in it.
type series struct {
	family
	value func(*report.DumpInstance) uint64
}

// compatible is a count that both exporters show, under names of their own; an
// empty name is that of the one which does not.
type compatible struct {
	mehdy, gen2brain, help string
	value                  func(*report.DumpInstance) uint64
}

func errorCount(r packet.Reason) func(*report.DumpInstance) uint64 {
	return func(i *report.DumpInstance) uint64 { return i.Counters.Errors[r] }
}

var counts = []compatible{
	{"gratuitous_arp_delay", "", "Delay of the second announcements, in seconds.", func(i *report.DumpInstance) uint64 { return uint64(i.Config.GARP.MasterDelay.Seconds()) }},
	{"advertisements_received", "advert_rcvd", "Advertisements received.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsReceived }},
	{"advertisements_sent", "advert_sent", "Advertisements sent.", func(i *report.DumpInstance) uint64 { return i.Counters.AdvertsSent }},
	{"become_master", "become_master", "Times that the instance became master.", func(i *report.DumpInstance) uint64 { return i.Counters.BecameMaster }},
	{"release_master", "release_master", "Times that the instance gave the role up.", func(i *report.DumpInstance) uint64 { return i.Counters.ReleasedMaster }},
	{"packet_length_errors", "packet_len_err", "Packets of a wrong length.", errorCount(packet.ErrLength)},
	{"advertisements_interval_errors", "advert_interval_err", "Packets with another interval.", errorCount(packet.ErrInterval)},
	{"ip_ttl_errors", "ip_ttl_err", "Packets with a TTL other than 255.", errorCount(packet.ErrTTL)},
	{"invalid_type_received", "invalid_type_rcvd", "Packets that are no advertisements.", errorCount(packet.ErrType)},
	{"address_list_errors", "addr_list_err", "Packets with other addresses.", errorCount(packet.ErrAddressList)},
	{"authentication_invalid", "invalid_authtype", "Packets with an unknown authentication type.", errorCount(packet.ErrAuthType)},
	{"authentication_mismatch", "authtype_mismatch", "Packets with another authentication type.", errorCount(packet.ErrAuthMismatch)},
	{"authentication_failure", "auth_failure", "Packets with a wrong password or digest.", errorCount(packet.ErrAuth)},
	{"priority_zero_received", "pri_zero_rcvd", "Advertisements received with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroReceived }},
	{"priority_zero_sent", "pri_zero_sent", "Advertisements sent with priority 0.", func(i *report.DumpInstance) uint64 { return i.Counters.PriorityZeroSent }},
}

var (
	mehdyState    = gauge("keepalived_vrrp_state", "State of the instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.", "iname", "intf", "vrid", "ip_address")
	mehdyExcluded = gauge("keepalived_vrrp_excluded_state", "State of the instance of an excluded address: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.", "iname", "intf", "vrid", "ip_address")
	mehdyChecked  = gauge("keepalived_exporter_check_script_status", "Whether the address is there, if the instance is master.", "iname", "intf", "vrid", "ip_address")
	mehdyScript   = gauge("keepalived_script_status", "Result of a script: 0 BAD, 1 GOOD.", "name")
	mehdyRunning  = gauge("keepalived_script_state", "What a script does: 0 idle, 1 running.", "name")
)

// mehdyCounters are the counters of mehdy/keepalived-exporter.
var mehdyCounters = named(func(c compatible) (string, family) {
	return c.mehdy, counter("keepalived_"+c.mehdy+"_total", c.help, "iname", "intf", "vrid")
})

// gen2brainValues are those of gen2brain/keepalived_exporter. Their names are
// without _total, which a counter has to have; to whoever reads them there is no
// difference.
var gen2brainValues = named(func(c compatible) (string, family) {
	return c.gen2brain, gauge("keepalived_vrrp_"+c.gen2brain, c.help, "name", "intf", "vrid", "state")
})

// named are the counts for which one of the exporters has a name.
func named(in func(compatible) (string, family)) (list []series) {
	for _, c := range counts {
		if name, f := in(c); name != "" {
			list = append(list, series{f, c.value})
		}
	}
	return list
}

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
					mehdyChecked.truth(to, c.Present[i.Spot(a)] || !i.Holds(), i.Name, device(a, i), vrid, text)
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

// gen2brain shows what gen2brain/keepalived_exporter would.
func (c *collector) gen2brain(to chan<- prometheus.Metric) {
	for n := range c.Dump.Instances {
		i := &c.Dump.Instances[n]
		for _, m := range gen2brainValues {
			m.count(to, m.value(i), i.Name, i.Interface, strconv.Itoa(int(i.VRID)), strconv.Itoa(i.StateNumber()))
		}
	}
}
