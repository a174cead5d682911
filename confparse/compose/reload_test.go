package compose_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// reload plans and applies, which has to succeed, and returns the plan's text.
func (n *node) reload(t *testing.T, text string) string {
	t.Helper()
	p, err := n.Plan(parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	said := p.String()
	if err := n.Apply(context.Background(), p); err != nil {
		t.Errorf("Apply: %v", err)
	}
	return said
}

// instance returns a vrrp_instance block with more lines.
func instance(name string, vrid, priority int, more ...string) string {
	return fmt.Sprintf("vrrp_instance %s {\n    interface eth0\n    virtual_router_id %d\n    priority %d\n    %s\n}\n", name, vrid, priority, strings.Join(more, "\n    "))
}

func address(list ...string) string {
	return "virtual_ipaddress {\n        " + strings.Join(list, "\n        ") + "\n    }"
}

// sent returns when a node advertised for a VRID, and with which priority.
type sent struct {
	at       time.Duration
	vrid     uint8
	priority uint8
}

// tap records all advertisements on the segment that come from addr.
func tap(seg *vrrptest.Segment, addr string) func() []sent {
	var mu sync.Mutex
	var list []sent
	start := time.Now()
	seg.Tap(func(f vrrptest.Frame) {
		if p := f.Packet; p.Source.String() == addr {
			mu.Lock()
			defer mu.Unlock()
			list = append(list, sent{time.Since(start), p.Payload[1], p.Payload[2]})
		}
	})
	return func() []sent {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

// A master's priority, interval, addresses and scripts change while it is master,
// and an instance that has nothing to do with it keeps its cadence.
func TestReloadLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		two := instance("VI_2", 52, 100, address("192.0.2.200/24"))
		a := start(t, seg, "192.0.2.1", instance("VI_1", 51, 100, "version 3", address("192.0.2.100/24", "192.0.2.101/24"))+two)
		time.Sleep(10500 * time.Millisecond)
		before := a.Instances()
		events := len(a.events.Events())
		said := a.reload(t, instance("VI_1", 51, 150, "version 3", "advert_int 2", address("192.0.2.100/24", "192.0.2.102/24"))+two)
		want := `~ vrrp_instance VI_1: changes while it runs, and stays MASTER
    ~ priority 100 -> 150
    ~ advert_int 1 s -> 2 s
    - virtual_ipaddress 192.0.2.101/24 dev eth0 preferred_lft forever
    + virtual_ipaddress 192.0.2.102/24 dev eth0 preferred_lft forever
1 other instances are not touched
`
		if said != want {
			t.Errorf("the plan:\n%swant:\n%s", said, want)
		}
		time.Sleep(10 * time.Second)
		after := a.Instances()
		if len(a.events.Events()) != events || after[0].Router != before[0].Router || after[1].Router != before[1].Router {
			t.Errorf("events:\n%s", a.events.Transitions())
		}
		if s := after[0].Router.Snapshot(); s.Priority != 150 || s.Interval != 2*time.Second || s.State != vrrp.Master {
			t.Errorf("priority %d, interval %v, %v", s.Priority, s.Interval, s.State)
		}
		if !a.holds("192.0.2.100") || a.holds("192.0.2.101") || !a.holds("192.0.2.102") || !a.holds("192.0.2.200") {
			t.Errorf("held:\n%s", a.kernel)
		}
		if again := a.reload(t, instance("VI_1", 51, 150, "version 3", "advert_int 2", address("192.0.2.100/24", "192.0.2.102/24"))+two); again != "nothing changes\n" {
			t.Errorf("the same again: %s", again)
		}
	})
}

