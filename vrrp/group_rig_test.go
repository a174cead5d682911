package vrrp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// groupRig drives machines of one Set that are in one group.
type groupRig struct {
	t     *testing.T
	s     *Set
	g     GroupID
	ids   []ID
	start time.Time
	now   time.Time
	log   []string
}

func newGroupRig(t *testing.T, group GroupParams, edits ...func(*Params)) *groupRig {
	t.Helper()
	start := time.Unix(1000, 0)
	r := &groupRig{t: t, s: NewSet(), start: start, now: start}
	var err error
	if r.g, err = r.s.AddGroup(group); err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		r.add(edit)
	}
	return r
}

func (r *groupRig) add(edit func(*Params)) int {
	r.t.Helper()
	p := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, AnswerLosing: true, Group: r.g}
	if edit != nil {
		edit(&p)
	}
	id, err := r.s.Add(p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.ids = append(r.ids, id)
	return len(r.ids) - 1
}

// do applies inputs to the n-th machine, or to the group.
func (r *groupRig) do(n int, ins ...Input) {
	for _, in := range ins {
		if in.Group == 0 && in.Kind != InputTick {
			in.ID = r.ids[n]
		}
		r.note(r.s.Handle(r.now, in, nil))
	}
}

func (r *groupRig) note(out []Output) {
	for _, o := range out {
		who := "group"
		if o.Kind != OutputGroup {
			who = string(rune('A' + o.ID.Index()))
		}
		text := ""
		switch o.Kind {
		case OutputEvent, OutputGroup:
			text = fmt.Sprintf("%v->%v (%v)", o.From, o.To, o.Reason)
		case OutputAdvertise:
			text = fmt.Sprintf("advertise %d", o.Priority)
		case OutputPriority:
			text = fmt.Sprintf("priority %d, was %d", o.Priority, o.Was)
		default:
			continue
		}
		r.log = append(r.log, fmt.Sprintf("%v %s %s", r.now.Sub(r.start), who, text))
	}
}

func (r *groupRig) up(n int) {
	r.do(n, Input{Kind: InputLink, Up: true, Source: us}, Input{Kind: InputStart})
}

func (r *groupRig) sleep(d time.Duration) {
	end := r.now.Add(d)
	for due := r.s.Deadline(); !due.IsZero() && !due.After(end); due = r.s.Deadline() {
		r.now = due
		r.do(0, Input{Kind: InputTick})
	}
	r.now = end
}

func (r *groupRig) hear(n int, priority uint8, from netip.Addr) {
	r.do(n, Input{Kind: InputAdvert, Priority: priority, Source: from, Interval: time.Second})
}

func (r *groupRig) want(lines ...string) {
	r.t.Helper()
	if got, want := strings.Join(r.log, "\n"), strings.Join(lines, "\n"); got != want {
		r.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	r.log = nil
}

// masters returns a rig of two members that are master, at 3.609375 s.
func masters(t *testing.T, edits ...func(*Params)) *groupRig {
	if edits == nil {
		edits = make([]func(*Params), 2)
	}
	r := newGroupRig(t, GroupParams{}, edits...)
	for n := range r.ids {
		r.up(n)
	}
	r.sleep(4 * time.Second)
	for n := range r.ids {
		if st := r.s.Status(r.ids[n]).State; st != Master {
			t.Fatalf("member %d is %v", n, st)
		}
	}
	r.log = nil
	return r
}
