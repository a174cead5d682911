package compose_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

const routing = `
static_routes {
    203.0.113.0/24 via 192.0.2.254 dev eth0
}
static_rules {
    from 203.0.113.0/24 table 8 priority 99
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 200
    virtual_ipaddress {
        192.0.2.100/24
    }
    virtual_routes {
        198.51.100.0/24 via 192.0.2.254 dev eth1 src 192.0.2.100
        default via 192.0.2.254 table 7
    }
    virtual_rules {
        from 192.0.2.100 table 7 priority 100
        iif eth2 table 7 priority 101
    }
}
`

// A master holds routes and rules beside its addresses, and the interfaces that
// those name count as its own.
func TestRouting(t *testing.T) {
	const static = "route 203.0.113.0/24 via 192.0.2.254 dev eth0\nrule priority 99 from 203.0.113.0/24 lookup 8\n"
	const backup = "eth0\neth1\n" + static
	const master = "eth0\n    192.0.2.100/24 preferred_lft forever\neth1\n" + static +
		"route 198.51.100.0/24 via 192.0.2.254 dev eth1 src 192.0.2.100\n" +
		"route default via 192.0.2.254 table 7\n" +
		"rule priority 100 from 192.0.2.100/32 lookup 7\n" +
		"rule priority 101 iif eth2 lookup 7\n"
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", routing)
		is := func(when, want string) {
			t.Helper()
			time.Sleep(5 * time.Second)
			if got := a.kernel.String(); got != want {
				t.Errorf("%s:\n%swant:\n%s", when, got, want)
			}
		}
		is("master", master)
		for _, dev := range []string{"eth1", "eth2"} {
			a.port.SetInterface(dev, false)
			is(dev+" is down", backup)
			a.port.SetInterface(dev, true)
			is(dev+" is up", master)
		}
		a.stop()
		is("stopped", "eth0\neth1\n")
	})
}
