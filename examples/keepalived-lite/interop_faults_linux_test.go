package main_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// v3 is the flavour of which failovers take a third of a second.
func v3() flavour { return flavourOf("v3 IPv4") }

func v3IPv6() flavour { return flavourOf("v3 IPv6") }

func flavourOf(name string) flavour {
	return flavours[slices.IndexFunc(flavours, func(f flavour) bool { return f.name == name })]
}

// A master whose processes are stopped for longer than its peer waits comes
// back to find another master. One of the two remains, the better one unless
// that does not preempt, and the client reaches it.
func TestStall(t *testing.T) {
	var report report
	t.Cleanup(func() { report.log(t) })
	for _, tt := range []struct{ name, a, b string }{
		{"the better one, beside ours", lite, lite},
		{"the better one, beside keepalived", lite, keepalived},
		{"the other one, beside ours", lite, lite},
		{"the other one, beside keepalived", keepalived, lite},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := v3()
			betterStalls := strings.HasPrefix(tt.name, "the better")
			if !betterStalls {
				f.instance = "nopreempt"
			}
			s := newScene(t, &report, f, tt.a, tt.b)
			stalled, peer := s.a, s.b
			if !betterStalls {
				stalled, peer = s.b, s.a
			}
			begin := time.Now()
			s.start(stalled)
			s.takeover(event{name: "start", winner: stalled, loser: peer, after: begin, limit: s.downInterval(stalled)})
			s.start(peer)
			s.takeover(event{name: "peer starts", winner: stalled, loser: peer})
			time.Sleep(time.Second) // the peer hears its master

			stalled.Freeze()
			netlab.Eventually(t, 2*time.Second, "the peer to take over", peer.holds)
			time.Sleep(500 * time.Millisecond)
			thaw := time.Now()
			stalled.Thaw()
			netlab.Eventually(t, 2*time.Second, "the better one alone to own the address", func() bool { return s.a.holds() && !s.b.holds() })
			t.Logf("two owners for %v, %v of it after the stall", s.both(begin), time.Since(thaw))
			s.takeover(event{name: "stalled", winner: s.a, loser: s.b, contest: true})
			s.wireIsClean()
		})
	}
}

// A master whose cable is pulled lets go of the address, and takes it again when
// it is back.
func TestCable(t *testing.T) {
	var report report
	t.Cleanup(func() { report.log(t) })
	for _, peer := range []string{lite, keepalived} {
		t.Run("beside "+peer, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, &report, v3(), lite, peer)
			s.start(s.a)
			s.takeover(event{name: "start", winner: s.a, loser: s.b})
			s.start(s.b)
			s.takeover(event{name: "peer starts", winner: s.a, loser: s.b})
			s.a.SetPort("eth0", false) // of which its kernel tells within a second
			netlab.Eventually(t, 2*time.Second, "the cut off node to let go of the address", func() bool { return s.b.holds() && !s.a.holds() })
			s.takeover(event{name: "cable pulled", winner: s.b, loser: s.a})
			begin := time.Now()
			s.plugIn(s.a)
			s.takeover(event{name: "return", winner: s.a, loser: s.b, after: begin, limit: s.downInterval(s.a), contest: true})
		})
	}
}

// Of two masters of one priority, as a partition makes them, the one with the
// greater address remains; afterwards nobody preempts.
func TestTie(t *testing.T) {
	var report report
	t.Cleanup(func() { report.log(t) })
	for _, tt := range [][2]string{{lite, lite}, {lite, keepalived}, {keepalived, lite}, {lite, frr}, {frr, lite}} {
		t.Run(tt[0]+"+"+tt[1], func(t *testing.T) {
			t.Parallel()
			s := newScene(t, &report, v3(), tt[0], tt[1])
			s.a.priority = s.b.priority
			s.lab.Partition([]*netlab.Host{s.a.Host}, []*netlab.Host{s.b.Host})
			s.start(s.a)
			s.start(s.b)
			netlab.Eventually(t, 2*time.Second, "two masters", func() bool { return s.a.holds() && s.b.holds() })
			s.lab.Heal()
			netlab.Eventually(t, time.Second, "one master", func() bool { return !s.a.holds() })
			s.takeover(event{name: "healed", winner: s.b, loser: s.a})

			stop := time.Now()
			s.stop(s.b)
			last := s.lastAdvert(s.b, time.Now())
			s.takeover(event{name: "stop", winner: s.a, loser: s.b, after: stop, from: last.At, limit: s.skew(s.a.priority)})
			s.start(s.b)
			time.Sleep(2 * s.downInterval(s.b))
			s.takeover(event{name: "equal returns", winner: s.a, loser: s.b})
		})
	}
}

