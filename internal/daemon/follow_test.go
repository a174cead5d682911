package daemon

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// fleetConf returns n instances, of which the first two are a sync group, if asked.
func fleetConf(n int, group bool) string {
	var b strings.Builder
	if group {
		b.WriteString("vrrp_sync_group G {\n group {\n  VI_1\n  VI_2\n }\n}\n")
	}
	for k := 1; k <= n; k++ {
		fmt.Fprintf(&b, "vrrp_instance VI_%d {\n interface eth0\n virtual_router_id %d\n virtual_ipaddress {\n  198.51.100.%d/24\n }\n}\n", k, k, k)
	}
	return b.String()
}

func parseText(t *testing.T, text string) *confparse.Config {
	t.Helper()
	cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	return cfg
}

// A reader that loses transitions, at whatever moment, is told the newest state of
// every instance and group all the same, once, members before groups; and that
// they have left.
func TestLostTransitionsAreMadeUpFor(t *testing.T) {
	for lose := range 22 {
		synctest.Test(t, func(t *testing.T) {
			c, err := compose.New(parseText(t, fleetConf(4, true)), compose.Options{
				Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: viptest.NewKernel("eth0"),
			})
			if err != nil {
				t.Fatal(err)
			}
			states := map[string]vrrp.State{}
			var order []string
			var stopping atomic.Bool
			tell := func(e *vrrp.Event) {
				if e.To == states[e.Name()] {
					t.Errorf("lost at %d: %s is told to be %v again (%v)", lose, e.Name(), e.To, order)
				}
				if e.Group != nil && e.To == vrrp.Master && !stopping.Load() && (states["VI_1"] != e.To || states["VI_2"] != e.To) {
					t.Errorf("lost at %d: the group is told before its members: %v", lose, order)
				}
				states[e.Name()] = e.To
				order = append(order, e.Name())
			}
			all, cut := c.Events(), make(chan vrrp.Event)
			ctx, cancel := context.WithCancel(t.Context())
			ran, told := make(chan error), make(chan struct{})
			go func() { ran <- c.Run(ctx) }()
			go func() { newFollower(c).follow(cut, tell); close(told) }()
			// Five are lost, the next one says so, unless there is none.
			go func() {
				defer close(cut)
				n, missed := 0, uint64(0)
				for e := range all {
					if n++; n > lose && n <= lose+5 {
						missed++
						continue
					}
					e.Missed, missed = missed, 0
					cut <- e
				}
			}()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if lose+5 < 10 || lose >= 10 { // or what would say so is still to come
				for _, name := range []string{"VI_1", "VI_2", "VI_3", "VI_4", "G"} {
					if states[name] != vrrp.Master {
						t.Errorf("lost at %d: %s is told to be %v (%v)", lose, name, states[name], order)
					}
				}
			}
			stopping.Store(true)
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
			<-told
			for name, s := range states {
				if s != vrrp.Init {
					t.Errorf("lost at %d: %s is told to be %v in the end (%v)", lose, name, s, order)
				}
			}
		})
	}
}

// What a reload has removed while nobody listened has left, too.
func TestLostRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := compose.New(parseText(t, fleetConf(3, false)), compose.Options{
			Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: viptest.NewKernel("eth0"),
		})
		if err != nil {
			t.Fatal(err)
		}
		events := c.Events()
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- c.Run(ctx) }()
		time.Sleep(10 * time.Second)
		f := newFollower(c)
		for len(events) > 0 {
			f.next(<-events)
		}
		p, err := c.Plan(parseText(t, fleetConf(1, false)))
		if err == nil {
			err = c.Apply(ctx, p)
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		var e vrrp.Event
		for missed := uint64(0); len(events) > 0; missed++ {
			e = <-events
			e.Missed = missed
		}
		var got []string
		for _, e := range f.next(e) {
			got = append(got, fmt.Sprintf("%s %v %v", e.Name(), e.To, e.Reason))
		}
		if want := "VI_2 INIT removed, VI_3 INIT removed"; strings.Join(got, ", ") != want {
			t.Errorf("told %q, want %q", got, want)
		}
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}
