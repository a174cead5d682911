// Package report says how a daemon stands: as a value with a stable form in
// JSON, and as text for people.
package report

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Status is how a daemon stands (GET /v1/status). Fields are only ever added.
// Times are RFC 3339, durations milliseconds, states words.
type Status struct {
	Node
	At            time.Time    `json:"at"`
	Configuration ConfigStatus `json:"configuration"`
	Instances     []Instance   `json:"instances"`
	Groups        []Group      `json:"groups"`
	Scripts       []Script     `json:"scripts"`

	VirtualServers []VirtualServer `json:"virtual_servers"`

	Failed []Failed `json:"failed_objects"` // static ones, and interfaces of VMACs
}

// Group is a vrrp_sync_group.
type Group struct {
	Name    string   `json:"name"`
	State   string   `json:"state"` // of all members
	Members []string `json:"members"`
}

// Node says which daemon it is.
type Node struct {
	Version  string    `json:"version"`
	RouterID string    `json:"router_id"`
	PID      int       `json:"pid"`
	Config   string    `json:"config"`
	Started  time.Time `json:"started"`
}

// Instance is a vrrp_instance.
type Instance struct {
	Name       string       `json:"name"`
	Interface  string       `json:"interface"`
	VRID       uint8        `json:"vrid"`
	Version    int          `json:"version"`
	Group      string       `json:"group,omitempty"`
	Addresses  []string     `json:"addresses"` // that are advertised
	Excluded   []string     `json:"excluded_addresses"`
	Missing    []string     `json:"missing_addresses"` // that it should have and their interfaces have not
	Failed     []Failed     `json:"failed_objects"`    // what the kernel refuses
	State      string       `json:"state"`
	Since      time.Time    `json:"since,omitzero"`
	Cause      string       `json:"cause"` // of the last transition
	Why        string       `json:"why"`   // why it is or is not master
	Change     string       `json:"change"`
	Priority   uint8        `json:"priority"`
	Base       uint8        `json:"base_priority"`
	Source     netip.Addr   `json:"source,omitzero"`
	Link       string       `json:"link"` // "up", or why it is not
	Peers      []Peer       `json:"peers"`
	Trackers   []Tracker    `json:"trackers"`
	Conflicts  []Conflict   `json:"conflicts"`
	Incidents  []Event      `json:"incidents"` // the last few, the newest first
	Split      bool         `json:"split_brain"`
	IntervalMS float64      `json:"interval_ms"` // of the master's advertisements
	NoPreempt  bool         `json:"nopreempt"`
	Drained    bool         `json:"drained"`
	IPv6       bool         `json:"ipv6"`
	Counters   CounterTable `json:"counters"`
}

// Peer is another router's last advertisement.
type Peer struct {
	Address    netip.Addr `json:"address"`
	Priority   uint8      `json:"priority"`
	IntervalMS float64    `json:"interval_ms"`
	Heard      time.Time  `json:"heard"`
}

// Tracker is something that an instance's priority or fitness depends on.
type Tracker struct {
	Name         string `json:"name"`
	Status       string `json:"status"`
	Weight       int    `json:"weight"`
	Contribution int    `json:"contribution"`
	Fault        bool   `json:"fault"`
	OfGroup      bool   `json:"of_group"`
}

// Conflict is what does not fit between this node and another.
type Conflict struct {
	Cause    string     `json:"cause"`
	Offender netip.Addr `json:"offender,omitzero"`
	Detail   string     `json:"detail"`
	Since    time.Time  `json:"since"`
	Packets  uint64     `json:"packets"`
}

// CounterTable has an instance's counters by their names in conventions of
// Prometheus, without prefix and _total.
type CounterTable struct {
	AdvertsSent          uint64            `json:"adverts_sent"`
	AdvertsReceived      uint64            `json:"adverts_received"`
	PriorityZeroSent     uint64            `json:"priority_zero_sent"`
	PriorityZeroReceived uint64            `json:"priority_zero_received"`
	BecameMaster         uint64            `json:"became_master"`
	ReleasedMaster       uint64            `json:"released_master"`
	Contested            uint64            `json:"contested"`
	Stalls               uint64            `json:"stalls"`
	SendErrors           uint64            `json:"send_errors"`
	OwnerErrors          uint64            `json:"owner_errors"`
	PacketErrors         map[string]uint64 `json:"packet_errors"` // by reason, those that are not 0
}

// Script is a vrrp_script.
type Script struct {
	Name     string    `json:"name"`
	State    string    `json:"state"`
	Since    time.Time `json:"since,omitzero"`
	Checked  time.Time `json:"checked,omitzero"`
	Detail   string    `json:"detail"`
	Output   string    `json:"output,omitempty"`
	TookMS   float64   `json:"took_ms"`
	Overdue  bool      `json:"overdue"`
	Runs     uint64    `json:"runs"`
	Failures uint64    `json:"failures"`
}

