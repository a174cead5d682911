package ipvs_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// What keepalived 2.4.3 gets wrong, and this package must not. TestCorrects has
// one more: keepalived never looks at the table again. TestStrangers another:
// its lvs_flush_on_stop is the only way that others' services go.
func TestKeepalivedFaults(t *testing.T) {
	one := nat("198.51.100.1:80", 1)
	limited := one
	limited.Upper, limited.Lower = 10, 5
	tunnel := ipvs.Destination{Address: ap("198.51.100.1:80"), Forwarding: ipvs.TUN, Weight: 1, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.IPIP, Checksum: ipvs.NoChecksum}}
	gue := tunnel
	gue.Tunnel = ipvs.Tunnel{Encapsulation: ipvs.GUE, Port: 6080}
	masked := web
	masked.Persistence, masked.Granularity = time.Minute, ap("255.255.255.0:0").Addr()
	table := func(s ipvs.Service, d ...ipvs.Destination) ipvs.Table {
		return ipvs.Table{{Service: s, Destinations: d}}
	}
	for _, tt := range []struct {
		name        string
		from, to    ipvs.Table
		wantChanges string
	}{
		{"a service that is there keeps its old scheduler (EEXIST is ignored)",
			table(service(ipvs.TCP, "192.0.2.1:80", "rr"), one), table(web, one),
			"-E -t 192.0.2.1:80 -s wrr\n"},
		{"a destination that is there keeps its old weight (EEXIST is ignored)",
			table(web, nat("198.51.100.1:80", 9)), table(web, one),
			"-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1\n"},
		{"destinations that are not configured stay in a service that is",
			table(web, one, nat("198.51.100.66:80", 1)), table(web, one),
			"-d -t 192.0.2.1:80 -r 198.51.100.66:80\n"},
		{"thresholds are not compared on reload",
			table(web, one), table(web, limited),
			"-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1 -x 10 -y 5\n"},
		{"thresholds that are gone stay",
			table(web, limited), table(web, one),
			"-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1\n"},
		{"the granularity of persistence is lost",
			table(web, one), table(masked, one),
			"-E -t 192.0.2.1:80 -s wrr -p 60 -M 255.255.255.0\n"},
		{"another tunnel is an edit, which keeps connections",
			table(web, tunnel), table(web, gue),
			"-e -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, ipvs.Config{}, func(k *ipvstest.Kernel) {
					for _, c := range ipvs.Plan(state(tt.from), ipvs.State{}, nil) {
						if err := k.Meddle(c); err != nil {
							t.Fatal(err)
						}
					}
				})
				b.apply(state(tt.to)) // start with leftovers
				b.saw("applied\n" + tt.wantChanges)
				b.apply(state(tt.from)) // reload, there
				b.apply(state(tt.to))   // and back
				b.has(tt.to.String())
				b.stop()
			})
		})
	}
}

// Keepalived's fault: where the kernel lacks a scheduler, every server of the
// service is tried in vain, each with a line in the log that does not say why,
// and the quorum counts as gained. Here one error says what to load, the other
// services are served, and the service comes once the module is there.
func TestKeepalivedFaultMissingScheduler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {

		b := newBench(t, ipvs.Config{}, func(k *ipvstest.Kernel) {
			k.Intercept(func(c ipvstest.Call) error {
				if c.Change.Op == ipvs.AddService && c.Change.Service.Scheduler == "wrr" {
					return k.Meddle(ipvs.Change{Op: ipvs.AddService, Service: service(ipvs.TCP, "192.0.2.1:80", "nonesuch")})
				}
				return nil
			})
		})
		s := ipvs.State{Table: append(ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.2:80", "rr")}}, mine.Table...)}
		err := b.Apply(t.Context(), s)
		if err == nil || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%v", err)
		}
		if got := b.Snapshot(); got.Err == nil {
			t.Error("the snapshot has no error")
		}
		b.has("-A -t 192.0.2.2:80 -s rr\n")
		b.kernel.Intercept(nil)
		time.Sleep(time.Minute)
		b.has(mineText[1:] + "-A -t 192.0.2.2:80 -s rr\n")
		b.stop()
	})
}

// Keepalived's fault: of two virtual servers that are the same, the second
// one's servers are added to the first. Here nothing of it happens.
func TestKeepalivedFaultDuplicates(t *testing.T) {
	var k ipvstest.Kernel
	made, err := ipvs.Apply(t.Context(), &k, ipvs.State{Table: append(mine.Table.Clone(), mine.Table...)}, nil)
	if len(made) != 0 || err == nil {
		t.Errorf("%v, %v", made, err)
	}
	if diff := cmp.Diff("ipvs: -t 192.0.2.1:80: listed twice", err.Error()); diff != "" {
		t.Error(diff)
	}
}
