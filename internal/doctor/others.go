package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// others looks for daemons that do the same work in the same network namespace.
// One that has several processes is named once, by the first.
func others(_ context.Context, p *Patient) (list []Result) {
	names, _ := filepath.Glob(p.Root + "/proc/[0-9]*/comm")
	found := map[string]string{} // their names, by process
	for _, name := range names {
		dir := filepath.Base(filepath.Dir(name))
		if comm, _ := p.read("/proc/" + dir + "/comm"); comm == "keepalived" || comm == "vrrpd" {
			found[dir] = comm
		}
	}
	for _, name := range names {
		pid := filepath.Base(filepath.Dir(name))
		comm := found[pid]
		if comm == "" || found[p.parent(pid)] == comm || p.elsewhere(pid) {
			continue
		}
		list = append(list, Result{report.Warning, "others", fmt.Sprintf("%s runs here as well, process %s", comm, pid), "two daemons on one network must not have the same virtual_router_id or address"})
	}
	return list
}

// parent returns the process that a process is a child of; empty if that cannot
// be seen.
func (p *Patient) parent(pid string) string {
	text, _ := p.read("/proc/" + pid + "/status")
	for line := range strings.Lines(text) {
		if ppid, ok := strings.CutPrefix(line, "PPid:"); ok {
			return strings.TrimSpace(ppid)
		}
	}
	return ""
}

// elsewhere reports whether a process has a network namespace that is not ours, or
// none any more, as it has ended. One that cannot be seen may be ours.
func (p *Patient) elsewhere(pid string) bool {
	ours, err := os.Readlink(p.Root + "/proc/self/ns/net")
	if err != nil {
		return false
	}
	its, err := os.Readlink(p.Root + "/proc/" + pid + "/ns/net")
	if err == nil {
		return its != ours
	}
	_, there := p.read("/proc/" + pid + "/comm")
	status, _ := p.read("/proc/" + pid + "/status")
	return !there || strings.Contains(status, "\nState:\tZ")
}
