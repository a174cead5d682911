package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// stand is what all seeds are tested on: two nodes and a client on one LAN.
type stand struct {
	t       *testing.T // of the whole scenario; its steps are subtests
	lab     *netlab.Lab
	a, b, c *netlab.Host
	wire    *netlab.Capture
	dir     string // for scripts and their logs; root's own
}

// slots bounds how many stands there are at a time, so that they do not disturb
// one another's timers.
var slots = make(chan struct{}, 3)

// newStand makes a stand for the parallel test t.
func newStand(t *testing.T, needs ...netlab.Need) *stand {
	t.Helper()
	t.Parallel()
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
	return makeStand(t, needs...)
}

func makeStand(t *testing.T, needs ...netlab.Need) *stand {
	t.Helper()
	s := &stand{t: t, dir: t.TempDir()} // first, to be removed when no daemon is left to write there
	s.lab = netlab.New(t, needs...)
	s.a = s.lab.Host("a", "192.0.2.10/24")
	s.b = s.lab.Host("b", "192.0.2.11/24")
	s.c = s.lab.Host("c", "192.0.2.1/24")
	s.wire = s.lab.Capture()
	return s
}

// implementation starts one implementation of VRRP on a host.
type implementation struct {
	name  string
	start func(t testing.TB, h *netlab.Host, conf string) *netlab.Proc
}

var (
	ours      = implementation{"ours", func(t testing.TB, h *netlab.Host, conf string) *netlab.Proc { return startLite(t, h, conf).Proc }}
	reference = implementation{"keepalived", func(t testing.TB, h *netlab.Host, conf string) *netlab.Proc {
		t.Helper()
		return h.Keepalived(conf).Proc
	}}
)

// pairing says who runs on a and who on b.
type pairing struct{ a, b implementation }

var (
	oursOurs      = pairing{ours, ours}
	oursReference = pairing{ours, reference}
	referenceOurs = pairing{reference, ours}
)

// alone is for scenarios in which keepalived has no part.
var alone = pairing{a: ours}

var allPairings = []pairing{oursOurs, oursReference, referenceOurs}

func (p pairing) String() string {
	if p.b.name == "" {
		return p.a.name
	}
	return p.a.name + "+" + p.b.name
}

// pairings runs a scenario once for each pairing of short, or of long in a long
// run; long nil means all three.
func pairings(t *testing.T, short, long []pairing, scenario func(t *testing.T, p pairing)) {
	t.Parallel()
	if netlab.Soak() {
		short = long
		if long == nil {
			short = allPairings
		}
	}
	for _, p := range short {
		t.Run(p.String(), func(t *testing.T) { scenario(t, p) })
	}
}

func (s *stand) start(i implementation, h *netlab.Host, conf string) *netlab.Proc {
	s.t.Helper()
	return i.start(s.t, h, conf)
}

// startWith starts keepalived-lite with an environment of its own and, where
// given, behind a command such as setpriv.
func (s *stand) startWith(h *netlab.Host, conf string, env []string, prefix ...string) *netlab.Proc {
	s.t.Helper()
	path, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	file := s.write(fmt.Sprintf("%s-%d.conf", h.Name, time.Now().UnixNano()), conf)
	args := append(prefix, path, "-D", "-f", file, "-p", strings.TrimSuffix(file, ".conf")+".pid")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	return h.StartCmd(cmd)
}

// write writes a file that only root may write and returns its path.
func (s *stand) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// script writes a shell script and returns its path.
func (s *stand) script(name, body string) string {
	s.t.Helper()
	path := s.write(name, "#!/bin/sh\n"+body+"\n")
	if err := os.Chmod(path, 0o700); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// file returns the path of a file that scripts write.
func (s *stand) file(name string) string { return filepath.Join(s.dir, name) }

// read returns the content of a file that scripts write, without the last newline; "" if
// there is none yet.
func (s *stand) read(name string) string {
	b, _ := os.ReadFile(s.file(name))
	return strings.TrimSuffix(string(b), "\n")
}

// lines returns the lines of a file that scripts write.
func (s *stand) lines(name string) []string {
	text := s.read(name)
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// holders names the nodes that have an address: "", "a", "b" or "ab".
func (s *stand) holders(vip string) string {
	s.t.Helper()
	var names string
	for _, h := range []*netlab.Host{s.a, s.b} {
		if h.HasAddress(vip) {
			names += h.Name
		}
	}
	return names
}

// waitHolders waits until exactly the given nodes have an address.
func (s *stand) waitHolders(t testing.TB, vip, names string, timeout time.Duration) {
	t.Helper()
	netlab.Eventually(t, timeout, fmt.Sprintf("%s on %q", vip, names), func() bool { return s.holders(vip) == names })
}

// stays fails the test if an address leaves the given nodes, or comes to others,
// within d.
func (s *stand) stays(t testing.TB, vip, names string, d time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if got := s.holders(vip); got != names {
			t.Fatalf("%s is on %q, want it to stay on %q", vip, got, names)
		}
	}
}

// adverts returns what a host sent for a virtual router so far.
func (s *stand) adverts(h *netlab.Host, vrid uint8) (list []netlab.Advert) {
	for _, a := range s.wire.Adverts() {
		if a.Host == h.Name && a.VRID == vrid {
			list = append(list, a)
		}
	}
	return list
}

// waitPriority waits for an advert with a priority and returns it.
func (s *stand) waitPriority(h *netlab.Host, vrid, priority uint8, since time.Time, timeout time.Duration) netlab.Advert {
	s.t.Helper()
	return s.wire.WaitAdvert(since, timeout, fmt.Sprintf("priority %d of VRID %d from %s", priority, vrid, h.Name), func(a netlab.Advert) bool {
		return a.Host == h.Name && a.VRID == vrid && a.Priority == priority
	})
}

// announcements returns when a host sent gratuitous ARP for an address.
func (s *stand) announcements(h *netlab.Host, vip string) (at []time.Time) {
	for _, f := range s.wire.Frames() {
		if a, ok := f.ARP(); ok && f.Host == h.Name && a.Gratuitous() && a.Sender.String() == vip {
			at = append(at, f.At)
		}
	}
	return at
}

// fill replaces placeholders such as @PRIO@ in a configuration.
func fill(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "@" + pairs[i] + "@"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
