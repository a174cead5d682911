package ipvs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// counting counts the calls of a kernel.
type counting struct {
	ipvs.Kernel
	writes, looks int
}

func (c *counting) Change(change ipvs.Change) error {
	c.writes++
	return c.Kernel.Change(change)
}

func (c *counting) State() (ipvs.State, error) {
	c.looks++
	return c.Kernel.State()
}

// testScale applies 1000 services of 10 destinations: what is not needed is
// not written, to the real kernel too.
func testScale(t *testing.T, real ipvs.Kernel) {
	t.Cleanup(func() { ipvsadm(t, "-C") })
	k := &counting{Kernel: noClose{real}}
	r, err := ipvs.NewReconciler(ipvs.Config{Kernel: k, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	desired := large()
	step := func(what string, writes, looks int, f func() error) {
		t.Helper()
		k.writes, k.looks = 0, 0
		begin := time.Now()
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("%-44s %8.1f ms, %5d writes, %d looks", what, float64(time.Since(begin).Microseconds())/1000, k.writes, k.looks)
		if k.writes != writes || k.looks != looks {
			t.Errorf("%s: %d writes and %d looks instead of %d and %d", what, k.writes, k.looks, writes, looks)
		}
	}
	apply := func() error { return r.Apply(t.Context(), desired) }
	step("first apply", services*(1+destinations), 1, apply)
	step("the same again", 0, 0, apply)
	desired.Table[500].Destinations[5].Weight = 7
	step("one weight", 1, 0, apply)
	desired.Table[500].Destinations = desired.Table[500].Destinations[:9]
	step("one destination less", 1, 0, apply)
	step("the same again, looking at the kernel", 0, 1, func() error {
		_, err := ipvs.Apply(t.Context(), k, desired, nil)
		return err
	})
	desired.Table[500].Destinations[5].Weight = 8
	step("one weight, looking at the kernel", 1, 1, func() error {
		_, err := ipvs.Apply(t.Context(), k, desired, nil)
		return err
	})
	step("counters of all", 0, 0, func() error {
		_, err := r.Stats()
		return err
	})
	if got := strings.Count(ipvsadm(t, "-Sn"), "\n"); got != services*(1+destinations)-1 {
		t.Errorf("ipvsadm shows %d lines", got)
	}
	desired = ipvs.State{}
	step("all gone", services, 0, apply)
	if got := ipvsadm(t, "-Sn"); got != "" {
		t.Errorf("left:\n%s", got)
	}
}

// noClose is a kernel that its borrower cannot close.
type noClose struct{ ipvs.Kernel }

func (noClose) Close() error { return nil }

// testKeepalivedScale has keepalived start with the table of testScale, and
// reload with one weight changed.
func testKeepalivedScale(t *testing.T) {
	if os.Getenv("VRRPKIT_SOAK") == "" {
		t.Skip("needs VRRPKIT_SOAK=1")
	}
	t.Cleanup(func() { ipvsadm(t, "-C") })
	dir := t.TempDir()
	file := filepath.Join(dir, "keepalived.conf")
	write := func(s ipvs.State) {
		t.Helper()
		var b strings.Builder
		b.WriteString("global_defs {\n}\n")
		for _, e := range s.Table {
			fmt.Fprintf(&b, "virtual_server %v %d {\n lvs_sched wlc\n lvs_method NAT\n protocol TCP\n", e.Address.Addr(), e.Address.Port())
			for _, d := range e.Destinations {
				fmt.Fprintf(&b, " real_server %v %d {\n  weight %d\n }\n", d.Address.Addr(), d.Address.Port(), d.Weight)
			}
			b.WriteString("}\n")
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	await := func(what string, begin time.Time, done func(table string) bool) {
		t.Helper()
		for {
			table, err := os.ReadFile("/proc/net/ip_vs")
			if err != nil {
				t.Fatal(err)
			}
			if done(string(table)) {
				break
			}
			if time.Since(begin) > 2*time.Minute {
				t.Fatalf("%s: keepalived does not get there", what)
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Logf("keepalived: %-32s %8.1f ms", what, float64(time.Since(begin).Microseconds())/1000)
	}
	desired := large()
	write(desired)
	begin := time.Now()
	keepalived := exec.Command("keepalived", "-n", "-C", "-f", file, "-p", filepath.Join(dir, "p"), "-c", filepath.Join(dir, "c"))
	if err := keepalived.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = keepalived.Process.Signal(os.Interrupt)
		_ = keepalived.Wait()
	}()
	await("start", begin, func(s string) bool { return strings.Count(s, "\n") == 3+services*(1+destinations) })
	desired.Table[500].Destinations[5].Weight = 7
	write(desired)
	begin = time.Now()
	out, err := exec.Command("sh", "-c", "kill -HUP $(cat "+filepath.Join(dir, "p")+")").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	await("reload with another weight", begin, func(s string) bool { return strings.Contains(s, " Masq    7 ") })
}
