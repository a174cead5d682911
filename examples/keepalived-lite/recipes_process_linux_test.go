package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// theirs is keepalived on its own.
var theirs = pairing{a: reference}

const orderConf = `
global_defs {
    script_user root
}
vrrp_sync_group VG_1 {
    group {
        VI_1
    }
    notify        "@DIR@/note group"
    notify_master "@DIR@/note group"
    notify_backup "@DIR@/note group"
    notify_fault  "@DIR@/note group"
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 71
    version 3
    priority 100
    advert_int 0.1
    virtual_ipaddress { 192.0.2.100/24 }
    notify        "@DIR@/note instance"
    notify_master "@DIR@/note instance"
    notify_backup "@DIR@/note instance"
    notify_fault  "@DIR@/note instance"
}
`

// R6: the scripts of one transition, of an instance and of its group, are called
// in the same order every time: the instance's two, then the group's two.
func TestRecipeR6(t *testing.T) {
	const vip = "192.0.2.100"
	pairings(t, []pairing{alone}, []pairing{alone, theirs}, func(t *testing.T, p pairing) {
		s := newStand(t, netlab.Keepalived)
		// Which of an object's two scripts it is, is told by the number of its arguments.
		s.script("note", `[ $# = 1 ] && which=own || which=notify; echo $1 $which >>`+s.file("notes"))
		s.start(p.a, s.a, fill(orderConf, "DIR", s.dir))
		s.waitHolders(t, vip, "a", 10*time.Second)
		// notes waits for the scripts of so many transitions.
		notes := func(transitions int) string {
			netlab.Eventually(t, 10*time.Second, "the scripts", func() bool { return len(s.lines("notes")) >= 4*transitions })
			return strings.Join(s.lines("notes"), ", ")
		}
		first := notes(2) // BACKUP, MASTER
		y := tally{t: t, p: p}
		defer y.log()
		for range netlab.Count(2, 50) {
			if err := os.Remove(s.file("notes")); err != nil {
				t.Fatal(err)
			}
			s.a.SetPort("eth0", false)
			s.waitHolders(t, vip, "", 5*time.Second)
			notes(1) // FAULT
			s.a.SetPort("eth0", true)
			s.waitHolders(t, vip, "a", 5*time.Second)
			got := notes(3)
			want := strings.TrimSuffix(strings.Repeat(first[:len(first)/2]+", ", 3), ", ")
			if p.a.name == ours.name {
				want = strings.TrimSuffix(strings.Repeat("instance own, instance notify, group own, group notify, ", 3), ", ")
			}
			y.judge(got != want, "the order was %s, want %s", got, want)
		}
	})
}

// R7: the master's process is killed, and its machine and cable are well. The
// other node takes over, and with address_lifetime there is one owner soon.
func TestRecipeR7(t *testing.T) {
	const address = "192.0.2.100"
	limit := vip.Overhang(deadManLifetime)
	all := []pairing{oursOurs, oursReference, referenceReference} // keepalived's kernel knows no lifetime
	pairings(t, []pairing{oursReference}, all, func(t *testing.T, p pairing) {
		s := newStand(t, netlab.Keepalived)
		start := func(i implementation, h *netlab.Host, priority string) *netlab.Proc {
			more := ""
			if i.name == ours.name {
				more = "address_lifetime 2"
			}
			return s.start(i, h, fill(recipeConf, "PRIORITY", priority, "INTERVAL", "0.2", "MORE", more))
		}
		start(p.b, s.b, "90")
		s.waitHolders(t, address, "b", 10*time.Second)
		y := tally{t: t, p: p}
		defer y.log()
		var worst time.Duration
		for range netlab.Count(1, 50) {
			start(p.a, s.a, "100")
			s.waitHolders(t, address, "a", 10*time.Second)
			time.Sleep(time.Second)
			begin := time.Now()
			s.a.Crash() // its kernel lives on
			netlab.Eventually(t, 5*time.Second, "b to take over", func() bool { return s.b.HasAddress(address) })
			on := s.holders(address)
			for ; on != "b" && time.Since(begin) < limit+time.Second; on = s.holders(address) {
				time.Sleep(10 * time.Millisecond)
			}
			y.judge(on != "b", "%v after the crash %s is on %q", time.Since(begin), address, on)
			if on == "b" {
				worst = max(worst, time.Since(begin))
			}
			s.a.IP("addr flush to " + address + "/32") // what somebody does in the end
		}
		t.Logf("b alone after %v at worst; a lifetime of %v may take %v", worst.Round(time.Millisecond), deadManLifetime, limit)
	})
}

// R8: a test of a configuration that is not there, or has nothing in it, fails.
func TestRecipeR8(t *testing.T) {
	netlab.Require(t, netlab.Keepalived)
	pairings(t, []pairing{alone, theirs}, []pairing{alone, theirs}, func(t *testing.T, p pairing) {
		command, err := "keepalived", error(nil)
		if p.a.name == ours.name {
			command, err = program()
		}
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		y := tally{t: t, p: p}
		defer y.log()
		for range netlab.Count(1, 50) {
			for name, text := range map[string]string{"missing": "", "empty": "", "comments": "# later\n"} {
				file := filepath.Join(dir, name)
				if name != "missing" {
					if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.Command(command, "-t", "-f", file)
				out, _ := cmd.CombinedOutput()
				y.judge(cmd.ProcessState.ExitCode() == 0, "%s: status 0, printed %q", name, out)
			}
		}
	})
}
