package main_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// flavour is a way to speak VRRP that both nodes of a scene have in common.
type flavour struct {
	name      string
	version   int
	interval  time.Duration
	garpDelay time.Duration // until the second round of announcements
	vips      []string      // the client asks for the last one
	instance  string        // what else is in keepalived's vrrp_instance; SELF and PEER are the nodes' addresses
}

var flavours = []flavour{
	{
		name: "v2 password", version: 2, interval: time.Second, garpDelay: 5 * time.Second,
		vips: []string{"192.0.2.100/24"},
		instance: `authentication {
        auth_type PASS
        auth_pass s3cret
    }`,
	}, {
		name: "v2 unicast", version: 2, interval: time.Second, garpDelay: time.Second,
		vips: []string{"192.0.2.100/24"},
		instance: `unicast_src_ip SELF
    unicast_peer {
        PEER
    }`,
	}, {
		name: "v3 IPv4", version: 3, interval: 100 * time.Millisecond, garpDelay: time.Second,
		vips: []string{"192.0.2.100/24"},
	}, {
		name: "v3 IPv6", version: 3, interval: 100 * time.Millisecond, garpDelay: time.Second,
		vips: []string{"fe80::5e:100/64", "2001:db8::100/64"},
	},
}

// keepalivedConf is the configuration, for keepalived and for us, of one of two
// nodes.
func (f *flavour) keepalivedConf(self, peer string, priority int) string {
	return fmt.Sprintf(`
global_defs {
    vrrp_version %d
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int %g
    garp_master_delay %g
    %s
    virtual_ipaddress {
        %s
    }
}
`, f.version, priority, f.interval.Seconds(), f.garpDelay.Seconds(),
		strings.NewReplacer("SELF", self, "PEER", peer).Replace(f.instance), strings.Join(f.vips, "\n        "))
}

// vip is the address that the client asks for.
func (f *flavour) vip() string {
	return netip.MustParsePrefix(f.vips[len(f.vips)-1]).Addr().String()
}

// skew is how much longer than three intervals a node of a priority waits.
func (f *flavour) skew(priority int) time.Duration {
	unit := time.Second
	if f.version == 3 {
		unit = f.interval
	}
	return unit * time.Duration(256-priority) / 256
}

// The implementations that a node can run.
const (
	lite       = "keepalived-lite"
	keepalived = "keepalived"
	frr        = "frr"
)

// Two nodes, a being the better one, go through everything that an operator
// lives through with them, with a client that asks for the address all the time.
func TestInterop(t *testing.T) {
	netlab.Require(t, netlab.Root)
	if _, err := program(); err != nil { // now, not while something is measured
		t.Fatal(err)
	}
	var report report
	t.Cleanup(func() { report.log(t) })
	slots := make(chan struct{}, 3) // as many labs at once as two processors bear
	for round := range netlab.Count(1, 10) {
		t.Run(fmt.Sprint("round", round+1), func(t *testing.T) {
			run := func(f flavour, a, b string) {
				t.Run(strings.ReplaceAll(f.name, " ", "-")+"/"+a+"+"+b, func(t *testing.T) {
					t.Parallel()
					slots <- struct{}{}
					t.Cleanup(func() { <-slots })
					newScene(t, &report, f, a, b).play()
				})
			}
			for _, f := range flavours {
				run(f, lite, keepalived)
				run(f, keepalived, lite)
				run(f, lite, lite)
				if f.name == "v3 IPv4" {
					run(f, lite, frr)
					run(f, frr, lite)
				}
			}
		})
	}
}

// play is the whole life of the two nodes.
func (s *scene) play() {
	a, b := s.a, s.b
	begin := time.Now()
	s.start(b)
	s.takeover(event{name: "start", winner: b, after: begin, limit: s.downInterval(b)})

	preempt := func(name string) {
		begin := time.Now()
		s.start(a)
		s.takeover(event{name: name, winner: a, loser: b, after: begin, limit: s.downInterval(a), contest: true})
	}
	preempt("preemption")

	crash := time.Now()
	s.crash(a)
	last := s.lastAdvert(a, crash.Add(100*time.Millisecond))
	if last.Priority == 0 {
		s.t.Error("a crashed node said goodbye")
	}
	s.takeover(event{name: "crash", winner: b, loser: a, after: crash, from: last.At, limit: s.downInterval(b)})
	s.announcements(b, crash)

	s.plugIn(a)
	preempt("return")

	stop := time.Now()
	s.stop(a)
	s.farewell(a, stop, 1)
	last = s.lastAdvert(a, time.Now())
	s.takeover(event{name: "stop", winner: b, loser: a, after: stop, from: last.At, limit: s.skew(b.priority)})
	preempt("return")

	stop = time.Now()
	s.stop(b)
	s.farewell(b, stop, 0)
	s.takeover(event{name: "backup leaves", winner: a, loser: b})
	stop = time.Now()
	s.stop(a)
	s.farewell(a, stop, 1)
	netlab.Eventually(s.t, 100*time.Millisecond, "the address to go with its last owner", func() bool { return !a.holds() && !b.holds() })
	s.wireIsClean()
}

// report is the table of what was measured.
type report struct {
	mu    sync.Mutex
	lines []string
}

const reportLine = "%-12s %-15s %-15s %-13v %12v %10v %10v"

func (r *report) add(columns ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(reportLine, columns...))
}

func (r *report) log(t *testing.T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines == nil {
		return // skipped
	}
	slices.SortStableFunc(r.lines, func(x, y string) int { return strings.Compare(x[:45], y[:45]) }) // by pair
	t.Logf("\n"+reportLine+"\n%s", "flavour", "better", "other", "event", "over limit", "both own", "no answer", strings.Join(r.lines, "\n"))
}
