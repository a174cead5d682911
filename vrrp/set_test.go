package vrrp

import (
	"cmp"
	"math/rand/v2"
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

// In a heap of some depth nobody is ever due before the one above.
func TestDeadlinesKeepOrder(t *testing.T) {
	var d deadlines
	random := rand.New(rand.NewPCG(1, 2))
	const n = 200
	for range n {
		d.add(never)
	}
	for range 20000 {
		d.set(slot(random.IntN(n)), random.Int64N(1000))
		for i := 1; i < n; i++ {
			if above := d.heap[(i-1)/4]; d.before(d.heap[i], above) {
				t.Fatalf("%d stands below %d", d.due[d.heap[i]], d.due[above])
			}
		}
	}
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

// What a set counts of its machines, against a look at each of them, while
// machines come, go, and change: an identifier is never given out twice, its
// index only after its machine has gone, and whatever is for a machine that is
// gone does nothing.
func TestSetAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, now := NewSet(), time.Unix(1000, 0)
		var live, gone []ID
		most := 0 // that were live at a time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			what := rapid.SampledFrom([]string{"add", "remove", "stop", "start", "unplug", "priority", "hear", "zero", "tick", "update", "ghost"}).Draw(t, "what")
			if what == "add" {
				p := Params{
					Version: V3, Priority: uint8(rapid.IntRange(1, 255).Draw(t, "priority")), DownAdverts: 3,
					Interval:     rapid.SampledFrom([]time.Duration{100 * time.Millisecond, time.Second}).Draw(t, "interval"),
					StartDelay:   rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "start delay"),
					OwnerTimeout: rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "owner timeout"),
				}
				id, err := s.Add(p)
				if err != nil || slices.Contains(live, id) || slices.Contains(gone, id) {
					t.Fatalf("added %v, %v", id, err)
				}
				if slices.ContainsFunc(live, func(o ID) bool { return o.Index() == id.Index() }) || id.Index() > most {
					t.Fatalf("added %v to %v: its index is in use, or one was free", id, live)
				}
				live = append(live, id)
				most = max(most, len(live))
				s.Handle(now, Input{Kind: InputLink, ID: id, Up: true, Source: us}, nil)
				s.Handle(now, Input{Kind: InputStart, ID: id}, nil)
			}
			if what == "ghost" && len(gone) > 0 {
				id := rapid.SampledFrom(gone).Draw(t, "gone")
				if out := s.Handle(now, Input{Kind: InputStart, ID: id}, nil); len(out) > 0 || s.Status(id) != (Status{}) || s.Trackers(id) != nil {
					t.Fatalf("%v is gone, and does %v", id, out)
				}
				if _, err := s.Update(now, id, Params{Version: V3, Priority: 1, Interval: time.Second, DownAdverts: 3}, nil); err == nil {
					t.Fatalf("%v is gone, and was updated", id)
				}
				s.Remove(now, id, nil)
			}
			if len(live) > 0 {
				n := rapid.IntRange(0, len(live)-1).Draw(t, "machine")
				id := live[n]
				in := Input{ID: id, Source: upper, Interval: rapid.SampledFrom([]time.Duration{50 * time.Millisecond, time.Second}).Draw(t, "advertised")}
				switch what {
				case "remove":
					s.Remove(now, id, nil)
					live, gone = slices.Delete(live, n, n+1), append(gone, id)
				case "stop":
					in.Kind = InputStop
				case "start":
					in.Kind = InputStart
				case "unplug":
					in.Kind = InputLink
				case "priority":
					in.Kind, in.Priority = InputPriority, uint8(rapid.IntRange(1, 254).Draw(t, "priority"))
				case "hear":
					in.Kind, in.Priority = InputAdvert, uint8(rapid.IntRange(1, 255).Draw(t, "priority"))
				case "zero":
					in.Kind = InputAdvert
				case "update":
					p := s.find(id).p
					p.Priority = uint8(rapid.IntRange(1, 254).Draw(t, "priority"))
					if _, err := s.Update(now, id, p, nil); err != nil {
						t.Fatal(err)
					}
				}
				s.Handle(now, in, nil)
			}
			if rapid.Bool().Draw(t, "look") {
				checkSet(t, s, live)
			}
		}
		checkSet(t, s, live)
	})
}

func checkSet(t *rapid.T, s *Set, live []ID) {
	masters, skew, deadline := 0, time.Duration(never), time.Time{}
	for _, id := range live {
		st := s.Status(id)
		switch st.State {
		case Master:
			masters++
		case Backup:
			skew = min(skew, st.SkewTime)
		}
		if due := s.clock.time(s.find(id).deadline()); deadline.IsZero() || !due.IsZero() && due.Before(deadline) {
			deadline = due
		}
	}
	if s.Masters() != masters || s.LeastSkew() != skew || !s.Deadline().Equal(deadline) {
		t.Fatalf("%d masters, least skew %v, deadline %v; want %d, %v, %v", s.Masters(), s.LeastSkew(), s.Deadline(), masters, skew, deadline)
	}
}
