package main_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// gaps returns the shortest and the longest time between adverts in a row.
func gaps(adverts []netlab.Advert) (shortest, longest time.Duration) {
	for i := 1; i < len(adverts); i++ {
		gap := adverts[i].At.Sub(adverts[i-1].At)
		longest = max(longest, gap)
		shortest = cmp.Or(min(cmp.Or(shortest, gap), gap), gap)
	}
	return shortest, longest
}

// checkEverySecond checks that adverts came one per second.
func checkEverySecond(t testing.TB, adverts []netlab.Advert) {
	t.Helper()
	if len(adverts) < 3 {
		t.Fatalf("%d adverts only", len(adverts))
	}
	// Deadlines are absolute, so a late one makes the next gap short.
	shortest, longest := gaps(adverts)
	t.Logf("%d adverts, gaps %v to %v", len(adverts), shortest, longest)
	if shortest < 700*time.Millisecond || longest > 1300*time.Millisecond {
		t.Errorf("gaps of %v to %v, want 1s", shortest, longest)
	}
}

// checkTakeover checks when a backup took over with the advert first: not before
// floor had passed since the last advert that the master sent before end, and
// not much later.
func (s *stand) checkTakeover(t testing.TB, master *netlab.Host, end time.Time, first netlab.Advert, floor time.Duration) {
	t.Helper()
	var final netlab.Advert
	for _, a := range s.adverts(master, first.VRID) {
		if a.At.Before(end) {
			final = a
		}
	}
	took := first.At.Sub(final.At)
	t.Logf("first advert %v after the last one, floor %v", took, floor)
	if took < floor-time.Millisecond || took > floor+700*time.Millisecond {
		t.Errorf("took over %v after the last advert, want %v", took, floor)
	}
}

// downInterval is the time without a VRRPv2 advert after which a router takes over.
func downInterval(adverts, priority int) time.Duration {
	return time.Duration(adverts)*time.Second + time.Duration(256-priority)*time.Second/256
}

// last returns the last element.
func last[E any](list []E) (e E) {
	if len(list) > 0 {
		e = list[len(list)-1]
	}
	return e
}

// grep returns the lines of a log that have all texts.
func grep(log string, texts ...string) (lines []string) {
	for line := range strings.Lines(log) {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(line, text)
		}
		if all {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// has checks that a log has all of the texts, in this order, within a second:
// it may be written after what it speaks of.
func has(t testing.TB, log func() string, texts ...string) {
	t.Helper()
	for end := time.Now().Add(time.Second); ; time.Sleep(10 * time.Millisecond) {
		rest, missing := log(), ""
		for _, text := range texts {
			_, after, found := strings.Cut(rest, text)
			if !found {
				missing = text
				break
			}
			rest = after
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Errorf("the log lacks %q in its place:\n%s", missing, log())
			return
		}
	}
}

// configTest runs keepalived-lite -t on the text of a configuration, on a host
// that has its interfaces; on this machine if h is nil.
func configTest(t testing.TB, h *netlab.Host, conf string) (status int, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keepalived.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return configTestFile(t, h, file)
}

func configTestFile(t testing.TB, h *netlab.Host, file string) (status int, stderr string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var out, errors strings.Builder
	cmd := exec.Command(path, "-t", "-f", file)
	cmd.Stdout, cmd.Stderr = &out, &errors
	start := cmd.Start
	if h != nil {
		start = func() error { return h.Do(cmd.Start) }
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the state tells
	if out.Len() > 0 {
		t.Errorf("-t printed on standard output:\n%s", &out)
	}
	return cmd.ProcessState.ExitCode(), errors.String()
}
