package compose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

const virtualMACs = `
global_defs {
    vmac_prefix lb
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    use_vmac
    virtual_ipaddress {
        192.0.2.100
        192.0.2.101 dev eth1
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 51
    priority 150
    version 3
    use_vmac
    vmac_xmit_base
    virtual_ipaddress {
        fe80::100
    }
}
vrrp_instance VI_3 {
    interface eth1
    virtual_router_id 52
    priority 150
    use_vmac named 02:00:5e:10:01
    virtual_ipaddress {
        192.0.2.102
    }
}
vrrp_instance VI_4 {
    interface eth0
    virtual_router_id 54
    priority 150
    garp_extra_if 2
    use_vmac
    use_vmac_addr
    virtual_ipaddress {
        192.0.2.103
        192.0.2.104 dev eth1
        192.0.2.105 dev eth1
    }
    virtual_ipaddress_excluded {
        2001:db8::104
    }
}
vrrp_instance VI_5 {
    interface eth0
    virtual_router_id 55
    priority 150
    virtual_ipaddress {
        192.0.2.106
        192.0.2.107 dev eth1 use_vmac
    }
}
vrrp_instance VI_6 {
    interface eth1
    virtual_router_id 56
    priority 150
    use_ipvlan 192.0.2.56/24 vepa
    virtual_ipaddress {
        192.0.2.108
    }
}
vrrp_instance VI_7 {
    interface eth1
    virtual_router_id 57
    priority 150
    use_ipvlan name ipvl57
    virtual_ipaddress {
        fe80::109
    }
}
`

// use_vmac: interfaces are made under keepalived's names, with the RFC's
// addresses, and carry what has no other interface; they go in the end.
func TestVMACKeywords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", virtualMACs)
		time.Sleep(5 * time.Second)
		text := fmt.Sprint(a.kernel.Changed())
		for _, want := range []string{
			"lb.51 link eth0 address 00:00:5e:00:01:33", "lb6.51 link eth0 address 00:00:5e:00:02:33", "named link eth1 address 02:00:5e:10:01:34",
			"lb.56 link eth1 type ipvlan mode l2 vepa", "ipvl57 link eth1 type ipvlan mode l2 bridge",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %s", want, text)
			}
		}
		if silent := fmt.Sprint(a.kernel.Filtered("").Silent); silent != "[lb.51 lb6.51 named lb.54 lb1.54 lb6.54 lb.55]" {
			t.Errorf("silent: %s", silent)
		}
		state := a.kernel.String()
		for _, want := range []string{"lb.51\n    192.0.2.100/32", "named\n    192.0.2.102/32",
			"lb.54\n    192.0.2.103/32", "lb1.54\n    192.0.2.104/32", "lb6.54\n    2001:db8::104/128",
			"lb.56\n    192.0.2.56/24",
			"eth0\n    192.0.2.106/32", "lb.55\n    192.0.2.107/32",
		} {
			if !strings.Contains(state, want) {
				t.Errorf("no %q in\n%s", want, state)
			}
		}
		_, eth1, _ := strings.Cut(state, "eth1\n")
		eth1, _, _ = strings.Cut(eth1, "lb.51\n")
		for _, addr := range []string{"192.0.2.101/32", "192.0.2.108/32"} { // VI_6 has an ipvlan: no place for addresses
			if !strings.Contains(eth1, addr) {
				t.Errorf("%s is not on eth1:\n%s", addr, state)
			}
		}
		if s := a.Instances()[5].Router.Snapshot(); s.Source.String() != "192.0.2.56" {
			t.Errorf("advertises from %v", s.Source)
		}
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if state := a.kernel.String(); strings.Contains(state, "lb") || strings.Contains(state, "named") {
			t.Errorf("left:\n%s", state)
		}
	})
}
