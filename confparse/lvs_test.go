package confparse

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func parseLVS(t *testing.T, src string) (*Config, Diagnostics) {
	t.Helper()
	cfg, ds := parseCovered(src)
	if cfg == nil {
		t.Fatalf("no Config: %s", ds.Render())
	}
	return cfg, ds
}

func TestGroupEntries(t *testing.T) {
	tests := []struct{ entry, first, last, problem string }{
		{"192.0.2.1 80", "192.0.2.1", "192.0.2.1", ""},
		{"192.0.2.1-9 80", "192.0.2.1", "192.0.2.9", ""},
		{"192.0.2.250-192.0.3.5 80", "192.0.2.250", "192.0.3.5", ""},
		{"2001:db8::1-ffff", "2001:db8::1", "2001:db8::ffff", ""},
		{"2001:db8::fffe-2001:db8::1:1", "2001:db8::fffe", "2001:db8::1:1", ""},
		{"10.1.0.8/30 0", "10.1.0.8", "10.1.0.11", ""},
		{"2001:db8::/126", "2001:db8::", "2001:db8::3", ""},
		{"192.0.2.9-1", "", "", "the end of the range is not behind its beginning"},
		{"192.0.2.9-2001:db8::1", "", "", "different families"},
		{"10.1.0.9/30", "", "", "bits beyond the prefix; the network is 10.1.0.8/30"},
		{"10.1.0.9/33", "", "", "not an address with a prefix length"},
		{"192.0.2.1-x", "", "", "neither an address nor a number"},
		{"web", "", "", "not an IP address"},
		{"192.0.2.1 65536", "", "", "65536 is not in 1..65535"},
		{"fwmark x", "", "", "not a number"},
	}
	for _, tt := range tests {
		t.Run(tt.entry, func(t *testing.T) {
			cfg, ds := parseLVS(t, "virtual_server_group G {\n"+tt.entry+"\n}")
			if tt.problem != "" {
				ds = slices.DeleteFunc(ds, func(d Diagnostic) bool { return d.Severity < Error })
				if len(ds) != 1 || !strings.Contains(ds[0].Message, tt.problem) || ds[0].Line != 2 {
					t.Errorf("found %v, want %q", ds, tt.problem)
				}
				return
			}
			if e := cfg.ServerGroups[0].Entries[0]; ds.HasErrors() || e.First != netip.MustParseAddr(tt.first) || e.Last != netip.MustParseAddr(tt.last) {
				t.Errorf("got %v-%v: %v", e.First, e.Last, ds)
			}
		})
	}
}

// TestCorrections has what keepalived corrects or drops in a virtual server.
func TestCorrections(t *testing.T) {
	const (
		vs = "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlb_algo rr\nlb_kind "
		rs = "real_server 192.0.2.21 80 { }\n"
	)
	tests := []struct {
		name, src, want string
		severity        Severity
	}{
		{"quorum", vs + "NAT\nquorum 5\n" + rs + "}", "quorum 5 becomes 1, the sum of all weights", Warning},
		{"hysteresis", vs + "NAT\nhysteresis 1\n" + rs + "}", "hysteresis 1 becomes 0", Warning},
		{"port under DR", vs + "DR\nreal_server 192.0.2.21 81 { }\n}", "port 81 of real_server 192.0.2.21 becomes 80", Warning},
		{"twice", vs + "NAT\n" + rs + rs + "}", "real_server 192.0.2.21 80 is there already", Warning},
		{"ops", vs + "NAT\nops\n" + rs + "}", "ops is ignored", Warning},
		{"family", vs + "NAT\n" + rs + "real_server 2001:db8::1 80 { }\n}", "real_server 2001:db8::1 is left out", Error},
		{"no real server", vs + "NAT\n}", "has no real servers", Error},
		{"no group", "virtual_server group web {\n" + rs + "}\nvirtual_server_group wep { 192.0.2.1 80 }", "no virtual_server_group web is defined", Error},
		{"no protocol", "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\n" + rs + "}", "has no protocol", Warning},
		{"no lb_algo", "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlb_kind NAT\n" + rs + "}", "has no lb_algo", Warning},
		{"no lb_kind", "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlb_algo rr\n" + rs + "}", "has no lb_kind", Warning},
		{"no port", "virtual_server 192.0.2.1 {\nprotocol TCP\nlb_algo rr\nlb_kind NAT\n" + rs + "}", "has no port", Warning},
		{"mark with protocol", "virtual_server fwmark 3 {\nprotocol TCP\nlb_algo rr\nlb_kind NAT\n" + rs + "}", "the protocol is ignored", Warning},
		{"mark with port", "virtual_server fwmark 3 {\nlb_algo rr\nlb_kind DR\n" + rs + "}", "the port of real_server 192.0.2.21 is ignored", Warning},
		{"gue without port", vs + "TUN type gue\n" + rs + "}", "type gue needs a port", Error},
		{"sorry option first", vs + "NAT\nsorry_server_inhibit\n" + rs + "}", "there is no sorry_server yet", Error},
		{"flag before its scheduler", "virtual_server 192.0.2.1 80 {\nsh-port\nprotocol TCP\nlb_algo sh\nlb_kind NAT\n" + rs + "}", "sh-port has no effect", Warning},
		{"check without url", vs + "NAT\nreal_server 192.0.2.21 80 { HTTP_GET { } }\n}", "HTTP_GET has no url", Error},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ds := parseLVS(t, tt.src)
			if !slices.ContainsFunc(ds, func(d Diagnostic) bool {
				return d.Severity == tt.severity && strings.Contains(d.Message, tt.want)
			}) {
				t.Errorf("no %v %q in\n%s", tt.severity, tt.want, ds.Render())
			}
		})
	}
}

