package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const seed003mac = `vrrp_instance VI_PLAIN {
    interface eth0
    virtual_router_id 70
    priority @PRIO@
    virtual_ipaddress {
        192.0.2.70
    }
}
vrrp_instance VI_MAC {
    interface eth0
    virtual_router_id 71
    priority @PRIO@
    use_vmac
    virtual_ipaddress {
        192.0.2.71
    }
}
vrrp_instance VI_OTHER {
    interface eth0
    virtual_router_id @VRID@
    priority @PRIO@
    virtual_ipaddress {
        192.0.2.72
    }
}
`

// Behind the firewall of text 003, which lets VRRP pass and nothing else.
func prove003Firewall(t *testing.T, p seedRun) {
	s := p.stand(t, "iptables", netlab.NFT)
	for _, h := range []*netlab.Host{s.a, s.b} {
		for _, chain := range []string{"INPUT", "OUTPUT"} {
			h.Run("iptables", "-P", chain, "DROP")
			h.Run("iptables", "-A", chain, "-d", "224.0.0.0/8", "-p", "vrrp", "-j", "ACCEPT")
		}
	}
	a := s.start(p.a, s.a, fill(seed003mac, "PRIO", "100", "VRID", "72"))
	b := s.start(p.b, s.b, fill(seed003mac, "PRIO", "90", "VRID", "73"))
	node := map[string]*netlab.Proc{p.b.name: b, p.a.name: a}[ours.name]
	p.item(t, "003.3 the rules for iptables: one master", func(t *step) {
		s.waitHolders(t, "192.0.2.70", "a", 6*time.Second)
		s.stays(t, "192.0.2.70", "a", 1200*time.Millisecond)
	})
	p.item(t, "003.6 the interface's own MAC, and the virtual one for use_vmac only", func(t *step) {
		netlab.Eventually(t, 5*time.Second, "adverts of both", func() bool { return len(s.adverts(s.a, 70)) > 1 && len(s.adverts(s.a, 71)) > 1 })
		for vrid, want := range map[uint8]string{70: s.mac(s.a), 71: "00:00:5e:00:01:47"} {
			for _, advert := range s.adverts(s.a, vrid) {
				if got := advert.SourceMAC.String(); got != want {
					t.Fatalf("an advert of VRID %d from %s, want %s", vrid, got, want)
				}
			}
			t.Logf("VRID %d from %s", vrid, want)
		}
	})
	p.item(t, "003.16 another router id with the same address is told in the log", func(t *step) {
		s.waitHolders(t, "192.0.2.72", "ab", 6*time.Second)
		var lines []string
		netlab.Eventually(t, 5*time.Second, "the line", func() bool {
			lines = grep(node.Log(), "(VI_OTHER)", "with the address 192.0.2.72, which our VRID", "give both routers the same virtual_router_id")
			return len(lines) > 0
		})
		t.Log(lines[0])
	})
	// What firewalld makes of its rule for protocol vrrp, instead.
	for _, h := range []*netlab.Host{s.a, s.b} {
		for _, chain := range []string{"INPUT", "OUTPUT"} {
			h.Run("iptables", "-P", chain, "ACCEPT")
			h.Run("iptables", "-F", chain)
		}
		h.Run("nft", strings.Join(strings.Fields(`table inet firewalld { chain filter_INPUT {
			type filter hook input priority filter + 10; policy accept;
			meta l4proto vrrp accept; ip version 4 reject; }; }`), " "))
	}
	p.item(t, "003.3 the rule for firewalld: one master", func(t *step) {
		s.stays(t, "192.0.2.70", "a", 4500*time.Millisecond) // longer than b waits for an advert
	})
}
