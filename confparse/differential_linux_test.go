package confparse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// oracle runs Debian's keepalived -t in a namespace that has the interfaces
// that configurations name.
type oracle struct {
	t    *testing.T
	host *netlab.Host
	file string
	// disagreements count by reason.
	disagreements map[string]int
	asked         int
	took          time.Duration // processor time of the last answer
}

func newOracle(t *testing.T) *oracle {
	lab := netlab.New(t, netlab.Root, netlab.Keepalived)
	h := lab.Host("oracle", "192.0.2.10/24")
	for _, dev := range []string{"eth1", "eth2", "eth3", "eth7", "eth9"} {
		h.IP("link add " + dev + " type veth peer name peer-" + dev)
	}
	return &oracle{t, h, filepath.Join(t.TempDir(), "keepalived.conf"), map[string]int{}, 0, 0}
}

// verdict returns the exit status, and what is said. The status is negative if
// keepalived dies or hangs.
func (o *oracle) verdict(src string) (status int, said string) {
	return o.ask(src, 2*time.Second)
}

func (o *oracle) ask(src string, patience time.Duration) (status int, said string) {
	o.t.Helper()
	if err := os.WriteFile(o.file, []byte(src), 0o600); err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ip", "netns", "exec", o.host.Netns(), "keepalived", "-t", "-i", "main", "-f", o.file)
	cmd.WaitDelay = 100 * time.Millisecond
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		o.t.Fatal(err)
	}
	o.took = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cmd.ProcessState.ExitCode(), strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "; ")
}

// reasons says where ours is right to differ, or has to: by what either says.
var reasons = []struct{ match, reason string }{
	{`keepalived -1:`, "keepalived 2.2.7 dies or hangs"},
	{`keepalived 5: .*Unknown keyword`, "keepalived 2.2.7 does not know the keyword; 2.4.3 does, or it is ours"},
	{`keepalived 5: .*(iptables|vrrp_ipsets)`, "this keepalived was built without iptables"},
	{`keepalived 5: .*outside range \[0, [0-9]+\]`, "it depends on the number of CPUs of this machine"},
	{`keepalived 5: .*must be between|invalid number '[0-9]+\.[0-9]+'`, "keepalived 2.2.7 takes whole seconds only"},
	{`keepalived 5: .*umask bit`, "ours takes IRWXG|IRWXO without blanks too, as the manual has it"},
	{`keepalived 5: .*include_check`, "keepalived 2.2.7 complains of its own default"},
	{`keepalived 5: .*config_save_dir`, "the directory does not exist on this machine"},
	{`keepalived 5: .*track_group`, "the group need not exist, or be allowed there: nothing tracks it"},
	{`keepalived 5: .*cannot track route`, "ours follows a route without dev as well"},
	{`keepalived 5: .*(is not a VRF|IPVLAN|uid/gid)`, "it depends on this machine"},
	{`keepalived 5: .*already (set|specified)`, "in ours the last one counts"},
	{`keepalived 5: .*more than one of table`, "in ours the last table counts"},
	{`keepalived 2: .*keyword .type.`, "type alone is nothing; ours takes it for the beginning of an action"},
	{`keepalived 5: .*due to SYNC group`, "ours keeps the weights of members: a check that does nothing helps nobody"},
	{`keepalived 5: .*interface .* doesn't exist`, "ours waits for the interface"},
	{`keepalived 0: ; ours 6`, "the programs do not exist on this machine, and keepalived forgets them"},
	{`keepalived 0: .*ours 5: .*not in [-0-9.]+\.\.[0-9.]+`, "keepalived takes any number; ours says what makes sense"},
	{`keepalived 0: .*ours 5: .*(neither on nor off|needs a|cannot be|is not an absolute path|is no range|no longer than|1 to 15 characters)`, "keepalived takes a value that it ignores, or cannot use"},
}

