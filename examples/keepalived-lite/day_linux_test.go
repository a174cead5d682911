package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// dayVIPs are the virtual addresses of VI_1 and VI_2.
var dayVIPs = []string{"192.0.2.100", "2001:db8:2::100"}

// dayConf is the configuration of a node: the first one is best for VI_1, the
// last one for VI_2.
func dayConf(node int, flags, changed string) string {
	return fill(`
global_defs {
    enable_script_security
    script_user root
}
vrrp_script soft {
    script "/usr/bin/test ! -e @FLAGS@/soft"
    interval 0.5
    weight -100
}
vrrp_script hard {
    script "/usr/bin/test ! -e @FLAGS@/hard"
    interval 0.5
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    priority @P1@
    advert_int 0.2
    address_lifetime 2
    track_script {
        soft
        hard
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority @P2@
    version 3
    advert_int 0.2
    address_lifetime 2
    track_script {
        soft
    }
    virtual_ipaddress {
        2001:db8:2::100/64
    }
}
`, "FLAGS", flags, "P1", strconv.Itoa(220-30*node), "P2", strconv.Itoa(160+30*node)) + changed
}

// What lives with a pair for years, in ten minutes: reloads, good and bad, stops,
// crashes, machines that hang, cables, scripts, maintenance, addresses that
// somebody takes away, and too little memory. Afterwards everything is as it
// was: no address had two owners for longer than the kernel's lease allows, every
// transition has a cause, and the one process that lived through all of it has
// grown in nothing. VRRPKIT_SEED repeats a day.
func TestDay(t *testing.T) {
	seed, span, hours := uint64(8), 8*time.Second, 1
	if netlab.Soak() {
		seed, span, hours = uint64(time.Now().UnixNano()), 2*time.Minute, 5
	}
	if s := os.Getenv("VRRPKIT_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("VRRPKIT_SEED=%d", seed)
	d := newDay(t)
	r := rand.New(rand.NewPCG(seed, 8))
	d.settle()
	var was, grown []growth
	for hour := range hours {
		d.play(planDay(r, span))
		d.settle()
		d.explained()
		g := d.nodes[steady].measure(t)
		if hour == 0 {
			was = append(was, g)
		}
		grown = append(grown, g)
	}
	if hours == 1 { // the long run compares its ends
		was[0] = d.first
	}
	d.flat(was[0], grown[len(grown)-1])
	d.owners(seed)
	t.Logf("goroutines, files, KiB of node d: %v, then %v; %d transitions, %d mishaps", d.first, grown, d.transitions(), d.mishaps)
}

// day is a lab of three nodes to which things happen.
type day struct {
	t       *testing.T
	lab     *netlab.Lab
	nodes   [3]*dayNode
	owned   []*netlab.Owners
	first   growth
	mishaps int
	last    string // the newest mishap that began, for messages
}

func newDay(t *testing.T) *day {
	s := newStand(t)
	d := &day{t: t, lab: s.lab}
	hosts := []*netlab.Host{s.a, s.b, s.lab.Host("d", "192.0.2.12/24")}
	for _, vip := range dayVIPs {
		d.owned = append(d.owned, s.lab.Owners(vip, hosts...))
	}
	for k, h := range hosts {
		flags := filepath.Join(s.dir, h.Name)
		if err := os.Mkdir(flags, 0o700); err != nil {
			t.Fatal(err)
		}
		d.nodes[k] = &dayNode{index: k, flags: flags, dir: t.TempDir(), host: h}
		d.nodes[k].run(t)
	}
	d.settle()
	d.first = d.nodes[steady].measure(t)
	return d
}

// play has everything happen at its time.
func (d *day) play(list []mishap) {
	d.mishaps += len(list)
	begin := time.Now()
	for _, e := range turns(list) {
		time.Sleep(time.Until(begin.Add(e.at)))
		n := d.nodes[e.which.node]
		if e.end {
			n.repair(d.t, e.which)
			continue
		}
		d.last = e.which.String()
		d.t.Log(d.last)
		n.suffer(d.t, e.which)
	}
}

// settle waits until each address is with the best node, and only there.
func (d *day) settle() {
	d.t.Helper()
	for k, best := range []int{0, steady} {
		netlab.Eventually(d.t, 30*time.Second, fmt.Sprintf("%s to be on node %d alone, after %s", dayVIPs[k], best, d.last), func() bool {
			for i, n := range d.nodes {
				if n.host.HasAddress(dayVIPs[k]) != (i == best) {
					return false
				}
			}
			return true
		})
	}
	for _, n := range d.nodes {
		n.rewrite(d.t, dayConf(n.index, n.flags, ""))
		if out, status := n.ask(d.t, n.control("reload")...); status != 0 {
			d.t.Fatalf("%s does not reload: status %d:\n%s", n.host.Name, status, out)
		}
	}
	time.Sleep(time.Second) // connections are closed, late goroutines end
}

// owners judges who had the addresses all day. Two have one together when the
// first one cannot be reached or does not run, until its kernel takes the address
// away; a backup takes over a down interval later.
func (d *day) owners(seed uint64) {
	allowed := vip.Overhang(2*time.Second) - 600*time.Millisecond
	slack := 500 * time.Millisecond
	if !netlab.Soak() {
		slack = 2 * time.Second // beside other tests
	}
	for k, o := range d.owned {
		together := o.Together()
		d.t.Logf("%s: %d changes, two owners for %v at most, none for %v at most", dayVIPs[k], len(o.Changes()), together, o.Nobody())
		if together > allowed+slack {
			d.t.Errorf("%s had two owners for %v, and %v are allowed (VRRPKIT_SEED=%d):\n%s", dayVIPs[k], together, allowed, seed, history(o))
		}
	}
}

func history(o *netlab.Owners) string {
	var b strings.Builder
	for _, c := range o.Changes() {
		fmt.Fprintf(&b, "%s %s %v\n", c.At.Format("15:04:05.000"), c.Host, c.Has)
	}
	return b.String()
}

// flat fails the test if the process that lived all day has grown.
func (d *day) flat(from, to growth) {
	if to.goroutines > from.goroutines+2 || to.files > from.files+2 {
		d.t.Errorf("node d has %d goroutines and %d open files; %d and %d when the day was young", to.goroutines, to.files, from.goroutines, from.files)
	}
	if to.kib > from.kib*13/10+4096 {
		d.t.Errorf("node d has %d KiB in memory, %d when the day was young", to.kib, from.kib)
	}
}

// suffer has a mishap begin.
func (n *dayNode) suffer(t *testing.T, m mishap) {
	switch m.what {
	case "reload":
		n.rewrite(t, dayConf(n.index, n.flags, n.variant(m.seed)))
		n.Signal(syscall.SIGHUP)
	case "bad reload":
		good := dayConf(n.index, n.flags, "")
		n.rewrite(t, []string{"", good[:len(good)-30], strings.Replace(good, "eth0", "eht0", 1), strings.Replace(good, "51", "510", 1)}[m.seed%4])
		n.Signal(syscall.SIGHUP)
	case "stop":
		if status := n.Stop(); status != 0 {
			t.Errorf("node %s ended with status %d", n.host.Name, status)
		}
	case "crash":
		n.host.Crash()
	case "freeze":
		n.host.Freeze()
	case "unplug":
		n.host.SetPort("eth0", false)
	case "link down":
		n.host.SetLink("eth0", false)
	case "soft script", "hard script":
		if err := os.WriteFile(n.flag(m), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	case "drain":
		n.askFor(t, "drain")
	case "take addresses":
		for _, a := range []string{dayVIPs[0] + "/24", dayVIPs[1] + "/64"} {
			_ = exec.Command("ip", "-n", n.host.Netns(), "addr", "del", a, "dev", "eth0").Run() // if it is there
		}
	case "squeeze":
		n.squeeze(t)
	}
}

// repair has a mishap end.
func (n *dayNode) repair(t *testing.T, m mishap) {
	switch m.what {
	case "stop", "crash":
		n.run(t)
	case "freeze":
		n.host.Thaw()
	case "unplug":
		n.host.SetPort("eth0", true)
	case "link down":
		n.host.SetLink("eth0", true)
	case "soft script", "hard script":
		_ = os.Remove(n.flag(m))
	case "drain":
		n.askFor(t, "undrain")
	case "squeeze":
		n.release()
	}
}

// flag is the file that makes a script fail.
func (n *dayNode) flag(m mishap) string {
	name, _, _ := strings.Cut(m.what, " ")
	return filepath.Join(n.flags, name)
}

// variant is what a reload adds to the configuration.
func (n *dayNode) variant(seed uint64) string {
	if seed%3 == 0 {
		return "" // back to what it was
	}
	return reloadInstance(int(3+seed%4), int(100+seed%100), []string{"", "\tuse_vmac\n", "\tnopreempt\n"}[seed/16%3], fmt.Sprintf("192.0.2.1%02d/24", 3+seed%4))
}
