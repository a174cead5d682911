package compose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

func state(n *node) vrrp.State { return n.Instances()[0].Router.Snapshot().State }

// A drained master hands over at once, stands back behind anybody, and comes back
// when it is asked to.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		a := start(t, seg, "192.0.2.1", fmt.Sprintf(config, 200))
		b := start(t, seg, "192.0.2.2", fmt.Sprintf(config, 100))
		time.Sleep(10 * time.Second)
		if state(a) != vrrp.Master || state(b) != vrrp.Backup {
			t.Fatal(state(a), state(b))
		}
		if err := a.Drain("VI_1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // b's skew time is 0.61 s
		if state(a) != vrrp.Backup || state(b) != vrrp.Master || a.holds("192.0.2.100") || !b.holds("192.0.2.100") {
			t.Errorf("after a drain: %v and %v", state(a), state(b))
		}
		s := a.Instances()[0].Router.Snapshot()
		if s.Priority != 1 || s.Reason != vrrp.ReasonAsked || !strings.Contains(s.Explain().Why, "(drain)") {
			t.Errorf("%d, %v, %v", s.Priority, s.Reason, s.Explain())
		}
		time.Sleep(30 * time.Second)
		if state(a) != vrrp.Backup {
			t.Error("it came back by itself")
		}

		// The last one is better than none.
		if err := b.stop(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if state(a) != vrrp.Master || !a.holds("192.0.2.100") {
			t.Errorf("nobody has the address: %v", state(a))
		}
		b = start(t, seg, "192.0.2.2", fmt.Sprintf(config, 100))
		time.Sleep(5 * time.Second)
		if state(a) != vrrp.Backup || state(b) != vrrp.Master {
			t.Errorf("when the other is back: %v and %v", state(a), state(b))
		}

		for range 2 {
			if err := a.Undrain("VI_1"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Second)
		if s := a.Instances()[0].Router.Snapshot(); s.State != vrrp.Master || s.Priority != 200 {
			t.Errorf("after the drain: %v, priority %d", s.State, s.Priority)
		}
	})
}

func TestDrainRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		n := start(t, seg, "192.0.2.1", fmt.Sprintf(config, 255))
		if err := n.Drain("VI_1"); err == nil || !strings.Contains(err.Error(), "priority 255") {
			t.Error(err)
		}
		for _, f := range []func(string) error{n.Drain, n.Undrain} {
			if err := f("VI_2"); err == nil || !strings.Contains(err.Error(), `no instance "VI_2"`) {
				t.Error(err)
			}
		}
	})
}

// Who is drained hands over with its whole sync group.
func TestDrainGroup(t *testing.T) {
	const text = `
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority %[1]d
    virtual_ipaddress {
        192.0.2.100
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority %[1]d
    virtual_ipaddress {
        192.0.2.101
    }
}
`
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		a := start(t, seg, "192.0.2.1", fmt.Sprintf(text, 200))
		b := start(t, seg, "192.0.2.2", fmt.Sprintf(text, 100))
		time.Sleep(10 * time.Second)
		if err := a.Drain("VI_2"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		for n := range 2 {
			for who, want := range map[*node]vrrp.State{a: vrrp.Backup, b: vrrp.Master} {
				if got := who.Instances()[n].Router.Snapshot().State; got != want {
					t.Errorf("%s is %v, want %v", who.Instances()[n].Config.Name, got, want)
				}
			}
		}
	})
}

// A reload does not end a drain: not where the router stays, and not where another
// one takes its place.
func TestDrainOutlivesReload(t *testing.T) {
	for _, change := range []string{"priority 210", "use_vmac", "unicast_peer {\n 192.0.2.2\n }", "virtual_router_id 61"} {
		synctest.Test(t, func(t *testing.T) {
			seg := vrrptest.NewSegment()
			text := instance("VI_1", 51, 200, address("192.0.2.100/24"))
			a := start(t, seg, "192.0.2.1", text)
			start(t, seg, "192.0.2.2", instance("VI_1", 51, 100, address("192.0.2.100/24")))
			time.Sleep(10 * time.Second)
			if err := a.Drain("VI_1"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			switch {
			case strings.HasPrefix(change, "priority"):
				text = strings.Replace(text, "priority 200", change, 1)
			case strings.HasPrefix(change, "virtual_router_id"):
				text = strings.Replace(text, "virtual_router_id 51", change, 1)
			default:
				text = strings.Replace(text, "priority 200", "priority 200\n "+change, 1)
			}
			a.reload(t, text)
			time.Sleep(10 * time.Second)
			if p := a.priority(); p != 1 {
				t.Errorf("%s: after the reload its priority is %d", change, p)
			}
			if err := a.Undrain("VI_1"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			if p := a.priority(); p < 200 || state(a) != vrrp.Master {
				t.Errorf("%s: after undrain it is %v with priority %d", change, state(a), p)
			}
		})
	}
}
