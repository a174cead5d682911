package vrrp

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TM-13.
func TestSetFiresInOrder(t *testing.T) {
	s := NewSet()
	start := time.Unix(1000, 0)
	if !s.Deadline().IsZero() {
		t.Error("an empty set has a deadline")
	}
	for _, priority := range []uint8{50, 200, 100, 200} {
		id, err := s.Add(Params{Version: V3, Priority: priority, Interval: time.Second, DownAdverts: 3})
		if err != nil {
			t.Fatal(err)
		}
		s.Handle(start, Input{Kind: InputLink, ID: id, Up: true, Source: us}, nil)
		s.Handle(start, Input{Kind: InputStart, ID: id}, nil)
	}
	var order []int
	for _, o := range s.Handle(start.Add(4*time.Second), Input{Kind: InputTick}, nil) {
		if o.Kind == OutputAcquire {
			order = append(order, o.ID.Index())
		}
	}
	if want := []int{1, 3, 2, 0}; !slices.Equal(order, want) || s.Masters() != 4 {
		t.Errorf("took over in the order %v, want %v; %d masters", order, want, s.Masters())
	}
	s.Handle(start.Add(4*time.Second), Input{Kind: InputStop, ID: s.machines[2].id}, nil)
	if s.Masters() != 3 {
		t.Errorf("%d masters after one stopped", s.Masters())
	}
}

// The heap against a plain search, over random changes.
func TestDeadlinesAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d deadlines
		n := rapid.IntRange(1, 40).Draw(t, "n")
		for range n {
			d.add(never)
		}
		for range rapid.IntRange(1, 100).Draw(t, "changes") {
			d.set(slot(rapid.IntRange(0, n-1).Draw(t, "id")), rapid.Int64Range(0, 20).Draw(t, "due"))
			best := slices.MinFunc(d.heap, func(a, b slot) int {
				return cmp.Or(cmp.Compare(d.due[a], d.due[b]), cmp.Compare(a, b))
			})
			if id, due := d.min(); id != best || due != d.due[best] {
				t.Fatalf("min is %d (%d), want %d (%d)", id, due, best, d.due[best])
			}
		}
	})
}

// lan is a simulation of several nodes with one router each: the whole protocol
// under a clock of its own, without goroutines.
type lan struct {
	now   time.Time
	nodes []*node
	sent  int
}

type node struct {
	m    *Machine
	addr netip.Addr
	cut  bool
	live bool
}

const lanDelay = 200 * time.Microsecond

// run lets time pass. Packets take lanDelay, during which nothing else is due:
// good enough for an election.
func (l *lan) run(d time.Duration) {
	end := l.now.Add(d)
	for {
		var first *node
		var due time.Time
		for _, n := range l.nodes {
			if t := n.m.Deadline(); !t.IsZero() && (first == nil || t.Before(due)) {
				first, due = n, t
			}
		}
		if first == nil || due.After(end) {
			l.now = end
			return
		}
		if due.After(l.now) {
			l.now = due
		}
		l.do(first, Input{Kind: InputTick})
	}
}

func (l *lan) do(n *node, in Input) {
	for _, o := range n.m.Handle(l.now, in, nil) {
		if o.Kind != OutputAdvertise || n.cut {
			continue
		}
		l.sent++
		l.now = l.now.Add(lanDelay)
		for _, to := range l.nodes {
			if to != n && !to.cut && to.live {
				l.do(to, Input{Kind: InputAdvert, Priority: o.Priority, Source: n.addr, Interval: n.m.m.p.Interval})
			}
		}
	}
}

func (l *lan) masters() (list []*node) {
	for _, n := range l.nodes {
		if n.m.Status().State == Master && !n.cut {
			list = append(list, n)
		}
	}
	return list
}

