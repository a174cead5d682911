package vrrp

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// segment is a simulation of hosts on one network: the whole protocol under a
// clock of its own, without goroutines.
type segment struct {
	now    time.Time
	random *rand.Rand
	nodes  []*simNode
	air    []flight // in order of arrival
	sent   int
	moves  []string // transitions
	broken func(string)
}

// simNode is a host with one router, or with a sync group of two.
type simNode struct {
	addr   netip.Addr
	params []Params
	set    *Set
	ids    []ID
	group  GroupID

	lossIn, lossOut float64
	delay           time.Duration // of what it sends, up to

	asleep bool // the process does not run
	since  time.Time
	frozen bool     // nor does its network
	inbox  []flight // arrived meanwhile
}

// flight is an advertisement on its way.
type flight struct {
	at time.Time
	to *simNode
	vr int
	in Input
}

const wireDelay = 200 * time.Microsecond

// boot starts the node's process afresh.
func (l *segment) boot(n *simNode) {
	n.set, n.ids, n.group, n.asleep, n.inbox = NewSet(), nil, 0, false, nil
	if len(n.params) > 1 {
		n.group, _ = n.set.AddGroup(GroupParams{})
	}
	for _, p := range n.params {
		p.Group = n.group
		id, err := n.set.Add(p)
		if err != nil {
			panic(err)
		}
		n.ids = append(n.ids, id)
	}
	l.all(n, Input{Kind: InputLink, Up: true, Source: n.addr})
	l.all(n, Input{Kind: InputStart})
}

// all hands an input to all routers of a node.
func (l *segment) all(n *simNode, in Input) {
	for _, id := range n.ids {
		in.ID = id
		l.do(n, in)
	}
}

func (l *segment) do(n *simNode, in Input) {
	for _, o := range n.set.Handle(l.now, in, nil) {
		switch o.Kind {
		case OutputAdvertise:
			l.send(n, slices.Index(n.ids, o.ID), o.Priority)
		case OutputEvent:
			l.moves = append(l.moves, fmt.Sprintf("%v %v/%d %v->%v (%v)", l.now.Sub(time.Unix(1000, 0)), n.addr, o.ID.Index(), o.From, o.To, o.Reason))
		}
	}
	states, masters := map[State]bool{}, 0
	for _, id := range n.ids {
		st := n.set.Status(id).State
		states[st] = true
		if st == Master {
			masters++
		}
	}
	if starting := in.Kind == InputStart || in.Kind == InputStop; len(states) > 1 && !starting {
		l.broken(fmt.Sprintf("the members of a group differ: %v", states))
	}
	if masters != n.set.Masters() {
		l.broken(fmt.Sprintf("%d masters, and the set counts %d", masters, n.set.Masters()))
	}
	if due := n.set.Deadline(); in.Kind == InputTick && !due.IsZero() && !due.After(l.now) {
		l.broken("a tick has left a timer that is due")
	}
}

func (l *segment) send(n *simNode, vr int, priority uint8) {
	l.sent++
	if n.asleep && n.frozen || l.random.Float64() < n.lossOut {
		return
	}
	at := l.now.Add(wireDelay)
	if n.delay > 0 {
		at = at.Add(time.Duration(l.random.Int64N(int64(n.delay))))
	}
	for _, to := range l.nodes {
		if to == n || l.random.Float64() < to.lossIn {
			continue
		}
		f := flight{at, to, vr, Input{Kind: InputAdvert, Priority: priority, Source: n.addr, Interval: n.params[vr].Interval, At: at}}
		i, _ := slices.BinarySearchFunc(l.air, at, func(f flight, at time.Time) int {
			if f.at.After(at) {
				return 1
			}
			return -1
		})
		l.air = slices.Insert(l.air, i, f)
	}
}

func (l *segment) arrive(f flight) {
	n := f.to
	switch {
	case n.set == nil || n.asleep && n.frozen:
	case n.asleep:
		n.inbox = append(n.inbox, f)
	default:
		f.in.ID = n.ids[f.vr]
		l.do(n, f.in)
	}
}

// sleep keeps a node's process from running.
func (l *segment) sleep(n *simNode, frozen bool) {
	if n.set != nil && !n.asleep {
		n.asleep, n.since, n.frozen = true, l.now, frozen
	}
}

// wake does what a host does when it runs again.
func (l *segment) wake(n *simNode) {
	if !n.asleep {
		return
	}
	n.asleep = false
	for _, f := range n.inbox {
		l.arrive(f)
	}
	n.inbox = nil
	if late := l.now.Sub(n.since) - watchEvery; late >= watchEvery {
		l.all(n, Input{Kind: InputStall, Late: late})
	}
	l.do(n, Input{Kind: InputTick})
}

// run lets time pass. What arrives at the time of a timer is heard before.
func (l *segment) run(d time.Duration) {
	end := l.now.Add(d)
	for {
		next, node := end, (*simNode)(nil)
		for _, n := range l.nodes {
			if n.set == nil || n.asleep {
				continue
			}
			if due := n.set.Deadline(); !due.IsZero() && due.Before(next) {
				next, node = due, n
			}
		}
		switch {
		case len(l.air) > 0 && !l.air[0].at.After(next):
			f := l.air[0]
			l.air = slices.Delete(l.air, 0, 1)
			l.now = f.at
			l.arrive(f)
		case node != nil:
			if next.After(l.now) {
				l.now = next
			}
			l.do(node, Input{Kind: InputTick})
		default:
			l.now = end
			return
		}
	}
}

