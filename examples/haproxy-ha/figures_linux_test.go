package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// lost cuts a machine's power.
func (m *machine) lost() time.Time {
	at := time.Now()
	m.Host.Crash()
	m.SetPort("eth0", false)
	return at
}

// tell signals the supervisor on a.
func (s *stand) tell(sig syscall.Signal) time.Time {
	s.a.Signal(sig)
	return time.Now()
}

// A machine that is lost is replaced.
func TestHostLost(t *testing.T) {
	t.Parallel()
	s := newStand(t, netlab.New(t, "haproxy", netlab.NFT))
	s.pair()
	client := s.load(rate())
	time.Sleep(300 * time.Millisecond)
	s.a.lost()
	netlab.Eventually(t, 5*time.Second, "b to have the address", func() bool { return s.b.HasAddress(address) })
	time.Sleep(500 * time.Millisecond)
	rs := client.report()
	t.Logf("host lost: %v", rs)
	if last := rs[len(rs)-1]; !last.result.OK {
		t.Errorf("the last request failed: %v", last.result)
	}
}

// What each kind of trouble costs a client that makes 500 requests a second.
//
//	VRRPKIT_SOAK=1 go test -run Figures -v ./examples/haproxy-ha
func TestFigures(t *testing.T) {
	if !netlab.Soak() {
		t.Skip("takes minutes: set VRRPKIT_SOAK=1")
	}
	const skew = interval * (256 - 150) / 256 // of b
	for _, kind := range []struct {
		name    string
		do      func(*stand) time.Time // when it happened
		planned bool
		floor   time.Duration // from the event; of a lost host from its last advertisement
		over    time.Duration // what is allowed above; 0: not compared
	}{
		{"reload", func(s *stand) time.Time { return s.tell(syscall.SIGHUP) }, true, 0, 0},
		{"hand-over", func(s *stand) time.Time { return s.tell(syscall.SIGTERM) }, true, 0, 0},
		{"HAProxy killed", func(s *stand) time.Time { return s.signal(s.a, syscall.SIGKILL) }, false, skew, 50 * time.Millisecond},
		{"HAProxy frozen", func(s *stand) time.Time { return s.signal(s.a, syscall.SIGSTOP) }, false, skew, 0},
		{"host lost", func(s *stand) time.Time { return s.a.lost() }, false, 3*interval + skew, 50 * time.Millisecond},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var over, outages []time.Duration
			for range 8 {
				t.Run("", func(t *testing.T) {
					s := newStand(t, netlab.NewAlone(t, "haproxy", netlab.NFT))
					wire := s.lab.Capture()
					s.pair("-timeout", "200ms")
					client := s.load(500)
					time.Sleep(time.Second + time.Duration(len(over))*interval/8)
					begin := kind.do(s)
					time.Sleep(1500 * time.Millisecond)
					rs := client.report()
					if kind.planned {
						t.Log(rs)
						for _, r := range rs.failed() {
							t.Errorf("failed: %v", r.result)
						}
						over = append(over, 0)
						return
					}
					from := begin
					if strings.HasPrefix(kind.name, "host") {
						for _, a := range wire.Adverts() {
							if a.Host == "a" {
								from = a.At
							}
						}
					}
					outage := rs.outage(begin)
					over = append(over, rs.outage(from)-kind.floor)
					outages = append(outages, outage)
					t.Logf("%v; outage %v, %v above the floor", rs, outage, over[len(over)-1])
					if kind.over > 0 && over[len(over)-1] > kind.over {
						t.Logf("times from %v on; a:\n%s\nb:\n%s\n%s", from.Format(clock), s.a.Log(), s.b.Log(), rs.since(from, wire))
					}
				})
			}
			if kind.planned || len(over) == 0 {
				return
			}
			slices.Sort(over)
			slices.Sort(outages)
			t.Logf("outage: median %v, worst %v; above the floor: median %v, worst %v",
				outages[len(outages)/2], outages[len(outages)-1], over[len(over)/2], over[len(over)-1])
			if worst := over[len(over)-1]; kind.over > 0 && worst > kind.over {
				t.Errorf("%v above the floor", worst)
			}
		})
	}
}

const clock = "15:04:05.000000"

// since tells what went on from a time on: adverts, gratuitous ARP, and requests
// that failed or were slow, or the first that was not.
func (rs requests) since(from time.Time, wire *netlab.Capture) string {
	type line struct {
		at   time.Time
		text string
	}
	var all []line
	for _, a := range wire.Adverts() {
		all = append(all, line{a.At, fmt.Sprintf("advert of %s", a.Host)})
	}
	for _, f := range wire.Frames() {
		if g, ok := f.ARP(); ok {
			all = append(all, line{f.At, fmt.Sprintf("ARP %s %+v", f.Host, g)})
		}
	}
	begun := slices.SortedFunc(slices.Values(rs), func(a, b request) int { return a.at.Compare(b.at) })
	for i, r := range begun {
		if i > 0 && r.at.Sub(begun[i-1].at) > 50*time.Millisecond {
			all = append(all, line{r.at, fmt.Sprintf("the client itself has not run for %v", r.at.Sub(begun[i-1].at))})
		}
		if !r.result.OK || r.result.Latency > 100*time.Millisecond {
			all = append(all, line{r.at, fmt.Sprintf("request: %v after %v: %s", r.result.Reason, r.result.Latency, r.result.Detail)})
		}
	}
	slices.SortFunc(all, func(a, b line) int { return a.at.Compare(b.at) })
	var b strings.Builder
	for _, l := range all {
		if l.at.After(from.Add(-300 * time.Millisecond)) {
			fmt.Fprintf(&b, "%v %s\n", l.at.Sub(from), l.text)
		}
	}
	return b.String()
}
