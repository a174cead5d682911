package ipvs_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

func TestValidate(t *testing.T) {
	web := service(ipvs.TCP, "192.0.2.1:80", "rr")
	to := func(address string, f ipvs.Forwarding, weight int) ipvs.Entry {
		return ipvs.Entry{Service: web, Destinations: []ipvs.Destination{{Address: ap(address), Forwarding: f, Weight: weight}}}
	}
	persistent := func(s ipvs.Service, d time.Duration) ipvs.Entry {
		s.Persistence = d
		return ipvs.Entry{Service: s}
	}
	mask := netip.MustParseAddr
	with := func(f func(*ipvs.Service)) ipvs.Entry {
		s := web
		f(&s)
		return ipvs.Entry{Service: s}
	}
	behind := func(d ipvs.Destination) ipvs.Entry {
		d.Address = ap("198.51.100.1:80")
		return ipvs.Entry{Service: web, Destinations: []ipvs.Destination{d}}
	}
	for _, tt := range []struct {
		name  string
		table ipvs.Table
		want  string // "" for a valid table
	}{
		{"NAT to another port", ipvs.Table{to("198.51.100.1:8080", ipvs.NAT, 1)}, ""},
		{"DR", ipvs.Table{to("198.51.100.1:80", ipvs.DR, 0)}, ""},
		{"tunnel to the other family", ipvs.Table{to("[2001:db8::1]:80", ipvs.TUN, 65535)}, ""},
		{"all ports", ipvs.Table{persistent(service(ipvs.TCP, "192.0.2.1:0", "rr"), time.Second)}, ""},
		{"twice", ipvs.Table{{Service: web}, {Service: web}}, "ipvs: -t 192.0.2.1:80: listed twice"},
		{"protocol", ipvs.Table{{Service: service(1, "192.0.2.1:80", "rr")}}, "ipvs: -t 192.0.2.1:80: protocol 1 is not balanced"},
		{"no address", ipvs.Table{{Service: service(ipvs.TCP, "0.0.0.0:80", "rr")}}, "ipvs: -t 0.0.0.0:80: 0.0.0.0 is no service's address"},
		{"mapped address", ipvs.Table{{Service: service(ipvs.TCP, "[::ffff:192.0.2.1]:80", "rr")}}, "ipvs: -t [::ffff:192.0.2.1]:80: ::ffff:192.0.2.1 is no service's address"},
		{"port 0", ipvs.Table{{Service: service(ipvs.UDP, "192.0.2.1:0", "rr")}}, "ipvs: -u 192.0.2.1:0: port 0, all ports, needs persistence"},
		{"scheduler", ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.1:80", "")}}, "ipvs: -t 192.0.2.1:80: no scheduler"},
		{"persistence", ipvs.Table{persistent(web, 1500*time.Millisecond)}, "ipvs: -t 192.0.2.1:80: persistence 1.5s is not a whole number of seconds"},
		{"weight", ipvs.Table{to("198.51.100.1:80", ipvs.NAT, -1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: weight -1 is not in 0..2147483647"},
		{"DR to another port", ipvs.Table{to("198.51.100.1:81", ipvs.DR, 1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:81: DR cannot change port 80"},
		{"NAT to the other family", ipvs.Table{to("[2001:db8::1]:80", ipvs.NAT, 1)}, "ipvs: -t 192.0.2.1:80: destination [2001:db8::1]:80: NAT cannot change the address family"},
		{"forwarding", ipvs.Table{to("198.51.100.1:80", 7, 1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: no such forwarding 7"},
		{"zone", ipvs.Table{to("[fe80::1%eth0]:80", ipvs.TUN, 1)}, "ipvs: -t 192.0.2.1:80: destination [fe80::1%eth0]:80: no usable address"},
		{"destination twice", ipvs.Table{{Service: web, Destinations: []ipvs.Destination{nat("198.51.100.1:80", 1), nat("198.51.100.1:80", 2)}}},
			"ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: listed twice"},
		{"mark", ipvs.Table{{Service: ipvs.Service{Key: ipvs.Key{Mark: 1, IPv6: true}, Scheduler: "rr", OnePacket: true}, Destinations: []ipvs.Destination{nat("[2001:db8::1]:80", 1)}}}, ""},
		{"mark and address", ipvs.Table{{Service: ipvs.Service{Key: ipvs.Key{Mark: 1, Protocol: ipvs.TCP}, Scheduler: "rr"}}}, "ipvs: -f 1: both a mark and an address"},
		{"IPv6 of an address", ipvs.Table{{Service: ipvs.Service{Key: ipvs.Key{Protocol: ipvs.TCP, Address: ap("192.0.2.1:80"), IPv6: true}, Scheduler: "rr"}}}, "ipvs: -t 192.0.2.1:80: IPv6 is said of marks only"},
		{"mark of the other family", ipvs.Table{{Service: ipvs.Service{Key: ipvs.Key{Mark: 1}, Scheduler: "rr"}, Destinations: []ipvs.Destination{nat("[2001:db8::1]:80", 1)}}}, "ipvs: -f 1: destination [2001:db8::1]:80: NAT cannot change the address family"},
		{"scheduler's name", ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.1:80", "sixteen_letters_")}}, `ipvs: -t 192.0.2.1:80: scheduler "sixteen_letters_" is longer than 15 bytes`},
		{"flags", ipvs.Table{with(func(s *ipvs.Service) { s.Flags = 8 })}, "ipvs: -t 192.0.2.1:80: scheduler flags 0x8 are unknown"},
		{"one packet of TCP", ipvs.Table{with(func(s *ipvs.Service) { s.OnePacket = true })}, "ipvs: -t 192.0.2.1:80: one-packet scheduling is for UDP, not tcp"},
		{"long persistence", ipvs.Table{persistent(web, 32*24*time.Hour)}, "ipvs: -t 192.0.2.1:80: persistence 768h0m0s is not in 0s..744h0m0s"},
		{"engine alone", ipvs.Table{with(func(s *ipvs.Service) { s.Engine = "sip" })}, "ipvs: -t 192.0.2.1:80: persistence engine sip needs persistence"},
		{"granularity alone", ipvs.Table{with(func(s *ipvs.Service) { s.Granularity = mask("255.0.0.0") })}, "ipvs: -t 192.0.2.1:80: granularity needs persistence"},
		{"granularity", ipvs.Table{with(func(s *ipvs.Service) { s.Persistence, s.Granularity = time.Second, mask("255.0.255.0") })}, ""},
		{"granularity of IPv6", ipvs.Table{with(func(s *ipvs.Service) { s.Persistence, s.Granularity = time.Second, mask("ffff::") })}, "ipvs: -t 192.0.2.1:80: granularity ffff:: is no mask of its address family"},
		{"granularity with gaps", ipvs.Table{with(func(s *ipvs.Service) {
			s.Key = ipvs.Key{Mark: 1, IPv6: true}
			s.Persistence, s.Granularity = time.Second, mask("ff:ff::")
		})}, "ipvs: -f 1 -6: granularity ff:ff:: is no mask of its address family"},
		{"thresholds", ipvs.Table{behind(ipvs.Destination{Upper: 3, Lower: 4})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: lower threshold 4 is above the upper one, 3"},
		{"tunnel without TUN", ipvs.Table{behind(ipvs.Destination{Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GRE}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: tunnel options without TUN"},
		{"encapsulation", ipvs.Table{behind(ipvs.Destination{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: 9}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: no such encapsulation 9"},
		{"gue without port", ipvs.Table{behind(ipvs.Destination{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GUE}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: gue needs a port"},
		{"gre with port", ipvs.Table{behind(ipvs.Destination{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GRE, Port: 1}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: gre has no port"},
		{"ipip with checksum", ipvs.Table{behind(ipvs.Destination{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Checksum: ipvs.WithChecksum}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: ipip does not know csum"},
		{"gre with remcsum", ipvs.Table{behind(ipvs.Destination{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GRE, Checksum: ipvs.RemoteChecksum}})}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: gre does not know remcsum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.table.Validate(); err != nil {
				got, _, _ = strings.Cut(err.Error(), "\n")
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestValidateState(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state ipvs.State
		want  string
	}{
		{"nothing", ipvs.State{}, ""},
		{"table and timeout", ipvs.State{Table: ipvs.Table{{Service: service(1, "192.0.2.1:80", "rr")}}, Timeouts: ipvs.Timeouts{UDP: time.Millisecond}},
			"ipvs: -t 192.0.2.1:80: protocol 1 is not balanced\nipvs: timeout UDP 1ms is not a whole number of seconds"},
		{"long timeout", ipvs.State{Timeouts: ipvs.Timeouts{TCP: 32 * 24 * time.Hour}}, "ipvs: timeout TCP 768h0m0s is not in 0s..744h0m0s"},
		{"two masters", ipvs.State{Daemons: []ipvs.Daemon{{Role: ipvs.Master, Interface: "eth0"}, {Role: ipvs.Master, Interface: "eth1"}}}, "ipvs: two master daemons"},
		{"no role", ipvs.State{Daemons: []ipvs.Daemon{{Interface: "eth0"}}}, "ipvs: sync daemon: no such role 0"},
		{"no interface", ipvs.State{Daemons: []ipvs.Daemon{{Role: ipvs.Backup}}}, `ipvs: backup daemon: "" is no interface`},
		{"long messages", ipvs.State{Daemons: []ipvs.Daemon{{Role: ipvs.Backup, Interface: "eth0", MaxLen: 65500}}}, "ipvs: backup daemon: messages of 65500 bytes are longer than 65487"},
		{"unicast", ipvs.State{Daemons: []ipvs.Daemon{{Role: ipvs.Backup, Interface: "eth0", Group: netip.MustParseAddr("192.0.2.1")}}}, "ipvs: backup daemon: 192.0.2.1 is no multicast group"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.state.Validate(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
