package vrrp

import (
	"cmp"
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