// EL-01, EL-08: whatever happens, once the network is whole again exactly one
// master remains within the time that the slowest timer takes, it is the best
// one that may be, and the network is quiet: one advertisement per interval.
func TestElectionConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &lan{now: time.Unix(1000, 0)}
		version := rapid.SampledFrom([]Version{V2, V3}).Draw(t, "version")
		for i := range rapid.IntRange(2, 5).Draw(t, "nodes") {
			m, err := NewMachine(Params{
				Version: version, Priority: uint8(rapid.IntRange(1, 254).Draw(t, "priority")), Interval: time.Second,
				DownAdverts: 3, AnswerLosing: version == V3,
			})
			if err != nil {
				t.Fatal(err)
			}
			l.nodes = append(l.nodes, &node{m: m, addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})})
		}
		boot := func(n *node) {
			n.live = true
			l.do(n, Input{Kind: InputLink, Up: true, Source: n.addr})
			l.do(n, Input{Kind: InputStart})
		}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			n := rapid.SampledFrom(l.nodes).Draw(t, "node")
			switch rapid.SampledFrom([]string{"boot", "stop", "cut", "heal", "unplug"}).Draw(t, "what") {
			case "boot":
				boot(n)
			case "stop":
				n.live = false
				l.do(n, Input{Kind: InputStop})
			case "cut":
				n.cut = true
			case "heal":
				n.cut = false
			case "unplug":
				l.do(n, Input{Kind: InputLink, Reason: ReasonLinkDown})
			}
			l.run(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond)
		}
		best := l.nodes[0]
		for _, n := range l.nodes {
			n.cut = false
			boot(n)
			if n.m.Status().Priority > best.m.Status().Priority {
				best = n
			}
		}
		l.run(8 * time.Second) // two down intervals: one to notice, one to preempt
		masters := l.masters()
		if len(masters) != 1 {
			t.Fatalf("%d masters", len(masters))
		}
		if got, want := masters[0].m.Status().Priority, best.m.Status().Priority; got != want {
			t.Fatalf("the master has priority %d, the best has %d", got, want)
		}
		l.sent = 0
		l.run(10 * time.Second)
		if l.sent < 9 || l.sent > 11 {
			t.Fatalf("%d advertisements in 10 s", l.sent)
		}
	})
}

func TestNoAllocation(t *testing.T) {
	s := NewSet()
	now := time.Unix(1000, 0)
	id, _ := s.Add(Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, AnswerLosing: true})
	s.Handle(now, Input{Kind: InputLink, ID: id, Up: true, Source: us}, nil)
	out := s.Handle(now, Input{Kind: InputStart, ID: id}, make([]Output, 0, 16))
	for _, priority := range []uint8{200, 50} {
		if n := testing.AllocsPerRun(100, func() {
			now = now.Add(time.Second)
			out = s.Handle(now, Input{Kind: InputAdvert, ID: id, Priority: priority, Source: upper, Interval: time.Second}, out[:0])
			out = s.Handle(now, Input{Kind: InputTick}, out[:0])
		}); n != 0 {
			t.Errorf("hearing priority %d: %v allocations", priority, n)
		}
	}
}

func BenchmarkSet(b *testing.B) {
	for _, size := range []int{1, 1000, 4000} {
		s := NewSet()
		now := time.Unix(1000, 0)
		for range size {
			id, _ := s.Add(Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3})
			s.Handle(now, Input{Kind: InputLink, ID: id, Up: true, Source: us}, nil)
			s.Handle(now, Input{Kind: InputStart, ID: id}, nil)
		}
		b.Run("advert/"+strconv.Itoa(size), func(b *testing.B) {
			var out []Output
			for i := range b.N {
				now = now.Add(time.Microsecond)
				in := Input{Kind: InputAdvert, ID: s.machines[i%size].id, Priority: 200, Source: upper, Interval: time.Second, At: now}
				out = s.Handle(now, in, out[:0])
				s.Deadline()
			}
		})
		now = now.Add(5 * time.Second)
		out := s.Handle(now, Input{Kind: InputTick}, nil)
		b.Run("tick/"+strconv.Itoa(size), func(b *testing.B) {
			for n := 0; n < b.N; {
				now = s.Deadline()
				out = s.Handle(now, Input{Kind: InputTick}, out[:0])
				n += len(out)
			}
		})
	}
}
