package compose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// announcing is a node with addresses on two interfaces.
const announcing = `
global_defs {
    %s
}
%s
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress {
        192.0.2.100
        192.0.2.101 dev eth1
    }
    %s
}
`

// What the announcement keywords say is what the wire sees.
func TestAnnouncementKeywords(t *testing.T) {
	for _, tt := range []struct {
		global, group, instance string
		want                    string // times since the first one, in milliseconds, each with the last digit of the address
	}{
		{"", "", "", "0:0 0:1 0:0 0:1 0:0 0:1 0:0 0:1 0:0 0:1 5000:0 5000:1 5000:0 5000:1 5000:0 5000:1 5000:0 5000:1 5000:0 5000:1"},
		{"vrrp_min_garp", "", "", "0:0 0:1"},
		{"vrrp_min_garp\nvrrp_garp_interval 0.5", "", "garp_master_repeat 2", "0:0 1:1 500:0 501:1"},
		{"vrrp_min_garp", "garp_group {\n garp_interval 0.25\n interfaces {\n eth0\n eth1\n }\n}", "", "0:0 250:1"},
		{"vrrp_min_garp", "garp_group {\n garp_interval 0.25\n interface eth0\n}", "use_vmac\n garp_master_repeat 2", "0:0 1:1 250:0 250:1"},
		{"vrrp_min_garp", "", "garp_extra_if all 3", "0:0 0:1 3000:1 6000:1 9000:1"},
		{"vrrp_min_garp", "", "garp_extra_if 3", "0:0 0:1"}, // virtual MAC interfaces only
	} {
		synctest.Test(t, func(t *testing.T) {
			a := start(t, vrrptest.NewSegment(), "192.0.2.1", fmt.Sprintf(announcing, tt.global, tt.group, tt.instance))
			time.Sleep(14 * time.Second)
			var got []string
			list := a.kernel.Announced()
			for _, x := range list {
				s := x.Addr.String()
				got = append(got, fmt.Sprintf("%d:%s", (x.At-list[0].At).Milliseconds(), s[len(s)-1:]))
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("%q %q %q:\ngot  %s\nwant %s", tt.global, tt.group, tt.instance, text, tt.want)
			}
		})
	}
}

// The dead-man switch and yielding, from the keyword to the kernel.
func TestAddressLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", fmt.Sprintf(announcing, "vrrp_address_lifetime 5", "", "address_lifetime 2"))
		time.Sleep(time.Minute)
		if !a.holds("192.0.2.100/32") {
			t.Errorf("not held:\n%s", a.kernel)
		}
		renewals := 0
		for _, c := range a.kernel.Changed() {
			if text := c.String(); strings.Contains(text, "192.0.2.100/32") && strings.HasSuffix(text, "valid_lft 2") {
				renewals++
			}
		}
		if renewals < 100 {
			t.Errorf("renewed %d times in a minute", renewals)
		}
		a.stop()
		if !strings.Contains(a.log.String(), "lifetime=2s worst_double_ownership=1.5s") {
			t.Errorf("the log does not say what it guarantees:\n%s", a.log)
		}
	})
}

// no_accept drops the packets of exactly its instance's addresses, unless the
// router owns them, for as long as the daemon runs.
func TestNoAccept(t *testing.T) {
	const text = `
global_defs {
    nftables lb
    nftables_counters
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    no_accept
    virtual_ipaddress {
        192.0.2.100
    }
    virtual_ipaddress_excluded {
        fe80::100 dev eth1
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority 255
    no_accept
    virtual_ipaddress {
        192.0.2.101
    }
}
vrrp_instance VI_3 {
    interface eth0
    virtual_router_id 53
    virtual_ipaddress {
        192.0.2.102
    }
}
`
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", text)
		synctest.Wait()
		f := a.kernel.Filtered("lb")
		if got := fmt.Sprint(f.Table, f.Priority, f.Counters, f.Addresses); got != "lb-1 true [192.0.2.100 fe80::100%eth1]" {
			t.Errorf("filter %s", got)
		}
		a.stop()
		if f := a.kernel.Filtered("lb"); len(f.Addresses) != 0 {
			t.Errorf("left: %+v", f)
		}
	})
}
