package compose_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// What a Plan says to programs: each action, and what to expect of it.
func TestPlanFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1",
			instance("KEEP", 51, 100, address("192.0.2.100/24"))+instance("A", 52, 100, address("192.0.2.101/24"))+
				instance("B", 53, 100, address("192.0.2.102/24"), "use_vmac")+instance("C", 54, 100, address("192.0.2.103/24")))
		time.Sleep(10 * time.Second)
		p, err := a.Plan(parse(t, instance("KEEP", 51, 100, address("192.0.2.100/24"))+instance("AA", 52, 90, address("192.0.2.101/24"))+
			instance("B", 53, 100, address("192.0.2.102/24"), "use_vmac other0")+instance("D", 55, 100, address("192.0.2.104/24"))))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		var got []string
		for _, i := range p.Instances {
			if (len(i.Why) == 0) != (i.Expect == compose.ExpectNone) {
				t.Errorf("%s: %v because %q", i.Name, i.Expect, i.Why)
			}
			got = append(got, fmt.Sprintf("%v %s %s %s %d", i.Action, i.Name, i.Was, i.State, len(i.Fields)))
		}
		slices.Sort(got)
		want := []string{
			fmt.Sprintf("%v D   0", compose.ActionAdd),
			fmt.Sprintf("%v C  MASTER 0", compose.ActionRemove),
			fmt.Sprintf("%v B  MASTER 1", compose.ActionReplace),
			fmt.Sprintf("%v AA A MASTER 2", compose.ActionUpdate),
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
		if p.Untouched != 1 || len(p.Difference.Instances) != 4 || p.Expect() != compose.ExpectCertain {
			t.Errorf("%d untouched, %d differ, %v is expected", p.Untouched, len(p.Difference.Instances), p.Expect())
		}
		lower, err := a.Plan(parse(t, instance("KEEP", 51, 100, address("192.0.2.100/24"))+instance("A", 52, 90, address("192.0.2.101/24"))+
			instance("B", 53, 100, address("192.0.2.102/24"), "use_vmac")+instance("C", 54, 100, address("192.0.2.103/24"))))
		if err != nil {
			t.Fatal(err)
		}
		defer lower.Close()
		if e := lower.Expect(); e != compose.ExpectPossible && e != compose.ExpectNone {
			t.Errorf("a lower priority: %v is expected", e)
		}
	})
}

// What VirtualServers and ServerEvents say refers to the configuration, and tells
// the time.
func TestServerFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start(fmt.Sprintf(web, "quorum 2\nhysteresis 1", ""))
		v := b.VirtualServers()[0]
		r := v.Real[0]
		if v.Needed != 2 || v.Hysteresis != 1 || r.Config != v.Config.RealServers[0] || r.Checks[0].Config != r.Config.Checks[0] {
			t.Errorf("%+v", v)
		}
		events := b.ServerEvents()
		begin := time.Now()
		b.fail("1 TCP_CHECK")
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(events) == 0 {
			t.Fatal("no events")
		}
		last := begin
		for len(events) > 0 {
			e := <-events
			if e.At.Before(last) || e.At.After(time.Now()) || e.Missed != 0 || e.Virtual != v.Config {
				t.Errorf("%+v", e)
			}
			last = e.At
		}
	})
}

// Inspect finds what is not on this machine, by code.
func TestInspect(t *testing.T) {
	script := filepath.Join(t.TempDir(), "none.sh")
	cfg := parse(t, "vrrp_script s {\nscript "+script+"\nuser "+"nobody-of-that-name"+"\n}\nvrrp_script p {\nscript "+script+"\n}\n"+
		"vrrp_instance V {\ninterface nowhere0\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.9 }\ntrack_script {\ns\np\n}\n}\n")
	found := compose.Inspect(cfg)
	for _, want := range []confparse.Code{compose.CodeNoProgram, compose.CodeNoUser, compose.CodeNoInterface} {
		if !slices.ContainsFunc(found, func(d confparse.Diagnostic) bool { return d.Code == want }) {
			t.Errorf("no %s in\n%s", want, found.Render())
		}
	}
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(compose.Inspect(cfg), func(d confparse.Diagnostic) bool { return d.Code == compose.CodeNoProgram }) {
		t.Error("the program is still missed when it is there")
	}
}
