// Package notify tells scripts, pipes and people about transitions. Of each
// instance the scripts run in the order of the transitions, one at a time; those
// of a group run after those of its members.
package notify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// Stop is the state that scripts are told when an instance leaves, and Deleted
// when a reload removes it, if that is asked for.
const (
	Stop    = "STOP"
	Deleted = "DELETED"
)

// Source is what changes its state.
type Source struct {
	Type string // INSTANCE or GROUP; VS or RS: a virtual or a real server
	Name string // of an RS, with that of its virtual server behind it
}

// server reports whether it has to do with servers instead of routers.
func (s Source) server() bool { return s.Type == "VS" || s.Type == "RS" }

// Transition is what scripts are told.
type Transition struct {
	Source
	State    string // MASTER, BACKUP, FAULT, STOP or DELETED; UP or DOWN of servers
	Priority uint8  // effective; 0 for a GROUP

	// What only the environment of scripts tells.
	From   string // the state before; empty: none
	Reason string
	Seq    uint64 // counts the transitions of the source

	// Removed says that the source is not configured any more: its scripts
	// before the last Update count.
	Removed bool
}

// environment tells a script what its arguments leave out.
func (t *Transition) environment() []string {
	if t.server() {
		return []string{"KEEPALIVED_TYPE=" + t.Type, "KEEPALIVED_NAME=" + t.Name, "KEEPALIVED_STATE=" + t.State, "KEEPALIVED_REASON=" + t.Reason}
	}
	return []string{
		"KEEPALIVED_TYPE=" + t.Type, "KEEPALIVED_NAME=" + t.Name, "KEEPALIVED_STATE=" + t.State,
		"KEEPALIVED_PREVIOUS_STATE=" + t.From, "KEEPALIVED_REASON=" + t.Reason,
		"KEEPALIVED_PRIORITY=" + strconv.Itoa(int(t.Priority)), "KEEPALIVED_SEQUENCE=" + strconv.FormatUint(t.Seq, 10),
	}
}

// Scripts are what runs on transitions; nil entries run nothing.
type Scripts struct {
	// Master, Backup, Fault, Stop and Deleted run with their own arguments only.
	Master, Backup, Fault, Stop, Deleted *check.ScriptConfig

	// Any runs after them on every transition, with type, name, state and
	// priority behind its own arguments (keepalived: notify).
	Any *check.ScriptConfig
}

// Rules are which scripts run, and how.
type Rules struct {
	Scripts map[Source]Scripts

	// Members are those of each group: their scripts come before the group's.
	Members map[Source][]Source

	// Timeout is how long a script may take before it is stopped; 0: as long as
	// it likes, though after half a minute nothing waits for it any more.
	Timeout time.Duration

	// Latest says that scripts which have not begun are not worth running once
	// there is a newer transition of the same source.
	Latest bool
}

// of returns the scripts of a transition, in order.
func (s Scripts) of(t *Transition) (jobs []*job) {
	specific := map[string]*check.ScriptConfig{"MASTER": s.Master, "BACKUP": s.Backup, "FAULT": s.Fault, Stop: s.Stop, Deleted: s.Deleted}[t.State]
	if specific != nil {
		jobs = append(jobs, newJob(t, "notify_"+strings.ToLower(t.State), *specific))
	}
	if s.Any != nil {
		jobs = append(jobs, newJob(t, "notify", withArguments(*s.Any, t)))
	}
	return jobs
}

// withArguments puts behind a script's own arguments what notify is told.
func withArguments(c check.ScriptConfig, t *Transition) check.ScriptConfig {
	args := []string{t.Type, t.Name, t.State, strconv.Itoa(int(t.Priority))}
	if c.Shell == "" {
		c.Argv = slices.Concat(c.Argv, args)
		return c
	}
	for _, a := range args {
		c.Shell += " '" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return c
}