// TestInheritance has checks take what their servers say, wherever it stands.
func TestInheritance(t *testing.T) {
	cfg, _ := parseLVS(t, `virtual_server 192.0.2.1 80 {
		real_server 192.0.2.21 {
			TCP_CHECK { connect_timeout 1 }
			DNS_CHECK { }
			MISC_CHECK { misc_path /bin/true }
			retry 4
			HTTP_GET {
				url { path / }
				alpha off
			}
			SMTP_CHECK {
				connect_timeout 3
				host { connect_port 26 }
				host { connect_ip 192.0.2.99 }
				helo_name a
			}
		}
		real_server 192.0.2.22 81 { TCP_CHECK { } }
		protocol TCP
		lb_algo rr
		lb_kind DR
		delay_loop 7
		connect_timeout 2
		virtualhost www.example.com
		alpha
	}`)
	v := cfg.VirtualServers[0]
	checks := v.RealServers[0].Checks
	if len(checks) != 6 {
		t.Fatalf("%d checks", len(checks))
	}
	tcp, dns, misc, http, smtp := checks[0], checks[1], checks[2], checks[3], checks[4:]
	if tcp.Connect.Timeout != time.Second || tcp.Period != 7*time.Second || tcp.Retry != 4 || tcp.RetryDelay != time.Second || !tcp.Alpha || tcp.Connect.Port != 80 {
		t.Errorf("TCP_CHECK: %+v", tcp)
	}
	if dns.Retry != 4 || dns.RetryDelay != 7*time.Second || dns.Connect.Timeout != 2*time.Second {
		t.Errorf("DNS_CHECK: %+v", dns)
	}
	if misc.Misc.Timeout != 7*time.Second {
		t.Errorf("MISC_CHECK: %+v", misc.Misc)
	}
	if http.HTTP.VirtualHost != "www.example.com" || http.RetryDelay != 3*time.Second || http.Alpha {
		t.Errorf("HTTP_GET: %+v", http)
	}
	if smtp[0].Connect.Port != 26 || smtp[1].Connect.Address != netip.MustParseAddr("192.0.2.99") || smtp[1].Connect.Timeout != 3*time.Second || smtp[0].SMTP.Helo != "a" {
		t.Errorf("SMTP_CHECK: %+v, %+v", smtp[0], smtp[1])
	}
	// DR cannot change the port; the check still goes where it was told to.
	if r := v.RealServers[1]; r.Port != 80 || r.Checks[0].Connect.Port != 81 {
		t.Errorf("port %d, checked on %d", r.Port, r.Checks[0].Connect.Port)
	}
}
