// Package doctor looks for what keeps a daemon from its work: on this machine, in
// its configuration, and in what the running daemon says.
package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// Result is what one look found.
type Result struct {
	Level report.Level `json:"level"`
	About string       `json:"about"` // "firewall"
	Text  string       `json:"text"`
	Hint  string       `json:"hint,omitempty"` // what to do
}

// Patient is what there is to look at.
type Patient struct {
	Config    *confparse.Config // nil: cannot be used
	ConfigErr string            // why
	Status    *report.Status    // nil: no daemon answers
	StatusErr error             // why

	// Root is where /proc and /sys are looked for. Empty: /.
	Root string
}

// Examine looks at everything. It takes a second, and needs root for some of it.
func Examine(ctx context.Context, p *Patient) (list []Result) {
	for _, look := range []func(context.Context, *Patient) []Result{
		configuration, daemon, capabilities, interfaces, firewall, sysctls, balancer, others, clock,
	} {
		list = append(list, look(ctx, p)...)
	}
	return list
}

// Worst returns the level of the worst result.
func Worst(list []Result) (worst report.Level) {
	for _, r := range list {
		worst = max(worst, r.Level)
	}
	return worst
}

// WriteText writes results for people.
func WriteText(w io.Writer, list []Result) error {
	var b strings.Builder
	for _, r := range list {
		fmt.Fprintf(&b, "%-8s  %-13s  %s\n", r.Level, r.About, r.Text)
		if r.Hint != "" {
			fmt.Fprintf(&b, "%-8s  %-13s  -> %s\n", "", "", r.Hint)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// read returns what a file below the patient's root says, without blanks around
// it; ok is false if it cannot be read.
func (p *Patient) read(path string) (text string, ok bool) {
	b, err := os.ReadFile(p.Root + path)
	return strings.TrimSpace(string(b)), err == nil
}

func configuration(_ context.Context, p *Patient) []Result {
	if p.Config == nil {
		return []Result{{report.Critical, "configuration", p.ConfigErr, "keepalived-lite -t says where and what to write instead"}}
	}
	c := p.Config
	return []Result{{report.OK, "configuration", strings.Join([]string{
		count(len(c.Instances), "instance"), count(len(c.SyncGroups), "sync group"), count(len(c.Scripts), "script"), count(len(c.VirtualServers), "virtual server"),
	}, ", "), ""}}
}

// count returns a number with what it is of.
func count(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return fmt.Sprintf("%d %s", n, of)
}

// daemon says what the running one has to say.
func daemon(_ context.Context, p *Patient) (list []Result) {
	s := p.Status
	if s == nil {
		return []Result{{report.Warning, "daemon", p.StatusErr.Error(), "start it, if it should run"}}
	}
	list = append(list, Result{report.OK, "daemon", fmt.Sprintf("process %d: %s", s.PID, s.Summary()), ""})
	for n := range s.Instances {
		i := &s.Instances[n]
		list = append(list, heard(i, s))
		if i.Counters.Stalls > 0 {
			list = append(list, Result{report.Warning, "clock", fmt.Sprintf("%s: %d times the daemon did not run for long enough to lose the role", i.Name, i.Counters.Stalls),
				"look for overcommitted hosts, snapshots, swapping; vrrp_no_swap and vrrp_rt_priority help"})
		}
	}
	for _, f := range s.Findings() {
		list = append(list, Result{f.Level, "daemon", f.String(), ""})
	}
	return list
}

// heard says when an instance's peers were heard last.
func heard(i *report.Instance, s *report.Status) Result {
	var ago []string
	for _, p := range i.Peers {
		ago = append(ago, fmt.Sprintf("%v %.1f s ago, priority %d", p.Address, s.At.Sub(p.Heard).Seconds(), p.Priority))
	}
	r := Result{report.OK, "peers", i.Name + ": last advert of " + strings.Join(ago, "; of "), ""}
	if len(ago) == 0 {
		r.Text = i.Name + ": no other router has been heard"
		switch i.State {
		case "MASTER":
			r.Hint = "backups are silent: that is as it should be, if there is one"
		case "BACKUP":
			r.Hint = "it will be master soon"
		}
	}
	return r
}
