package compose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// The known faults of keepalived 2.4.3 that have to do with virtual servers. They
// have numbers, by which all tests name them: 2, 3, 7 to 9 and 11 are here, 1, 5,
// 10, 12 to 14, 22 and 23 in TestFaultsOfChecks, 4 in TestSuspend, 15 in
// TestFaultServerName, 19 in TestFaultFileAtStart, 21 in TestRefusedByKernel; 6, 17
// and 18 in the verdicts of package check, 16 in TestTellServer, 20 in
// TestGenhash of the daemon. Those of its tables are in TestKeepalivedFaults of
// package ipvs.
func TestFaults(t *testing.T) {
	// 7: a failed server is put back when the way in which it is checked changes.
	t.Run("7 changed check", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			text := fmt.Sprintf(web, "", "")
			b.start(text)
			b.fail("1 TCP_CHECK")
			b.fail("1 SMTP_CHECK")
			time.Sleep(30 * time.Second)
			for _, change := range []string{"TCP_CHECK {\n connect_timeout 2", "TCP_CHECK {\n connect_port 81", "SMTP_CHECK {"} {
				b.reload(strings.Replace(text, "TCP_CHECK {", change, 1))
				b.table("-A -s rr\n-a -r .2:80 -m -w 2\n")
				time.Sleep(30 * time.Second)
				b.table("-A -s rr\n-a -r .2:80 -m -w 2\n")
			}
			b.pass("1 SMTP_CHECK")
			time.Sleep(30 * time.Second)
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 8: changed thresholds are not applied.
	t.Run("8 thresholds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			text := fmt.Sprintf(web, "", "")
			b.start(text)
			b.reload(strings.Replace(text, "weight 2", "weight 2\nuthreshold 100\nlthreshold 10", 1))
			s, err := b.kernel.State()
			if err != nil || s.Table[0].Destinations[0].Upper != 100 || s.Table[0].Destinations[0].Lower != 10 {
				t.Errorf("%v, %v", s.Table, err)
			}
		})
	})
	// 3: the granularity of a group's persistence is lost.
	t.Run("3 granularity of groups", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			text := strings.Replace(fmt.Sprintf(web, "persistence_timeout 50\npersistence_granularity 255.255.255.0", ""), "192.0.2.100 80", "group g", 1)
			b.start("virtual_server_group g {\n 192.0.2.100 80\n}\n" + text)
			b.table("-A -s rr -p 50 -M 255.255.255.0\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 2: ranges across an octet never end, or have the wrong addresses.
	t.Run("2 ranges", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for entry, want := range map[string]string{
				"192.0.2.254-192.0.3.1":         "192.0.2.254 192.0.2.255 192.0.3.0 192.0.3.1",
				"fd00::1:fffe-fd00::2:1":        "fd00::1:fffe fd00::1:ffff fd00::2:0 fd00::2:1",
				"2001:db8::fffe/127":            "2001:db8::fffe 2001:db8::ffff",
				"192.0.4.0/22":                  "", // 1024
				"192.0.2.255-192.0.3.0 8080":    "192.0.2.255 192.0.3.0",
				"2001:db8::ffff-2001:db8::1:00": "2001:db8::ffff 2001:db8::1:0",
			} {
				b := newBalancer(t)
				server, kind := "198.51.100.1", "NAT"
				if strings.Contains(entry, ":") {
					kind = "TUN"
				}
				b.start("virtual_server_group g {\n " + entry + "\n}\nvirtual_server group g {\n protocol TCP\n persistence_timeout 9\n lb_algo rr\n lb_kind " + kind + "\n real_server " + server + " {\n}\n}\n")
				time.Sleep(time.Second)
				var got []string
				for _, key := range b.VirtualServers()[0].Keys {
					got = append(got, key.Address.Addr().String())
				}
				s, _ := b.kernel.State()
				if len(s.Table) != len(got) {
					t.Errorf("%s: %d services in the kernel, %d wanted", entry, len(s.Table), len(got))
				}
				if text := strings.Join(got, " "); want != "" && text != want {
					t.Errorf("%s: %s", entry, text)
				}
				if err := b.stop(); err != nil {
					t.Error(err)
				}
			}
		})
	})
	t.Run("2 too large", func(t *testing.T) {
		cfg := parse(t, "virtual_server_group g {\n fd00::/64 80\n}\n"+strings.Replace(fmt.Sprintf(web, "", ""), "192.0.2.100 80", "group g", 1))
		if err := compose.Validate(cfg); err == nil || !strings.Contains(err.Error(), "test.conf:2:2: virtual_server_group g has more than 65536 addresses") {
			t.Error(err)
		}
	})
	// Two virtual servers of one address: the second one's servers are mixed into
	// the first.
	t.Run("the same service twice", func(t *testing.T) {
		cfg := parse(t, fmt.Sprintf(web, "", "")+fmt.Sprintf(web, "", ""))
		if err := compose.Validate(cfg); err == nil || !strings.Contains(err.Error(), "-t 192.0.2.100:80 is the service of the virtual_server of test.conf:2:1 already") {
			t.Error(err)
		}
	})
	// 9: what a predecessor left keeps its old scheduler, weights and thresholds.
	t.Run("9 leftovers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			left := newBalancer(t)
			left.kernel = b.kernel
			other := strings.ReplaceAll(strings.Replace(fmt.Sprintf(web, "persistence_timeout 9", ""), "lb_algo rr", "lb_algo wlc", 1), "weight 2", "weight 99")
			left.start(other, func(o *compose.Options) { o.KeepIPVS, o.IPVS = true, keep{b.kernel} })
			if err := left.stop(); err != nil {
				t.Error(err)
			}
			b.table("-A -s wlc -p 9\n-a -r .1:80 -m -w 99\n-a -r .2:80 -m -w 99\n")
			b.start(fmt.Sprintf(web, "", ""))
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 11: a program that cannot be run means that its server is always up.
	t.Run("11 missing program", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.start(strings.Replace(fmt.Sprintf(web, "", ""), "TCP_CHECK {", "MISC_CHECK {\nmisc_path /does/not/exist", 1),
				func(o *compose.Options) { o.ServerChecker = nil })
			time.Sleep(3 * time.Second)
			if s := b.VirtualServers()[0].Real[0]; s.Alive || s.Checks[0].Last.Reason != check.ReasonExec {
				t.Errorf("%+v", s)
			}
		})
	})
}

// keep is a kernel that outlives who closes it.
type keep struct{ ipvs.Kernel }

func (keep) Close() error { return nil }
