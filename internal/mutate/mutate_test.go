package mutate

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// The tool on a package of its own: it notices what tests leave out.
func TestTool(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/clock\n\ngo 1.26\n",
		"clock.go": `package clock

const Step = 4

type Clock struct{ timer, count int }

func (c *Clock) Set(to int) {
	if to > 10 && to != 12 {
		to = 10
	}
	c.timer = to + 2
	c.count++
}

func (c *Clock) Late(now int) bool { return now >= c.timer }
`,
		"clock_test.go": `package clock

import "testing"

func TestClock(t *testing.T) {
	var c Clock
	for in, want := range map[int]int{5: 7, 11: 12} {
		if c.Set(in); c.timer != want {
			t.Error(in, c.timer)
		}
	}
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Load(dir, []string{"clock.go"}, []string{"timer"})
	if err != nil {
		t.Fatal(err)
	}
	survivors, err := p.Run(dir, t.TempDir(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range survivors {
		got = append(got, m.What)
	}
	want := "5 instead of 4; 13 instead of 12; not now >= c.timer"
	if text := strings.Join(got, "; "); text != want || len(p.Mutants) != 9 {
		t.Errorf("%d mistakes, and the tests did not notice: %s; want 9, %s", len(p.Mutants), text, want)
	}
}

var timers = []string{
	"timer", "startAt", "preemptAt", "againAt", "probeAt", "ownerBy", "since", "heard", "answered", "claimed", "interval", "skew",
}

// At least 95 % of what can go wrong in the core and in the codec is noticed by
// their fast tests, and of the rest testdata says why nobody could notice it, or
// why nobody need. It takes minutes.
func TestMutants(t *testing.T) {
	if !netlab.Soak() {
		t.Skip("takes minutes: VRRPKIT_SOAK=1 runs it")
	}
	for _, tt := range []struct {
		dir, files, tests string
		args              []string
	}{
		{"../../vrrp", "machine.go lifecycle.go status.go weigh.go election.go transition.go probe.go update.go group.go set.go set_groups.go set_counts.go deadlines.go track.go timers.go params.go",
			"machine_test.go modes_test.go update_test.go group_test.go set_test.go timers_test.go turn_test.go incident_test.go simulation_test.go",
			[]string{"-rapid.checks=1000", "-rapid.nofailfile", "-rapid.seed=1", "-rapid.shrinktime=0s"}},
		{"../../vrrp/packet", "advert.go ah.go auth.go checksum.go hmac.go packet.go errors.go", "*_test.go", nil},
	} {
		name := filepath.Base(tt.dir)
		t.Run(name, func(t *testing.T) {
			p, err := Load(tt.dir, strings.Fields(tt.files), timers)
			if err != nil {
				t.Fatal(err)
			}
			args := append(tt.args, "-test.failfast", "-test.run", "^("+strings.Join(tests(t, tt.dir, tt.tests), "|")+")$")
			survivors, err := p.Run(tt.dir, t.TempDir(), 10*time.Second, args...)
			if err != nil {
				t.Fatal(err)
			}
			why := reasons(t, filepath.Join("testdata", name+".txt"))
			unused := maps.Clone(why)
			for _, m := range survivors {
				delete(unused, m.String())
				if reason, ok := why[m.String()]; ok {
					t.Logf("%v: %v\n%s", m.Pos, m, reason)
				} else {
					t.Errorf("%v: %v\nnobody notices, and testdata does not say why", m.Pos, m)
				}
			}
			for m := range unused {
				t.Errorf("testdata explains what is noticed, or cannot happen any more: %s", m)
			}
			killed := len(p.Mutants) - len(survivors)
			t.Logf("%d of %d mistakes noticed: %.1f %%", killed, len(p.Mutants), 100*float64(killed)/float64(len(p.Mutants)))
			if 100*killed < 95*len(p.Mutants) {
				t.Error("fewer than 95 %")
			}
		})
	}
}

// reasons reads why mistakes are not noticed: lines of the mistake, each with
// its reason indented on the next.
func reasons(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	why, mistake := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		switch reason, ok := strings.CutPrefix(line, "\t"); {
		case ok:
			why[mistake] = reason
		default:
			mistake = line
		}
	}
	return why
}

// tests returns the names of the tests in some files.
func tests(t *testing.T, dir, files string) (names []string) {
	t.Helper()
	for _, pattern := range strings.Fields(files) {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`).FindAllSubmatch(text, -1) {
				names = append(names, string(m[1]))
			}
		}
	}
	return names
}
