package compose_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// randomConfig returns a configuration with some of six instances, whose settings
// are few, so that two of them often agree.
func randomConfig(r *rand.Rand) string {
	maybe := func(n int, s string) string {
		if r.IntN(n) == 0 {
			return s
		}
		return ""
	}
	pick := func(list ...int) int { return list[r.IntN(len(list))] }
	var b strings.Builder
	fmt.Fprintf(&b, "global_defs {\n    router_id r%d\n}\n", r.IntN(2))
	b.WriteString(maybe(2, "static_ipaddress {\n    198.51.100.1/24 dev eth1\n}\n"))
	fmt.Fprintf(&b, "vrrp_script chk {\n    script /bin/true\n    interval %d\n    weight %d\n}\n", pick(1, 1, 2), pick(-60, -20, 20))
	b.WriteString("vrrp_script hard {\n    script /bin/false\n}\n")
	var there []int
	var text []string
	for n := range 6 {
		if r.IntN(5) == 0 {
			continue
		}
		there = append(there, n)
		extra := maybe(8, "    nopreempt\n") + maybe(8, "    preempt_delay 2\n") + maybe(4, "    garp_master_refresh 10\n") +
			maybe(8, "    use_vmac\n") + maybe(10, "    authentication {\n        auth_type PASS\n        auth_pass secret\n    }\n") +
			maybe(4, "    track_script {\n        chk\n    }\n") + maybe(20, "    track_script {\n        hard\n    }\n") +
			maybe(6, "    track_interface {\n        eth1 weight -10\n    }\n") + maybe(6, "    no_accept\n") + maybe(12, "    version 3\n")
		name := fmt.Sprintf("VI_%d%s", n, maybe(8, "x"))
		addresses := fmt.Sprintf("        192.0.2.%d/24%s\n%s", 100+n, maybe(6, " label eth0:v"), maybe(3, fmt.Sprintf("        192.0.2.%d/24 dev eth1\n", 200+n)))
		text = append(text, fmt.Sprintf("vrrp_instance %s {\n    interface eth0\n    virtual_router_id %d\n    priority %d\n    advert_int %d\n%s    virtual_ipaddress {\n%s    }\n}\n",
			name, 51+n, pick(80, 100, 100, 150, 150, 254), pick(1, 1, 1, 1, 2), extra, addresses))
	}
	r.Shuffle(len(text), func(i, j int) { text[i], text[j] = text[j], text[i] })
	if len(there) > 2 && r.IntN(3) == 0 {
		var names []string
		for _, block := range text[:2] {
			names = append(names, strings.Fields(block)[1])
		}
		fmt.Fprintf(&b, "vrrp_sync_group G {\n    group {\n        %s\n        %s\n    }\n%s}\n", names[0], names[1], maybe(2, "    track_script {\n        chk\n    }\n"))
	}
	if len(text) == 0 {
		return b.String() + instance("VI_0", 51, 100, address("192.0.2.100/24"))
	}
	return b.String() + strings.Join(text, "")
}

// another returns text with some of its instances as in other.
func another(r *rand.Rand, text string) string {
	if r.IntN(3) == 0 {
		return randomConfig(r)
	}
	replace := func(old string, list ...string) {
		if r.IntN(3) == 0 {
			text = strings.Replace(text, old, list[r.IntN(len(list))], 1+r.IntN(2))
		}
	}
	replace("priority 100\n", "priority 150\n", "priority 90\n", "priority 255\n")
	replace("priority 150\n", "priority 100\n", "priority 80\n")
	replace("advert_int 1\n", "advert_int 2\n")
	replace("    nopreempt\n", "")
	replace("    use_vmac\n", "")
	replace("    interval 1\n", "    interval 2\n")
	replace("/bin/true", "/usr/bin/true")
	replace(".100/24", ".100/25")
	replace("    garp_master_refresh 10\n", "")
	if r.IntN(4) == 0 {
		text = strings.NewReplacer(" VI_1 ", " other ", " VI_1\n", " other\n").Replace(text)
	}
	replace("192.0.2.102/24", "192.0.2.112/24")
	return text
}

// peerConfig is that of the other node, which is master of some.
func peerConfig() string {
	var b strings.Builder
	for n := range 6 {
		b.WriteString(instance(fmt.Sprintf("VI_%d", n), 51+n, 120, address(fmt.Sprintf("192.0.2.%d/24", 100+n))))
	}
	return b.String()
}

// TestReloadRandom holds plans to what happens, with random pairs of
// configurations: what is to stay stays, what is to change changes, and what is
// not touched keeps its router and the cadence of its advertisements to the
// nanosecond. What comes out is what a start with the new configuration gives.
func TestReloadRandom(t *testing.T) {
	pairs := 40
	if os.Getenv("VRRPKIT_SOAK") != "" {
		pairs, _ = strconv.Atoi(cmp.Or(os.Getenv("PAIRS"), "500"))
	}
	counts := map[string]int{}
	for seed := range pairs {
		r := rand.New(rand.NewPCG(8, uint64(seed)))
		from := randomConfig(r)
		to := another(r, from)
		synctest.Test(t, func(t *testing.T) {
			if testReload(t, from, to, r.IntN(2) == 0, counts); t.Failed() {
				t.Logf("pair %d\n%s\n---------- to\n%s", seed, from, to)
			}
		})
		if t.Failed() {
			return
		}
	}
	t.Log(counts)
}

