package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// reloadInstance is a vrrp_instance: number, priority, more lines, addresses.
func reloadInstance(n, priority int, more string, addresses ...string) string {
	return fmt.Sprintf("vrrp_instance VI_%d {\n\tinterface eth0\n\tvirtual_router_id %d\n\tpriority %d\n\tadvert_int 1\n%s\tvirtual_ipaddress {\n\t\t%s\n\t}\n}\n",
		n, 50+n, priority, more, strings.Join(addresses, "\n\t\t"))
}

// rewrite changes the node's configuration.
func (n *node) rewrite(t *testing.T, conf string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(n.Dir, "keepalived.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
}

// control adds the node's control socket to arguments.
func (n *node) control(args ...string) []string {
	return append(args, "--control", filepath.Join(n.Dir, "pid.sock"))
}

// waitLog waits until the log has a text so many times.
func (n *node) waitLog(t *testing.T, text string, times int) {
	t.Helper()
	netlab.Eventually(t, 10*time.Second, fmt.Sprintf("%q %d times in the log", text, times), func() bool {
		return strings.Count(n.Log(), text) >= times
	})
}

// descriptors returns how many files the node has open.
func (n *node) descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", n.PID()))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// R5: a reload of what is empty, missing, wrong or misspelt changes nothing, and
// says why. keepalived gives the address up, or ends.
func TestRecipeR5(t *testing.T) {
	s := newStand(t, netlab.Keepalived)
	good := reloadInstance(1, 100, "", "192.0.2.100/24")
	n := startLite(t, s.a, good)
	s.start(reference, s.b, reloadInstance(1, 90, "", "192.0.2.100/24"))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	time.Sleep(2 * time.Second) // so that a misled backup would have to take over
	begin := time.Now()
	for run := range netlab.Count(1, 50) {
		for k, tt := range []struct{ conf, want string }{
			{"", "the configuration is empty"},
			{strings.Replace(good, "priority 100", "priority 300", 1), "keepalived.conf:4:"},
			{strings.Replace(good, "eth0", "eht0", 1), "interface eht0 does not exist"},
			{good[:len(good)-3], "keepalived.conf:"},
		} {
			n.rewrite(t, tt.conf)
			if k == 0 {
				n.Signal(syscall.SIGHUP)
				n.waitLog(t, "the running configuration stays as it is", run+1)
			}
			if out, status := n.ask(t, n.control("reload")...); status == 0 || !strings.Contains(out, tt.want) {
				t.Errorf("%q: status %d:\n%s", tt.conf, status, out)
			}
			if text := n.get(t, "/v1/status"); !strings.Contains(text, tt.want) { // and not just that there are errors
				t.Errorf("%q: the status does not tell:\n%s", tt.conf, text)
			}
			if !n.Running() || s.holders("192.0.2.100") != "a" {
				t.Fatalf("%q: held by %q\n%s", tt.conf, s.holders("192.0.2.100"), n.Log())
			}
		}
		if err := os.Remove(filepath.Join(n.Dir, "keepalived.conf")); err != nil {
			t.Fatal(err)
		}
		if out, status := n.ask(t, n.control("reload")...); status == 0 || !strings.Contains(out, "no configuration") {
			t.Errorf("without a file: status %d:\n%s", status, out)
		}
	}
	if text := n.get(t, "/v1/status"); !strings.Contains(text, "cannot read the configuration: no such file") {
		t.Errorf("the status does not tell:\n%s", text)
	}
	n.rewrite(t, good)
	if out, status := n.ask(t, n.control("reload")...); status != 0 || !strings.Contains(out, "nothing changes\nDone.") {
		t.Errorf("the good one: status %d:\n%s", status, out)
	}
	netlab.Eventually(t, 5*time.Second, "another advert", func() bool { return last(s.adverts(s.a, 51)).At.After(time.Now().Add(-time.Second)) })
	for _, a := range s.adverts(s.b, 51) {
		if a.At.After(begin) {
			t.Errorf("the backup advertised at %v", a.At)
		}
	}
}

// A reload that nobody confirms is undone; one that is confirmed stays.
func TestReloadConfirm(t *testing.T) {
	s := newStand(t)
	n := startLite(t, s.a, reloadInstance(1, 100, "", "192.0.2.100/24"))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	n.rewrite(t, reloadInstance(1, 100, "", "192.0.2.101/24"))
	out, status := n.ask(t, n.control("reload", "--plan")...)
	for _, want := range []string{"~ vrrp_instance VI_1: changes while it runs, and stays MASTER", "- virtual_ipaddress 192.0.2.100/24", "nothing has been done"} {
		if !strings.Contains(out, want) || status != 0 {
			t.Errorf("the plan, status %d, lacks %q:\n%s", status, want, out)
		}
	}
	if s.holders("192.0.2.100") != "a" {
		t.Error("a plan changed something")
	}
	if out, status = n.ask(t, n.control("confirm")...); status == 0 || !strings.Contains(out, "no reload waits") {
		t.Errorf("status %d:\n%s", status, out)
	}
	for _, how := range []string{"--confirm=0s", "--confirm=-3s"} { // not without the way back that was asked for
		if out, status = n.ask(t, n.control("reload", how)...); status == 0 || s.holders("192.0.2.100") != "a" {
			t.Errorf("%s: status %d:\n%s", how, status, out)
		}
	}
	inUse := regexp.MustCompile(`"(loaded|hash)": [^,\n]+`)
	before := inUse.FindAllString(n.get(t, "/v1/status"), -1)
	if out, status = n.ask(t, n.control("reload", "--confirm=3s")...); status != 0 || !strings.Contains(out, "keepalived-lite confirm") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if s.holders("192.0.2.101") != "a" || s.holders("192.0.2.100") != "" {
		t.Error("the new configuration is not in force")
	}
	if out, status = n.ask(t, n.control("reload")...); status == 0 || !strings.Contains(out, "waits for confirmation") {
		t.Errorf("a reload in between: status %d:\n%s", status, out)
	}
	if out, _ = n.ask(t, n.control("status")...); !strings.Contains(out, "the last reload is undone at") {
		t.Errorf("the status does not tell what waits:\n%s", out)
	}
	if text := n.get(t, "/v1/status"); strings.Contains(text, "waits for confirmation") {
		t.Errorf("what was read last is in use, and the status has an error:\n%s", text)
	}
	n.waitLog(t, "nobody has confirmed the reload: it is undone", 1)
	netlab.Eventually(t, 5*time.Second, "the old address", func() bool { return s.holders("192.0.2.100") == "a" && s.holders("192.0.2.101") == "" })
	netlab.Eventually(t, 5*time.Second, "the status of the old configuration", func() bool {
		return slices.Equal(before, inUse.FindAllString(n.get(t, "/v1/status"), -1))
	})
	if out, status = n.ask(t, n.control("reload", "--confirm=60s")...); status != 0 {
		t.Errorf("status %d:\n%s", status, out)
	}
	if out, status = n.ask(t, n.control("confirm")...); status != 0 || !strings.Contains(out, "stays") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if out, status = n.ask(t, n.control("check")...); status != 0 {
		t.Errorf("after it is confirmed: status %d:\n%s", status, out)
	}
	if s.holders("192.0.2.101") != "a" {
		t.Error("what was confirmed is not in force")
	}
	time.Sleep(2 * time.Second)
	checkEverySecond(t, s.adverts(s.a, 51))
	if lines := grep(n.Log(), "Entering"); len(lines) != 2 {
		t.Errorf("transitions:\n%s", strings.Join(lines, "\n"))
	}
}

// Random reloads on the real kernel, with keepalived on the wire: the plan is what
// happens, instances that have nothing to do with it keep the cadence of their
// advertisements, and nothing piles up.
func TestReloadLab(t *testing.T) {
	s := newStand(t, netlab.Keepalived)
	r := rand.New(rand.NewPCG(8, uint64(time.Now().UnixNano())))
	random := func() string {
		pick := func(list ...string) string { return list[r.IntN(len(list))] }
		conf := reloadInstance(1, 200, "", "192.0.2.101/24") // never changes
		for k := 2; k <= 4; k++ {
			if r.IntN(4) == 0 {
				continue
			}
			conf += reloadInstance(k, 100+r.IntN(3)*50, pick("", "", "\tuse_vmac\n", "\tnopreempt\n", "\tgarp_master_refresh 5\n"),
				pick("192.0.2.10%d/24", "192.0.2.11%d/24", "192.0.2.10%[1]d/24\n\t\t192.0.2.12%[1]d/32"))
			conf = strings.ReplaceAll(strings.ReplaceAll(conf, "%[1]d", fmt.Sprint(k)), "%d", fmt.Sprint(k))
		}
		return conf
	}
	n := startLite(t, s.a, random())
	s.start(reference, s.b, reloadInstance(1, 90, "", "192.0.2.101/24")+reloadInstance(2, 120, "", "192.0.2.102/24"))
	s.waitHolders(t, "192.0.2.101", "a", 10*time.Second)
	time.Sleep(5 * time.Second)
	transitions := func(name string) int { return len(grep(n.Log(), "("+name+") Entering")) }
	var files []int
	counts := map[string]int{}
	for pair := range netlab.Count(3, 25) {
		before := map[string]int{}
		for k := range 5 {
			name := fmt.Sprintf("VI_%d", k)
			before[name] = transitions(name)
		}
		conf := random()
		n.rewrite(t, conf)
		out, status := n.ask(t, n.control("reload", "--json")...)
		var a struct {
			Applied bool
			Plan    struct {
				Instances []struct {
					Name, Action string
					Change       string `json:"state_change"`
				}
			}
		}
		if err := json.Unmarshal([]byte(out), &a); err != nil || status != 0 || !a.Applied {
			t.Fatalf("pair %d: status %d, %v:\n%s\n%s", pair, status, err, out, conf)
		}
		time.Sleep(6 * time.Second)
		planned := map[string]string{}
		for _, i := range a.Plan.Instances {
			planned[i.Name] = max(planned[i.Name], i.Change) // certain and none do not come together
			if i.Change == "certain" {
				planned[i.Name] = "certain"
			}
			counts[i.Action+" "+i.Change]++
		}
		for name, was := range before {
			changed := transitions(name) - was
			leaves := strings.Count(out, `"action": "remove"`) > 0
			switch planned[name] {
			case "certain":
				if changed == 0 && !leaves {
					t.Errorf("pair %d: %s was to change\n%s\n%s", pair, name, out, conf)
				}
			case "", "none":
				if changed != 0 {
					t.Errorf("pair %d: %s changed %d times\n%s\n%s", pair, name, changed, out, conf)
				}
			}
		}
		files = append(files, n.descriptors(t))
	}
	t.Log(counts, files)
	checkEverySecond(t, s.adverts(s.a, 51)[3:])

	// Fifty in a row, back and forth.
	one, two := reloadInstance(1, 200, "", "192.0.2.101/24"), reloadInstance(1, 200, "", "192.0.2.101/24")+reloadInstance(3, 200, "", "192.0.2.103/24")
	begin, adverts := len(grep(n.Log(), "Reload complete")), len(s.adverts(s.a, 51))
	from := n.descriptors(t)
	for k := range 50 {
		n.rewrite(t, []string{one, two}[k%2])
		n.Signal(syscall.SIGHUP)
		n.waitLog(t, "Reload complete", begin+k+1)
	}
	n.rewrite(t, one)
	if out, status := n.ask(t, n.control("reload")...); status != 0 {
		t.Errorf("status %d:\n%s", status, out)
	}
	time.Sleep(2 * time.Second)
	if to := n.descriptors(t); to > from {
		t.Errorf("%d files are open, %d were before 50 reloads", to, from)
	}
	checkEverySecond(t, s.adverts(s.a, 51)[adverts-2:])
	if got := transitions("VI_1"); got != 2 {
		t.Errorf("VI_1 changed its state %d times", got)
	}
	if status := n.Stop(); status != 0 {
		t.Errorf("status %d", status)
	}
}