// compare asks both, and reports a disagreement that has no reason.
func (o *oracle) compare(what, src string) {
	o.t.Helper()
	o.asked++
	theirs, said := o.verdict(src)
	_, ds := parseCovered(src)
	mine := ds.ExitCode()
	if (theirs == 0) == (mine == 0) {
		return
	}
	var messages []string
	for _, d := range ds {
		if d.exitCode() != ExitOK {
			messages = append(messages, d.Message)
		}
	}
	line := fmt.Sprintf("keepalived %d: %s; ours %d: %s", theirs, said, mine, strings.Join(messages, "; "))
	for _, r := range reasons {
		if regexp.MustCompile(r.match).MatchString(line) {
			o.disagreements[r.reason]++
			return
		}
	}
	o.t.Errorf("%s: %s\n%s", what, line, src)
}

func (o *oracle) report() {
	o.t.Logf("%d configurations", o.asked)
	for reason, n := range o.disagreements {
		o.t.Logf("%d disagreements: %s", n, reason)
	}
}

// installed makes src name programs and users that exist.
func installed(src string) string {
	return "global_defs {\nenable_script_security\nscript_user root\n}\n" + strings.NewReplacer(
		"/etc/keepalived/check.sh", "/usr/bin/true", "/etc/keepalived/notify.sh", "/usr/bin/true", "/etc/keepalived/deleted.sh", "/usr/bin/true",
		"/bin/true", "/usr/bin/true", "nobody :nogroup", "root", "nobody nogroup", "root", "nobody", "root",
	).Replace(src)
}

// TestBesideKeepalived compares what is accepted and refused with Debian's
// keepalived: every keyword with a typical and a bad value, generated
// configurations with and without a mistake, and the samples of the package.
func TestBesideKeepalived(t *testing.T) {
	o := newOracle(t)
	rng := rand.New(rand.NewPCG(5, 0))
	for n, k := range slices.Collect(keywordSeq) {
		if n%netlab.Count(20, 1) != 0 {
			continue
		}
		values := []string{k.Example}
		if k.hasBad {
			values = append(values, k.bad)
		}
		for _, v := range values {
			src, _ := inPlace(*k, v)
			o.compare(k.Block+": "+k.Name+" "+v, installed(src))
		}
	}
	for n := range netlab.Count(60, 3000) {
		g := generator{rng: rng}
		src := g.config()
		what := "valid"
		if n%2 == 1 {
			src, what = g.mistake(src)
		}
		o.compare(what, src)
	}
	samples, _ := filepath.Glob("/usr/share/doc/keepalived/samples/keepalived.conf*")
	for _, name := range samples {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		o.compare(name, string(src))
	}
	o.report()
}

func keywordSeq(yield func(*Keyword) bool) {
	for _, k := range language().all() {
		if !yield(k) {
			return
		}
	}
}

// TestSpeedBesideKeepalived shows what large configurations cost both, in
// processor time: that of the machine is shared with others. As in
// keepalived-lite -t, no garbage is collected meanwhile.
func TestSpeedBesideKeepalived(t *testing.T) {
	if !netlab.Soak() {
		t.Skip("takes a while: VRRPKIT_SOAK=1 go test -v -run SpeedBeside ./confparse")
	}
	o := newOracle(t)
	for name, src := range map[string]string{"10,000 real servers": manyServers(10000), "1,000 instances": string(thousand())} {
		theirs, mine := time.Hour, time.Hour
		for range 15 {
			status, said := o.ask(src, time.Minute)
			if status < 0 {
				t.Fatalf("%s: keepalived %d: %.300s", name, status, said)
			}
			theirs = min(theirs, o.took)
			runtime.GC()
			percent := debug.SetGCPercent(-1)
			before := cpuTime(t)
			if _, ds := parseCovered(src); ds.HasErrors() {
				t.Fatal(ds.Render())
			}
			mine = min(mine, cpuTime(t)-before)
			debug.SetGCPercent(percent)
		}
		t.Logf("%s: keepalived -t %v, ours %v: %.1f times", name, theirs, mine, float64(theirs)/float64(mine))
	}
}

// cpuTime returns what this process has used so far.
func cpuTime(t *testing.T) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