func testReload(t *testing.T, from, to string, alone bool, counts map[string]int) {
	seg := vrrptest.NewSegment()
	adverts := tap(seg, "192.0.2.1")
	if !alone {
		start(t, seg, "192.0.2.2", peerConfig())
		time.Sleep(5 * time.Second)
	}
	a := start(t, seg, "192.0.2.1", from)
	time.Sleep(20*time.Second + 300*time.Millisecond)
	before := map[uint8]*vrrp.Router{}
	states := map[uint8]vrrp.State{}
	for _, i := range a.Instances() {
		before[i.Config.VRID] = i.Router
		states[i.Config.VRID] = i.Router.Snapshot().State
	}
	seen := len(a.events.Events())
	sentBefore := len(adverts())
	p, err := a.Plan(parse(t, to))
	if err != nil {
		t.Errorf("no plan: %v", err)
		return
	}
	if err := a.Apply(t.Context(), p); err != nil {
		t.Errorf("Apply: %v", err)
	}
	time.Sleep(20 * time.Second)

	changed := map[string]int{}
	for _, e := range a.events.Events()[seen:] {
		if e.Router != nil {
			changed[e.Router.Name()]++
		}
	}
	planned := map[string]compose.InstancePlan{}
	for _, i := range p.Instances {
		planned[i.Name] = i
		counts[i.Action.String()+" "+i.Expect.String()]++
		n := changed[i.Name]
		switch {
		case i.Expect == compose.ExpectNone && n > 0, i.Expect == compose.ExpectCertain && n == 0:
			t.Errorf("%s: expected %v, %d transitions\n%s%s", i.Name, i.Expect, n, p, a.events.Transitions())
		}
	}
	for _, i := range a.Instances() {
		name, vrid := i.Config.Name, i.Config.VRID
		plan, ok := planned[name]
		if ok && (plan.Action == compose.ActionUpdate || plan.Action == compose.ActionKeep) || !ok {
			if before[vrid] != i.Router {
				t.Errorf("%s has another router", name)
			}
		}
		if ok {
			continue
		}
		counts["untouched"]++
		if changed[name] > 0 {
			t.Errorf("%s is not in the plan, and changed\n%s%s", name, p, a.events.Transitions())
		}
		if states[vrid] == vrrp.Master {
			cadence(t, name, adverts(), vrid, sentBefore, i.Config.AdvertInterval)
		}
	}
	fresh := start(t, vrrptest.NewSegment(), "192.0.2.9", to)
	time.Sleep(time.Second)
	want := fresh.Instances()
	for n, i := range a.Instances() {
		got, want := i.Router.Config(), want[n].Router.Config()
		got.Owner, want.Owner, got.Sync, want.Sync, got.StartDelay = nil, nil, nil, nil, want.StartDelay
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is configured as\n%+v\nand not\n%+v", i.Config.Name, got, want)
		}
		if s := i.Router.Snapshot(); (s.State == vrrp.Master) != a.holds(fmt.Sprint(s.Addresses[0].Addr())) {
			t.Errorf("%s is %v, and the kernel has\n%s", i.Config.Name, s.State, a.kernel)
		}
	}
	if got, want := a.kernel.Filtered(""), fresh.kernel.Filtered(""); !slices.Equal(got.Addresses, want.Addresses) || !slices.Equal(got.Silent, want.Silent) {
		t.Errorf("the filter is %+v, not %+v", got, want)
	}
	if again, err := a.Plan(parse(t, to)); err != nil || !again.Empty() {
		t.Errorf("the same again: %v\n%s", err, again)
	} else {
		again.Close()
	}
	if err := a.stop(); err != nil || strings.Contains(a.kernel.String(), "192.0.2.") {
		t.Errorf("stop: %v; left:\n%s", err, a.kernel)
	}
}

// cadence checks that a master's advertisements around a reload are an interval
// apart, to the nanosecond.
func cadence(t *testing.T, name string, list []sent, vrid uint8, reload int, interval time.Duration) {
	t.Helper()
	var times []time.Duration
	for n, s := range list {
		if s.vrid == vrid && n >= reload-60 {
			times = append(times, s.at)
		}
	}
	times = times[max(0, len(times)-int(24*time.Second/interval)):]
	gaps := map[time.Duration]bool{}
	for n := range times[1:] {
		gaps[times[n+1]-times[n]] = true
	}
	if len(gaps) != 1 || !gaps[interval] {
		t.Errorf("%s: advertisements at %v", name, times)
	}
}