// Take returns how a composition of cfg stands now.
func Take(n Node, in ConfigStatus, cfg *confparse.Config, c *compose.Composition) Status {
	s := Status{Node: n, At: time.Now(), Configuration: in, Instances: []Instance{}, Groups: []Group{}, Scripts: []Script{}}
	d := TakeDump(cfg, c)
	present := Present(c)
	for k := range d.Instances {
		i := instance(d.Instances[k].Snapshot)
		i.place(&d.Instances[k], present)
		s.Instances = append(s.Instances, i)
	}
	for _, g := range cfg.SyncGroups {
		group := Group{Name: g.Name, State: d.GroupState(g).String(), Members: []string{}}
		for _, m := range g.Members {
			group.Members = append(group.Members, m.Name)
		}
		s.Groups = append(s.Groups, group)
	}
	for _, r := range d.Scripts {
		s.Scripts = append(s.Scripts, script(r.Config.Name, r.Snapshot))
	}
	s.VirtualServers = VirtualServers(c)
	s.Failed = failed(c.Failed())
	return s
}

// place compares what an instance should have with what the machine has. A
// backup may well have the addresses, where servers take them for their own.
func (i *Instance) place(d *DumpInstance, present map[Spot]bool) {
	i.IPv6, i.Excluded, i.Missing, i.Failed = d.Config.IPv6, []string{}, []string{}, d.Failed
	for _, a := range d.Config.Excluded {
		i.Excluded = append(i.Excluded, a.Prefix.String())
	}
	if !d.Holds() || present == nil {
		return
	}
	for _, a := range d.VIPs() {
		if !present[d.Spot(&a)] {
			i.Missing = append(i.Missing, a.Prefix.String())
		}
	}
}

func instance(s vrrp.Snapshot) Instance {
	why := s.Explain()
	i := Instance{
		Name: s.Name, Interface: s.Interface, VRID: s.VRID, Version: int(s.Version), Group: s.Group,
		State: s.State.String(), Since: s.Since, Cause: s.Reason.String(), Why: why.Why, Change: why.Flip,
		Priority: s.Priority, Base: s.Configured, Source: s.Source, Link: "up", Split: s.SplitBrain, NoPreempt: s.NoPreempt, IntervalMS: milliseconds(s.Interval),
		Addresses: []string{}, Peers: []Peer{}, Trackers: []Tracker{}, Conflicts: []Conflict{}, Incidents: []Event{}, Counters: counters(&s.Counters),
	}
	if !s.LinkUp {
		i.Link = s.LinkWhy
	}
	for _, a := range s.Addresses {
		i.Addresses = append(i.Addresses, a.String())
	}
	for _, p := range s.Peers {
		i.Peers = append(i.Peers, Peer{p.Addr, p.Priority, milliseconds(p.Interval), p.At})
	}
	for _, t := range s.Trackers {
		i.Trackers = append(i.Trackers, tracker(t, false))
	}
	for _, t := range s.GroupTrackers {
		i.Trackers = append(i.Trackers, tracker(t, true))
	}
	if i.Drained = slices.ContainsFunc(i.Trackers, func(t Tracker) bool { return t.Name == compose.DrainTracker }); i.Drained {
		i.explainDrain(why, s.Peer)
	}
	for _, c := range s.Conflicts {
		i.Conflicts = append(i.Conflicts, Conflict{c.Cause.String(), c.Offender, c.Detail, c.At, c.Count})
	}
	return i
}

func tracker(t vrrp.TrackerState, ofGroup bool) Tracker {
	return Tracker{t.Name, t.Status.String(), t.Weight, t.Contribution, t.Fault, ofGroup}
}

func counters(c *vrrp.Counters) CounterTable {
	t := CounterTable{
		c.AdvertsSent, c.AdvertsReceived, c.PriorityZeroSent, c.PriorityZeroReceived, c.BecameMaster, c.ReleasedMaster,
		c.Contested, c.Stalls, c.SendErrors, c.OwnerErrors, map[string]uint64{},
	}
	for reason, n := range c.Errors {
		if n > 0 {
			t.PacketErrors[strings.ReplaceAll(packet.Reason(reason).String(), "-", "_")] = n
		}
	}
	return t
}

func script(name string, s check.Snapshot) Script {
	return Script{
		Name: name, State: s.State.String(), Since: s.Since, Checked: s.LastAt, Detail: s.Last.Detail, Output: s.Last.Output,
		TookMS: milliseconds(s.Last.Latency), Overdue: s.Overdue, Runs: s.Runs, Failures: s.Failures,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
