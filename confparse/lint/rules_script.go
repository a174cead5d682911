package lint

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// scriptRules are about programs: checks and notify scripts. Whether they exist
// and who may change them takes a look at the machine (compose.Inspect).
func scriptRules() []Rule {
	return []Rule{
		{
			ID: "script-relative", Severity: confparse.Warning,
			Summary: "a program without a path is looked up in PATH, which is another one under systemd than in your shell",
			Fix:     "write the absolute path", one: scriptRelative,
		},
		{
			ID: "script-tmp", Severity: confparse.Error,
			Summary: "a program in a directory that everybody may write to: whoever is first decides what it does",
			Fix:     "move it to /usr/local/bin or /etc/keepalived, owned by root, mode 0755", one: scriptTmp,
		},
		{
			ID: "script-no-user", Severity: confparse.Warning,
			Summary: "enable_script_security without script_user: scripts run as keepalived_script, and keepalived does not run them at all if there is no such user",
			Fix:     "add to global_defs: script_user root, or a user of its own", one: scriptNoUser,
		},
		{
			ID: "script-timeout", Severity: confparse.Warning,
			Summary: "a check may run longer than its interval: the next runs are left out, and a failure is noticed later than it seems",
			Fix:     "write a timeout that is not longer than the interval", one: scriptTimeout,
		},
		{
			ID: "script-slow", Severity: confparse.Warning,
			Summary: "it takes more than 30 s until a failed check counts",
			Fix:     "lower interval, timeout or fall", one: scriptSlow,
		},
		{
			ID: "script-nervous", Severity: confparse.Note,
			Summary: "a single failed run moves the addresses, and a single good one moves them back",
			Fix:     "write fall 2 and rise 2, or more", one: scriptNervous,
		},
		{
			ID: "script-systemctl", Severity: confparse.Note,
			Summary: "systemctl is-active says that a process is there, not that it answers, and hangs when systemd does",
			Fix:     "ask the service itself, for example: script \"/usr/bin/curl -fsS -m 1 http://127.0.0.1/\"", one: scriptSystemctl,
		},
		{
			ID: "script-unused", Severity: confparse.Warning,
			Summary: "no instance tracks a vrrp_script: it never runs",
			Fix:     "list it in the track_script block of an instance", one: scriptUnused,
		},
	}
}

// commands yields every program of a file, with what it is for.
func (n *node) commands(yield func(what string, c *confparse.Command) bool) {
	for _, s := range n.cfg.Scripts {
		if s.Command != nil && !yield("vrrp_script "+s.Name, s.Command) {
			return
		}
	}
	notify := func(what string, t confparse.Notify) bool {
		for _, c := range []*confparse.Command{t.Any, t.Master, t.Backup, t.Fault, t.Stop, t.Deleted, t.MasterRxLowerPri} {
			if c != nil && !yield(what, c) {
				return false
			}
		}
		return true
	}
	for _, i := range n.cfg.Instances {
		if !notify("vrrp_instance "+i.Name, i.Notify) {
			return
		}
	}
	for _, g := range n.cfg.SyncGroups {
		if !notify("vrrp_sync_group "+g.Name, g.Notify) {
			return
		}
	}
}

func scriptRelative(p *pass, n *node) {
	for what, c := range n.commands {
		if !c.Shell && !strings.HasPrefix(c.Argv[0], "/") {
			p.report(n, c.Pos, "", "%s runs %s, which is looked up in the PATH of the daemon", what, c.Argv[0])
		}
	}
}

func scriptTmp(p *pass, n *node) {
	for what, c := range n.commands {
		for _, dir := range []string{"/tmp/", "/var/tmp/", "/dev/shm/"} {
			if strings.HasPrefix(path.Clean(c.Argv[0]), dir) {
				p.report(n, c.Pos, "", "%s runs %s: everybody on this machine may put a program there", what, c.Argv[0])
			}
		}
	}
}

func scriptNoUser(p *pass, n *node) {
	if s := n.global("enable_script_security"); s != nil && n.global("script_user") == nil {
		for what, c := range n.commands {
			if c.User.Name == "" {
				p.report(n, s.Pos(), "", "enable_script_security without script_user: %s runs as keepalived_script, if there is such a user", what)
				return
			}
		}
	}
}

func scriptTimeout(p *pass, n *node) {
	for _, s := range n.cfg.Scripts {
		if s.Timeout > s.Interval {
			p.report(n, posOf(n.block(s.Pos), "timeout"), "", "vrrp_script %s may run for %s s, but is to start every %s s: while it hangs, runs are left out", s.Name, seconds(s.Timeout), seconds(s.Interval))
		}
	}
}

func scriptSlow(p *pass, n *node) {
	for _, s := range n.cfg.Scripts {
		worst := time.Duration(s.Fall)*s.Interval + s.Timeout
		if worst > 30*time.Second {
			p.report(n, posOf(n.block(s.Pos), "interval"), "", "vrrp_script %s: after a failure it may take %s s until it counts (%d runs, every %s s, of up to %s s)", s.Name, seconds(worst), s.Fall, seconds(s.Interval), seconds(s.Timeout))
		}
	}
}

func scriptNervous(p *pass, n *node) {
	for _, s := range n.cfg.Scripts {
		if s.Fall == 1 && s.Rise == 1 && s.Command != nil {
			p.report(n, s.Pos, "", "vrrp_script %s counts after one run: one slow answer moves the addresses, and back", s.Name)
		}
	}
}

func scriptSystemctl(p *pass, n *node) {
	for _, s := range n.cfg.Scripts {
		if c := s.Command; c != nil && !c.Shell && path.Base(c.Argv[0]) == "systemctl" {
			p.report(n, c.Pos, "", "%s", fmt.Sprintf("vrrp_script %s asks systemd whether the service has a process, not the service whether it answers", s.Name))
		}
	}
}

func scriptUnused(p *pass, n *node) {
	used := map[string]bool{}
	for _, keyword := range []string{"vrrp_instance", "vrrp_sync_group"} {
		for _, b := range n.blocks(keyword) {
			for _, list := range b.All("track_script") {
				for _, s := range list.Body {
					used[s.Name()] = true
				}
			}
		}
	}
	for _, s := range n.cfg.Scripts {
		if !used[s.Name] {
			p.report(n, s.Pos, "", "nothing tracks vrrp_script %s: it never runs", s.Name)
		}
	}
}