// whole makes everything as it should be.
func (l *segment) whole() {
	for _, n := range l.nodes {
		n.lossIn, n.lossOut, n.delay = 0, 0, 0
		if n.set == nil {
			l.boot(n)
		}
		l.wake(n)
		l.all(n, Input{Kind: InputLink, Up: true, Source: n.addr})
		l.all(n, Input{Kind: InputStart})
	}
}

func (l *segment) masters() (list []*simNode) {
	for _, n := range l.nodes {
		if n.set.Masters() > 0 {
			list = append(list, n)
		}
	}
	return list
}

// misfortune does one random thing.
func (l *segment) misfortune(t *rapid.T) {
	n := rapid.SampledFrom(l.nodes).Draw(t, "node")
	what := rapid.SampledFrom([]string{
		"boot", "crash", "stop", "start", "deaf", "mute", "lossy", "slow", "fine", "unplug", "plug", "sleep", "freeze", "wake", "priority", "contest", "yield",
	}).Draw(t, "what")
	if n.set == nil && what != "boot" {
		return
	}
	switch what {
	case "boot":
		l.boot(n)
	case "crash":
		n.set = nil
	case "deaf":
		n.lossIn = 1
	case "mute":
		n.lossOut = 1
	case "lossy":
		n.lossIn, n.lossOut = 0.5, 0.3
	case "slow":
		n.delay = 300 * time.Millisecond
	case "fine":
		n.lossIn, n.lossOut, n.delay = 0, 0, 0
	case "sleep", "freeze":
		l.sleep(n, what == "freeze")
	case "wake":
		l.wake(n)
	}
	if n.set == nil || n.asleep {
		return
	}
	switch what {
	case "stop":
		l.all(n, Input{Kind: InputStop})
	case "start":
		l.all(n, Input{Kind: InputStart})
	case "unplug":
		l.all(n, Input{Kind: InputLink, Reason: ReasonLinkDown})
	case "plug":
		l.all(n, Input{Kind: InputLink, Up: true, Source: n.addr})
	case "contest":
		l.all(n, Input{Kind: InputContest})
	case "yield":
		l.do(n, Input{Kind: InputYield, ID: n.ids[0]})
	case "priority":
		priority := uint8(rapid.IntRange(1, 254).Draw(t, "priority"))
		for i := range n.params {
			n.params[i].Priority = priority
		}
		l.all(n, Input{Kind: InputPriority, Priority: priority})
	}
}

// patience is how long the election may take: the down interval of the most
// patient node.
func (l *segment) patience() (longest time.Duration) {
	for _, n := range l.nodes {
		p := n.params[0]
		longest = max(longest, downInterval(p.Version, p.Priority, p.Interval, p.DownAdverts))
	}
	return longest
}

// EL-01, EL-08: whatever has happened, once the network is whole again exactly
// one master remains within the time that the slowest timer takes, nobody who
// preempts has a higher priority, and the network is quiet: no transition, and
// one advertisement per interval.
func TestElectionConverges(t *testing.T) {
	if os.Getenv("VRRPKIT_SOAK") == "1" {
		if err := flag.Set("rapid.checks", "100000"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		l := &segment{now: time.Unix(1000, 0), broken: func(what string) { t.Fatal(what) }}
		l.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		version := rapid.SampledFrom([]Version{V2, V3}).Draw(t, "version")
		interval := rapid.SampledFrom([]time.Duration{time.Second, 2 * time.Second}).Draw(t, "interval")
		routers := rapid.IntRange(1, 2).Draw(t, "routers")
		delay, held := time.Duration(0), false
		for i := range rapid.IntRange(2, 5).Draw(t, "nodes") {
			p := Params{
				Version: version, Priority: uint8(rapid.IntRange(1, 254).Draw(t, "priority")), Interval: interval,
				DownAdverts: rapid.IntRange(2, 4).Draw(t, "down adverts"), AnswerLosing: rapid.Bool().Draw(t, "answer"),
				NoPreempt: rapid.Bool().Draw(t, "nopreempt"), QuietYield: rapid.Bool().Draw(t, "quiet"),
			}
			if !p.NoPreempt && rapid.Bool().Draw(t, "delayed") {
				p.PreemptDelay = 3 * time.Second
				delay = p.PreemptDelay
			}
			if p.NoPreempt {
				p.HoldRole = rapid.Bool().Draw(t, "hold")
				p.StallYield = rapid.SampledFrom([]uint8{0, 100, 254}).Draw(t, "stall yield")
				held = held || p.HoldRole
			}
			n := &simNode{addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), params: slices.Repeat([]Params{p}, routers)}
			l.nodes = append(l.nodes, n)
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			l.misfortune(t)
			l.run(time.Duration(rapid.IntRange(0, 6000).Draw(t, "ms")) * time.Millisecond)
		}
		l.whole()
		l.run(300 * time.Millisecond) // what was under way arrives
		l.run(l.patience() + delay)
		if held {
			// Whoever was told to leave the role may want it all the same, and
			// be told once more by somebody who had it in between.
			l.run(2 * (l.patience() + interval))
		}
		l.moves, l.sent = nil, 0
		l.run(10 * interval)
		masters := l.masters()
		if len(masters) != 1 || len(l.moves) > 0 {
			t.Fatalf("%d masters, and then %v", len(masters), l.moves)
		}
		master := masters[0].params[0].Priority
		for _, n := range l.nodes {
			if p := n.params[0]; !p.NoPreempt && p.Priority > master {
				t.Fatalf("the master has priority %d, and %v with %d does not preempt", master, n.addr, p.Priority)
			}
		}
		if l.sent < 9*routers || l.sent > 11*routers {
			t.Fatalf("%d advertisements in 10 intervals", l.sent)
		}
	})
}
