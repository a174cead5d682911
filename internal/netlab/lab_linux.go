package netlab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// namePrefix starts the name of everything that labs make; the pid follows.
const namePrefix = "netlab-"

// Lab is a network of hosts for one test. Its methods fail the test on error
// and belong to the test's goroutine.
type Lab struct {
	t    testing.TB
	dir  string // scratch files; its base name is the prefix of all namespaces
	name string

	mu    sync.Mutex // guards ports, which captures read
	ports map[int]*port
	hosts []*Host
	lans  map[string]bool
	cuts  bool // the table of cut paths exists
}

// port is the switch's end of a host's cable.
type port struct {
	host *Host
	dev  string
	name string
}

// New makes an empty lab that lasts until the test ends. It needs [Root] and
// iproute2 besides needs.
func New(t testing.TB, needs ...Need) *Lab {
	t.Helper()
	requireLab(t, needs)
	Busy(t)
	return newLab(t)
}

func requireLab(t testing.TB, needs []Need) {
	t.Helper()
	Require(t, append([]Need{"ip", Root}, needs...)...)
}

func newLab(t testing.TB) *Lab {
	t.Helper()
	sweep()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", namePrefix, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{t: t, dir: dir, name: filepath.Base(dir), ports: map[int]*port{}, lans: map[string]bool{}}
	t.Cleanup(func() { remove(l.name) })
	// Daemons that give up root must be able to reach their files.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l.ip("", "netns add "+l.bridges())
	l.sysctl(l.bridges(), "net/ipv6/conf/default/disable_ipv6=1")
	return l
}

// bridges names the namespace that all bridges live in.
func (l *Lab) bridges() string { return l.name + "-lan" }

// lan makes a bridge where there is none of that name yet.
func (l *Lab) lan(name string) {
	if l.lans[name] {
		return
	}
	l.lans[name] = true
	l.ip(l.bridges(), "link add "+name+" type bridge mcast_snooping 0 stp_state 0 forward_delay 0", "link set "+name+" up")
}

// ip runs commands of iproute2 in a namespace, "" being the test's own.
func (l *Lab) ip(ns string, commands ...string) {
	l.t.Helper()
	args := []string{"-batch", "-"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	cmd := exec.Command("ip", args...)
	cmd.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("ip -n %s: %s: %v\n%s", ns, strings.Join(commands, "; "), err, out)
	}
}

func (l *Lab) sysctl(ns string, settings ...string) {
	l.t.Helper()
	err := inNS(ns, func() error {
		for _, s := range settings {
			key, value, _ := strings.Cut(s, "=")
			if err := os.WriteFile("/proc/sys/"+key, []byte(value), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// sweep removes the labs of processes that are gone.
func sweep() {
	found := map[string]bool{}
	for _, where := range []string{os.TempDir(), netnsDir} {
		names, _ := filepath.Glob(filepath.Join(where, namePrefix+"*"))
		for _, n := range names {
			var pid int
			var id string
			name := filepath.Base(n)
			if _, err := fmt.Sscanf(name, namePrefix+"%d-%s", &pid, &id); err != nil {
				continue
			}
			if unix.Kill(pid, 0) != unix.ESRCH {
				continue
			}
			id, _, _ = strings.Cut(id, "-")
			found[fmt.Sprintf("%s%d-%s", namePrefix, pid, id)] = true
		}
	}
	for name := range found {
		remove(name)
	}
}

// remove ends the processes of a lab and removes its namespaces and files. It
// goes by what is there, so that it also serves for the lab of a killed test.
func remove(name string) {
	spaces, _ := filepath.Glob(netnsDir + name + "-*")
	for _, s := range spaces {
		ns := filepath.Base(s)
		killAll(ns)
		_ = exec.Command("ip", "netns", "del", ns).Run()
	}
	_ = os.RemoveAll(filepath.Join(os.TempDir(), name))
}
