package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// Capabilities by their numbers, as capabilities(7) has them.
const (
	capKill     = 5
	capSetGID   = 6
	capSetUID   = 7
	capNetAdmin = 12
	capNetRaw   = 13
	capIPCLock  = 14
	capSysNice  = 23
)

// capabilities looks at those of the daemon, or at our own where none runs.
func capabilities(_ context.Context, p *Patient) (list []Result) {
	who, path := "we have", "/proc/self/status"
	if p.Status != nil {
		who, path = "the daemon has", fmt.Sprintf("/proc/%d/status", p.Status.PID)
	}
	text, ok := p.read(path)
	have, found := effective(text)
	if !ok || !found {
		return []Result{{report.Unknown, "capabilities", path + " cannot be read", ""}}
	}
	missing := func(level report.Level, name string, number int, why string) {
		if have>>number&1 == 0 {
			list = append(list, Result{level, "capabilities", fmt.Sprintf("%s no CAP_%s: %s", who, name, why),
				"run it as root; or add AmbientCapabilities=CAP_" + name + " to the unit, --cap-add " + name + " to the container"})
		}
	}
	missing(report.Critical, "NET_ADMIN", capNetAdmin, "no address can be added")
	missing(report.Critical, "NET_RAW", capNetRaw, "no advertisement can be sent")
	if p.Config != nil {
		for _, s := range p.Config.Scripts {
			if s.Command != nil && s.Command.User.Name != "" && s.Command.User.Name != "root" {
				const why = "scripts cannot be run as somebody else"
				missing(report.Warning, "SETUID", capSetUID, why)
				missing(report.Warning, "SETGID", capSetGID, why)
				missing(report.Warning, "KILL", capKill, "scripts of somebody else cannot be ended at their timeout")
				break
			}
		}
		v := &p.Config.Global.VRRP
		if v.NoSwap {
			missing(report.Warning, "IPC_LOCK", capIPCLock, "vrrp_no_swap has no effect")
		}
		if v.RealtimePriority > 0 || v.Priority < 0 {
			missing(report.Warning, "SYS_NICE", capSysNice, "vrrp_priority and vrrp_rt_priority have no effect")
		}
	}
	if len(list) == 0 {
		list = append(list, Result{report.OK, "capabilities", who + " what is needed", ""})
	}
	return list
}

// effective returns the effective capabilities in the text of a status file.
func effective(status string) (caps uint64, ok bool) {
	for line := range strings.Lines(status) {
		if hex, found := strings.CutPrefix(line, "CapEff:"); found {
			caps, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
			return caps, err == nil
		}
	}
	return 0, false
}
