package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Level is how bad something is, as the exit status of monitoring plugins.
type Level int

// The levels.
const (
	OK Level = iota
	Warning
	Critical
	Unknown
)

// String returns OK, WARNING, CRITICAL or UNKNOWN.
func (l Level) String() string {
	if l < OK || l > Unknown {
		l = Unknown
	}
	return [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[l]
}

// MarshalText makes JSON say it in small letters.
func (l Level) MarshalText() ([]byte, error) { return []byte(strings.ToLower(l.String())), nil }

// Finding is something that an operator should look at.
type Finding struct {
	Level Level  `json:"level"`
	Of    string `json:"of,omitempty"` // an instance, or "script NAME"; empty: the daemon
	Text  string `json:"text"`
}

// String returns it in one line.
func (f Finding) String() string {
	if f.Of == "" {
		return f.Text
	}
	return f.Of + ": " + f.Text
}

// Findings returns what an operator should look at, in the order of the status.
func (s *Status) Findings() (list []Finding) {
	for n := range s.Instances {
		list = append(list, s.Instances[n].findings(s.At)...)
	}
	for n := range s.VirtualServers {
		list = append(list, s.VirtualServers[n].findings()...)
	}
	for _, f := range s.Failed {
		list = append(list, Finding{Critical, "", f.String()})
	}
	for _, c := range s.Scripts {
		if c.Overdue {
			list = append(list, Finding{Warning, "script " + c.Name, "does not end"})
		}
	}
	switch c := s.Configuration; {
	case c.Undone:
		list = append(list, Finding{Warning, "", c.Error})
	case c.Error != "":
		list = append(list, Finding{Warning, "", fmt.Sprintf("the reload of %s failed, and the configuration of %s is in use: %s",
			c.Tried.Format(time.DateTime), c.Loaded.Format(time.DateTime), c.Error)})
	}
	if until := s.Configuration.ConfirmUntil; !until.IsZero() {
		list = append(list, Finding{Warning, "", fmt.Sprintf("the last reload is undone at %s, unless somebody confirms it: keepalived-lite confirm", until.Format(time.TimeOnly))})
	}
	return list
}

func (i *Instance) findings(now time.Time) (list []Finding) {
	add := func(l Level, format string, args ...any) {
		list = append(list, Finding{l, i.Name, fmt.Sprintf(format, args...)})
	}
	fault := Warning
	if i.State == vrrp.Fault.String() {
		fault = Critical
	}
	if i.Link != "up" {
		add(fault, "%s: %s", i.Interface, i.Link)
	}
	if i.Drained {
		add(Warning, "drained: it is master only where nobody else is; keepalived-lite undrain %s ends that", i.Name)
	}
	if len(i.Missing) > 0 {
		add(Critical, "this machine has not got %s", strings.Join(i.Missing, ", "))
	}
	for _, f := range i.Failed {
		add(Critical, "%v", f)
	}
	for _, t := range i.Trackers {
		switch {
		case t.Name == compose.DrainTracker:
		case t.Fault:
			add(fault, "%s is %s: the instance cannot take part", t.Name, t.Status)
		case t.Contribution < 0:
			add(Warning, "%s is %s: priority %+d", t.Name, t.Status, t.Contribution)
		}
	}
	if i.Split {
		add(Critical, "SPLIT BRAIN: another router is master as well")
	}
	for _, c := range i.Conflicts {
		text := c.Detail
		if who := c.Offender.String() + ": "; !strings.HasPrefix(text, who) {
			text = who + text
		}
		add(Warning, "%s (%d packets since %s ago)", text, c.Packets, age(now, c.Since))
	}
	switch {
	case i.State == vrrp.Fault.String() && !slices.ContainsFunc(list, func(f Finding) bool { return f.Level == Critical }):
		add(Critical, "in FAULT: %s", i.Cause)
	case i.State == vrrp.Init.String():
		add(Warning, "it has not started")
	}
	return list
}
