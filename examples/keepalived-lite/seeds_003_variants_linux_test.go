package main_test

import (
	"testing"
	"time"
)

const seed003variants = `global_defs {
    vrrp_mcast_group4 224.0.0.19
}
vrrp_instance VI_PASSWORD {
    interface eth0
    virtual_router_id 60
    priority @PRIO@
    authentication {
        auth_type PASS
        auth_pass @PASSWORD@
    }
    virtual_ipaddress {
        192.0.2.60
    }
}
vrrp_instance VI_TYPE {
    interface eth0
    virtual_router_id 61
    priority @PRIO@
    @AUTH@
    virtual_ipaddress {
        192.0.2.61
    }
}
vrrp_instance VI_EIGHT {
    interface eth0
    virtual_router_id 62
    priority @PRIO@
    authentication {
        auth_type PASS
        auth_pass 12345678@REST@
    }
    virtual_ipaddress {
        192.0.2.62
    }
}
vrrp_instance VI_SHORT {
    state @STATE@
    priority @PRIO@
    interface eth0
    virtual_router_id 63
    virtual_ipaddress {
        192.0.2.63
    }
}
vrrp_instance VI_STAY {
    state BACKUP
    interface eth0
    virtual_router_id 64
    priority @PRIO@
    nopreempt
    virtual_ipaddress {
        192.0.2.64
    }
}
vrrp_instance VI_TAKE {
    state MASTER
    interface eth0
    virtual_router_id 65
    priority @PRIO@
    nopreempt
    virtual_ipaddress {
        192.0.2.65
    }
}
`

func prove003Variants(t *testing.T, p seedRun) {
	s := p.stand(t)
	b := s.start(p.b, s.b, fill(seed003variants, "PRIO", "90", "STATE", "BACKUP", "PASSWORD", "1112", "AUTH", "", "REST", "xyz"))
	s.waitHolders(t, "192.0.2.64", "b", 6*time.Second)
	a := s.start(p.a, s.a, fill(seed003variants, "PRIO", "100", "STATE", "MASTER", "PASSWORD", "1111", "REST", "abc",
		"AUTH", "authentication {\n        auth_type PASS\n        auth_pass 1111\n    }"))
	s.waitHolders(t, "192.0.2.63", "a", 6*time.Second)
	time.Sleep(1500 * time.Millisecond) // for what would change still
	for _, c := range []struct{ item, vip, on string }{
		{"003.13 another password: both are master", "192.0.2.60", "ab"},
		{"003.14 another auth_type: both are master", "192.0.2.61", "ab"},
		{"003.15 only the first eight characters count", "192.0.2.62", "a"},
		{"003.18 the short form", "192.0.2.63", "a"},
		{"003.17 nopreempt: the lower node keeps the role", "192.0.2.64", "b"},
		{"003.17 nopreempt has no effect in state MASTER", "192.0.2.65", "a"},
	} {
		p.item(t, c.item, func(t *step) {
			if got := s.holders(c.vip); got != c.on {
				t.Errorf("%s is on %q, want %q", c.vip, got, c.on)
			}
		})
	}
	node, sender := a, "192.0.2.11"
	if p.a.name != ours.name {
		node, sender = b, "192.0.2.10"
	}
	p.item(t, "003.13 the log says invalid passwd and names the sender, once", func(t *step) {
		lines := grep(node.Log(), "(VI_PASSWORD)", "invalid passwd", sender)
		if t.Logf("%q", lines); len(lines) != 1 {
			t.Errorf("%d lines:\n%s", len(lines), node.Log())
		}
	})
	p.item(t, "003.14 the log says that auth_type differs and names the sender, once", func(t *step) {
		lines := grep(node.Log(), "(VI_TYPE)", "auth_type", sender)
		if t.Logf("%q", lines); len(lines) != 1 {
			t.Errorf("%d lines:\n%s", len(lines), node.Log())
		}
	})
	p.item(t, "003.5 another multicast group", func(t *step) {
		for _, a := range s.wire.Adverts() {
			if a.Destination.String() != "224.0.0.19" {
				t.Fatalf("an advert from %v to %v", a.Source, a.Destination)
			}
		}
	})
}