// An instance that goes says priority 0, one that comes begins as a backup, one
// that is called otherwise is the same one.
func TestReloadAddRemoveRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", instance("A", 51, 110, address("192.0.2.100/24"))+instance("B", 52, 100, address("192.0.2.101/24")))
		time.Sleep(10 * time.Second)
		b := a.Instances()[1].Router
		said := a.reload(t, instance("BB", 52, 100, address("192.0.2.101/24"))+instance("C", 53, 100, address("192.0.2.102/24")))
		for _, want := range []string{
			"- vrrp_instance A: is removed; it is MASTER, and that changes\n    because it is not in the configuration any more: it says priority 0",
			"~ vrrp_instance BB: changes while it runs, so far called B, and stays MASTER", "+ vrrp_instance C: is added",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in the plan:\n%s", want, said)
			}
		}
		time.Sleep(10 * time.Second)
		if list := a.Instances(); len(list) != 2 || list[0].Router != b || b.Name() != "BB" || list[1].Router.Name() != "C" {
			t.Errorf("instances %v", list)
		}
		want := "A INIT->BACKUP: startup\nB INIT->BACKUP: startup\nA BACKUP->MASTER: no response\nB BACKUP->MASTER: no response\n" +
			"A MASTER->INIT: removed\nC INIT->BACKUP: startup\nC BACKUP->MASTER: no response\n"
		if got := strings.ReplaceAll(a.events.Transitions(), "BB ", "B "); got != want {
			t.Errorf("events:\n%swant:\n%s", got, want)
		}
		if a.holds("192.0.2.100") || !a.holds("192.0.2.101") || !a.holds("192.0.2.102") {
			t.Errorf("held:\n%s", a.kernel)
		}
	})
}

// An address that moves from a master to another one is never missing.
func TestReloadMovesAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", instance("A", 51, 100, address("192.0.2.100/24", "192.0.2.101/24"))+instance("B", 52, 100, address("192.0.2.102/24")))
		time.Sleep(10 * time.Second)
		n := len(a.kernel.Changed())
		a.reload(t, instance("A", 51, 100, address("192.0.2.100/24"))+instance("B", 52, 100, address("192.0.2.102/24", "192.0.2.101/24")))
		a.reload(t, instance("B", 52, 100, address("192.0.2.102/24", "192.0.2.101/24", "192.0.2.100/24")))
		for _, c := range a.kernel.Changed()[n:] {
			if c.Op != 0 {
				t.Errorf("removed: %v", c.Change)
			}
		}
		if !a.holds("192.0.2.100") || !a.holds("192.0.2.101") {
			t.Errorf("held:\n%s", a.kernel)
		}
	})
}

// A plan that fails leaves nothing behind, one that is given up neither, and one
// that is out of date is refused.
func TestPlanIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := instance("A", 51, 100, address("192.0.2.100/24"))
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", one)
		time.Sleep(10 * time.Second)
		bad := instance("A", 51, 100, address("192.0.2.100/24")) + instance("B", 52, 100, "authentication {\n auth_type PASS\n auth_pass_file /nowhere\n}", address("192.0.2.101/24"))
		if _, err := a.Plan(parse(t, bad)); err == nil || !strings.Contains(err.Error(), "test.conf:14:2: auth_pass_file") || !strings.Contains(err.Error(), "/nowhere") {
			t.Errorf("error %v", err)
		}
		more := parse(t, one+instance("B", 52, 100, address("192.0.2.101/24")))
		first, err := a.Plan(more)
		if err != nil {
			t.Fatal(err)
		}
		given, err := a.Plan(more)
		if err != nil {
			t.Fatal(err)
		}
		given.Close()
		if err := a.Apply(context.Background(), given); !errors.Is(err, compose.ErrStalePlan) {
			t.Errorf("a plan that was given up: %v", err)
		}
		second, err := a.Plan(more)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Apply(context.Background(), first); err != nil {
			t.Error(err)
		}
		if err := a.Apply(context.Background(), second); !errors.Is(err, compose.ErrStalePlan) {
			t.Errorf("a plan that is out of date: %v", err)
		}
		second.Close()
		time.Sleep(10 * time.Second)
		if len(a.Instances()) != 2 || !a.holds("192.0.2.101") {
			t.Errorf("held:\n%s", a.kernel)
		}
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if _, err := a.Plan(more); err == nil {
			t.Error("a plan for what has ended")
		}
	})
}

// The plan as JSON has what the text has.
func TestPlanJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", instance("A", 51, 100, address("192.0.2.100/24")))
		time.Sleep(10 * time.Second)
		p, err := a.Plan(parse(t, "global_defs {\n router_id x\n}\n"+instance("A", 51, 90, address("192.0.2.100/24"))))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		text, err := json.Marshal(p)
		want := `{"empty":false,"state_change":"possible","instances":[{"name":"A","action":"update","state":"MASTER","state_change":"possible",` +
			`"why":["its priority falls from 100 to 90: a router with a higher one takes over"],"fields":[{"name":"priority","old":"100","new":"90"}]}],` +
			`"untouched":0,"others":["~ global_defs.router_id none -\u003e x"]}`
		if err != nil || string(text) != want {
			t.Errorf("%v\n%s\nwant\n%s", err, text, want)
		}
	})
}
