package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Worst returns the level of the worst finding.
func Worst(list []Finding) Level {
	worst := OK
	for _, f := range list {
		worst = max(worst, f.Level)
	}
	return worst
}

// Expect adds findings for instances that are not in the state in which they are
// expected, by their names.
func (s *Status) Expect(states map[string]string) (list []Finding) {
	for name, want := range states {
		n := slices.IndexFunc(s.Instances, func(i Instance) bool { return i.Name == name })
		switch {
		case n < 0:
			list = append(list, Finding{Critical, name, "there is no such instance"})
		case !strings.EqualFold(s.Instances[n].State, want):
			list = append(list, Finding{Critical, name, fmt.Sprintf("is %s and should be %s", s.Instances[n].State, strings.ToUpper(want))})
		}
	}
	slices.SortFunc(list, func(a, b Finding) int { return strings.Compare(a.Of, b.Of) })
	return list
}

// WriteNagios writes the status and findings as a monitoring plugin does: one
// line with performance data, then the findings. A Status without its time At is that
// of no daemon, and counts nothing.
func (s *Status) WriteNagios(w io.Writer, list []Finding) error {
	summary := s.Summary()
	if s.At.IsZero() {
		summary = ""
	}
	if first := slices.IndexFunc(list, func(f Finding) bool { return f.Level == Worst(list) }); first >= 0 {
		summary = strings.TrimSuffix(list[first].String()+"; "+summary, "; ")
	}
	var perf []string
	for n := range s.Instances {
		i := &s.Instances[n]
		label := plain(i.Name)
		perf = append(perf, fmt.Sprintf("'%s priority'=%d;;;0;255", label, i.Priority), fmt.Sprintf("'%s transitions to master'=%dc", label, i.Counters.BecameMaster))
	}
	line := plain(summary)
	if len(perf) > 0 {
		line += " | " + strings.Join(perf, " ")
	}
	if _, err := fmt.Fprintf(w, "KEEPALIVED %v - %s\n", Worst(list), line); err != nil {
		return err
	}
	for _, f := range list {
		if _, err := fmt.Fprintf(w, "%v: %s\n", f.Level, plain(f.String())); err != nil {
			return err
		}
	}
	return nil
}

// WriteCheckmk writes a line for each instance, and one for the daemon, as a
// local check of Checkmk does.
func (s *Status) WriteCheckmk(w io.Writer, list []Finding) error {
	known := map[string]bool{}
	line := func(name, perf, text string, of func(Finding) bool) error {
		level := OK
		for _, f := range list {
			if of(f) {
				level = max(level, f.Level)
				text += "; "
				if !known[f.Of] && f.Of != "" {
					text += f.Of + ": "
				}
				text += f.Text
			}
		}
		_, err := fmt.Fprintf(w, "%d \"%s\" %s %s\n", level, plain(name), perf, plain(strings.TrimPrefix(text, "; ")))
		return err
	}
	for n := range s.Instances {
		i := &s.Instances[n]
		known[i.Name] = true
		perf := fmt.Sprintf("priority=%d|became_master=%d|adverts_sent=%d|adverts_received=%d", i.Priority, i.Counters.BecameMaster, i.Counters.AdvertsSent, i.Counters.AdvertsReceived)
		text := fmt.Sprintf("%s for %s, priority %d", i.State, age(s.At, i.Since), i.Priority)
		if err := line("Keepalived "+i.Name, perf, text, func(f Finding) bool { return f.Of == i.Name }); err != nil {
			return err
		}
	}
	perf, summary := "-", ""
	if !s.At.IsZero() {
		perf, summary = fmt.Sprintf("uptime=%.0f", s.At.Sub(s.Started).Seconds()), s.Summary()
	}
	return line("Keepalived", perf, summary, func(f Finding) bool { return !known[f.Of] })
}

// Summary says how many instances are in which state, and since when the daemon
// runs.
func (s *Status) Summary() string {
	return s.Counts() + ", up " + s.At.Sub(s.Started).Round(time.Second).String()
}

// Counts says how many instances are in which state.
func (s *Status) Counts() string {
	count := map[string]int{}
	for _, i := range s.Instances {
		count[i.State]++
	}
	var parts []string
	for _, state := range []vrrp.State{vrrp.Master, vrrp.Backup, vrrp.Fault, vrrp.Init} {
		n := count[state.String()]
		if n > 0 || state != vrrp.Init {
			parts = append(parts, fmt.Sprintf("%d %v", n, state))
		}
	}
	return strings.Join(parts, ", ")
}

// plain returns s without what has a meaning in the lines of plugins.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == '|':
			return '/'
		case r == '"', r == '\'':
			return -1
		}
		return r
	}, s)
}