// A daemon that is killed leaves its address behind. Its successor removes it at
// once, long before it becomes master.
func TestLeftover(t *testing.T) {
	t.Parallel()
	s := newScene(t, new(report), v3(), lite, lite)
	s.start(s.a)
	netlab.Eventually(t, 2*time.Second, "a to take the address", s.a.holds)
	s.start(s.b)
	time.Sleep(time.Second) // it hears its master
	s.a.proc.Kill()
	netlab.Eventually(t, 2*time.Second, "b to take the address", s.b.holds)
	if !s.a.holds() {
		t.Fatal("there is nothing left over")
	}
	restart := time.Now()
	s.start(s.a)
	netlab.Eventually(t, 200*time.Millisecond, "the leftover to go", func() bool { return !s.a.holds() })
	gone := time.Since(restart)
	s.takeover(event{name: "return", winner: s.a, loser: s.b, limit: s.downInterval(s.a), contest: true})
	t.Logf("two owners until %v after the start", gone)
}

// Ten seconds of random bytes at the protocol's socket: neither the master nor
// the backup stops, changes its state, or fills its log.
func TestNoise(t *testing.T) {
	t.Parallel()
	s := newScene(t, new(report), v3(), lite, lite)
	s.start(s.a)
	netlab.Eventually(t, 2*time.Second, "a to take the address", s.a.holds)
	s.start(s.b)
	time.Sleep(500 * time.Millisecond)

	sent := s.noise(10 * time.Second)
	if !s.a.proc.Running() || !s.b.proc.Running() {
		t.Fatal("it did not survive")
	}
	if n := len(s.a.owner.Changes()); n != 1 || !s.a.holds() || len(s.b.owner.Changes()) != 0 {
		t.Errorf("the address has moved: %v, %v", s.a.owner.Changes(), s.b.owner.Changes())
	}
	for _, n := range []*side{s.a, s.b} {
		if size := len(n.proc.Log()); size > 20_000 {
			t.Errorf("%s logged %d bytes", n.Name, size)
		}
	}
	t.Logf("%d packets, logged %d and %d bytes", sent, len(s.a.proc.Log()), len(s.b.proc.Log()))
	crash := time.Now()
	s.crash(s.a)
	s.takeover(event{name: "crash", winner: s.b, loser: s.a, after: crash, from: s.lastAdvert(s.a, time.Now()).At, limit: s.downInterval(s.b)})
}

// noise has the client send random bytes to the group and to both nodes, and
// returns how many packets that were.
func (s *scene) noise(d time.Duration) (sent int) {
	s.t.Helper()
	err := s.client.Do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 112)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for _, option := range []int{unix.IP_TTL, unix.IP_MULTICAST_TTL} {
			if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, option, 255); err != nil {
				return err
			}
		}
		if err := unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Address: [4]byte{192, 0, 2, 3}}); err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(5, 6))
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			for range 5 {
				b := make([]byte, random.IntN(100))
				for i := range b {
					b[i] = byte(random.Uint32())
				}
				if len(b) > 1 && random.IntN(2) == 0 {
					b[0], b[1] = 0x31, 51
				}
				to := [][4]byte{{224, 0, 0, 18}, {192, 0, 2, 1}, {192, 0, 2, 2}}[random.IntN(3)]
				if err := unix.Sendto(fd, b, 0, &unix.SockaddrInet4{Addr: to}); err != nil {
					return err
				}
				sent++
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sent
}
