package vrrp

import (
	"testing"
	"time"
)

// Members wait for one another, and the group reports behind them.
func TestGroupStartsTogether(t *testing.T) {
	r := newGroupRig(t, GroupParams{}, nil, func(p *Params) { p.Priority = 50 })
	r.up(0)
	r.sleep(time.Second)
	r.want()
	r.up(1)
	r.want("1s A INIT->BACKUP (startup)", "1s B INIT->BACKUP (startup)", "1s group INIT->BACKUP (startup)")
	r.sleep(4 * time.Second)
	r.want(
		"4.8046875s A advertise 100", "4.8046875s A BACKUP->MASTER (no response)",
		"4.8046875s B advertise 50", "4.8046875s B BACKUP->MASTER (no response)",
		"4.8046875s group BACKUP->MASTER (no response)",
	)
}

// A member that would be master waits for one that hears a master, and forgets
// its wish when it hears one itself.
func TestGroupTakesOverTogether(t *testing.T) {
	r := newGroupRig(t, GroupParams{}, nil, nil)
	r.up(0)
	r.up(1)
	for range 10 { // A's master is silent, B's is not
		r.hear(1, 200, upper)
		r.sleep(time.Second)
	}
	r.hear(0, 200, upper)
	r.log = nil
	r.sleep(3500 * time.Millisecond) // B would, A would not any more
	r.hear(0, 200, upper)
	r.want()
	r.sleep(3609375 * time.Microsecond)
	r.want(
		"17.109375s A advertise 100", "17.109375s A BACKUP->MASTER (no response)",
		"17.109375s B advertise 100", "17.109375s B BACKUP->MASTER (no response)",
		"17.109375s group BACKUP->MASTER (no response)",
	)
}

func TestGroupYieldsTogether(t *testing.T) {
	r := masters(t)
	r.hear(1, 200, upper)
	r.want(
		"4s B advertise 100", "4s B MASTER->BACKUP (higher priority)",
		"4s A MASTER->BACKUP (sync group)",
		"4s group MASTER->BACKUP (higher priority)",
	)
	r.hear(1, 200, upper)
	r.sleep(4 * time.Second)
	r.want(
		"7.609375s A advertise 100", "7.609375s A BACKUP->MASTER (no response)",
		"7.609375s B advertise 100", "7.609375s B BACKUP->MASTER (no response)",
		"7.609375s group BACKUP->MASTER (no response)",
	)
}

func TestGroupStepsAsideTogether(t *testing.T) {
	patient := func(p *Params) { p.NoPreempt, p.StallYield = true, 254 }
	r := masters(t, patient, patient)
	r.now = r.now.Add(5 * time.Second)
	r.hear(1, 50, upper)
	r.want(
		"9s B MASTER->BACKUP (stalled)",
		"9s A MASTER->BACKUP (sync group)",
		"9s group MASTER->BACKUP (stalled)",
	)
}

func TestGroupFaultsTogether(t *testing.T) {
	r := masters(t)
	r.do(1, Input{Kind: InputLink, Reason: ReasonLinkDown})
	r.want(
		"4s A advertise 0", "4s A MASTER->FAULT (sync group)",
		"4s B MASTER->FAULT (link down)",
		"4s group MASTER->FAULT (sync group)",
	)
	r.do(0, Input{Kind: InputLink, Reason: ReasonLinkDown})
	r.do(1, Input{Kind: InputLink, Up: true, Source: us})
	r.sleep(time.Second)
	r.want()
	for n, want := range []Reason{ReasonLinkDown, ReasonGroup} {
		if st := r.s.Status(r.ids[n]); st.Reason != want {
			t.Errorf("member %d is in Fault because of %v, want %v", n, st.Reason, want)
		}
	}
	r.do(0, Input{Kind: InputLink, Up: true, Source: us})
	r.want("5s A FAULT->BACKUP (recovered)", "5s B FAULT->BACKUP (recovered)", "5s group FAULT->BACKUP (recovered)")
}

// The weights of a member's and of the group's trackers count for all members,
// once if several have them; the group's own comes first.
func TestGroupWeights(t *testing.T) {
	chk := func(w int) []Tracker { return []Tracker{{Name: "chk", Weight: w}} }
	r := newGroupRig(t, GroupParams{Trackers: []Tracker{{Name: "group", Weight: 7}}},
		func(p *Params) { p.Priority, p.Trackers = 100, chk(-20) },
		func(p *Params) { p.Priority, p.Trackers = 50, chk(-30) })
	r.up(0)
	r.up(1)
	r.log = nil
	for n := range r.ids {
		r.do(n, Input{Kind: InputTrack, Tracker: "chk", Track: TrackDown})
	}
	r.want("0s A priority 80, was 100", "0s B priority 30, was 50")
	r.do(0, Input{Kind: InputTrack, Group: r.g, Tracker: "group", Track: TrackUp})
	r.want("0s A priority 87, was 80", "0s B priority 37, was 30")
	out, err := r.s.UpdateGroup(r.now, r.g, GroupParams{Trackers: chk(5)}, nil)
	if r.note(out); err != nil {
		t.Fatal(err)
	}
	r.want("0s A priority 100, was 87", "0s B priority 50, was 37") // the group's chk is unknown, and counts
	if st := r.s.Group(r.g); len(st.Members) != 2 || st.State != Backup || st.Trackers[0].Name != "chk" {
		t.Errorf("group %+v", st)
	}
}

// A tracker counts once, even with the least weight; one of weight 0 has none
// that could count.
func TestGroupCountsOnce(t *testing.T) {
	chk := func(w int) []Tracker { return []Tracker{{Name: "chk", Weight: w, Initial: TrackUp}} }
	for _, tt := range []struct{ group, a, b, want int }{
		{1, 10, 20, 101}, {0, 1, 20, 101}, {0, 10, 20, 110}, {0, 0, 20, 120},
	} {
		r := newGroupRig(t, GroupParams{Trackers: chk(tt.group)},
			func(p *Params) { p.Trackers = chk(tt.a) }, func(p *Params) { p.Trackers = chk(tt.b) })
		for n := range r.ids {
			if got := int(r.s.Status(r.ids[n]).Priority); got != tt.want {
				t.Errorf("weights %d, %d and %d: priority %d of member %d, want %d", tt.group, tt.a, tt.b, got, n, tt.want)
			}
		}
	}
}

// PRE-02, PRE-03: a member whose delay is over waits for the others', although
// it goes on hearing the worse master; one that has waited for another reason,
// and now hears a worse master, has its delay still before it.
func TestGroupPreemptDelay(t *testing.T) {
	delayed := func(p *Params) { p.PreemptDelay = 5 * time.Second }
	t.Run("waits", func(t *testing.T) {
		r := newGroupRig(t, GroupParams{}, delayed, delayed)
		r.up(0)
		r.up(1)
		r.log = nil
		for n := range 7 {
			r.hear(0, 90, upper)
			if n > 0 {
				r.hear(1, 90, upper)
			}
			if n < 6 {
				r.sleep(time.Second)
			}
		}
		r.want("6s A advertise 100", "6s A BACKUP->MASTER (preemption)", "6s B advertise 100", "6s B BACKUP->MASTER (preemption)",
			"6s group BACKUP->MASTER (preemption)", "6s A advertise 100", "6s B advertise 100")
	})
	t.Run("silence before", func(t *testing.T) {
		r := newGroupRig(t, GroupParams{}, delayed, delayed)
		r.up(0)
		r.up(1)
		r.sleep(2 * time.Second)
		r.hear(1, 200, upper)
		r.log = nil
		r.sleep(2 * time.Second) // A would take over since 3.6 s
		for range 5 {            // B would since 5.6 s
			r.hear(0, 90, upper)
			r.sleep(time.Second)
		}
		r.want("9s A advertise 100", "9s A BACKUP->MASTER (preemption)", "9s B advertise 100", "9s B BACKUP->MASTER (no response)",
			"9s group BACKUP->MASTER (preemption)")
	})
}

// A group that is refused has no identifier.
func TestGroupRefused(t *testing.T) {
	id, err := NewSet().AddGroup(GroupParams{Trackers: []Tracker{{Name: "x"}, {Name: "x"}}})
	if id != 0 || err == nil {
		t.Errorf("group %d, %v", id, err)
	}
}

func TestGroupTrackerFault(t *testing.T) {
	r := newGroupRig(t, GroupParams{Trackers: []Tracker{{Name: "chk"}}}, nil, nil)
	r.up(0)
	r.up(1)
	r.sleep(time.Hour)
	r.want() // undecided
	r.do(0, Input{Kind: InputTrack, Group: r.g, Tracker: "chk", Track: TrackUp})
	r.log = nil
	r.do(0, Input{Kind: InputTrack, Group: r.g, Tracker: "chk", Track: TrackDown})
	r.want("1h0m0s A BACKUP->FAULT (tracker failed)", "1h0m0s B BACKUP->FAULT (tracker failed)", "1h0m0s group BACKUP->FAULT (tracker failed)")
}

// Group events wait for all members' owners.
func TestGroupEventWaitsForOwners(t *testing.T) {
	owned := func(p *Params) { p.OwnerTimeout = time.Second }
	r := newGroupRig(t, GroupParams{}, owned, owned)
	r.up(0)
	r.up(1)
	r.sleep(3609375 * time.Microsecond)
	r.log = nil
	r.do(1, Input{Kind: InputOwner, Gen: 1})
	r.want("3.609375s B BACKUP->MASTER (no response)")
	r.do(0, Input{Kind: InputOwner, Gen: 1})
	r.want("3.609375s A BACKUP->MASTER (no response)", "3.609375s group BACKUP->MASTER (no response)")

	// A change that overtakes another one delivers that first, in order.
	r.hear(0, 200, upper)
	r.want("3.609375s A advertise 100")
	r.do(1, Input{Kind: InputLink, Reason: ReasonLinkDown})
	r.want(
		"3.609375s A MASTER->BACKUP (higher priority)", "3.609375s B MASTER->BACKUP (sync group)",
		"3.609375s group MASTER->BACKUP (higher priority)",
		"3.609375s A BACKUP->FAULT (sync group)", "3.609375s B BACKUP->FAULT (link down)",
		"3.609375s group BACKUP->FAULT (sync group)",
	)
}

func TestGroupStops(t *testing.T) {
	r := masters(t)
	r.do(0, Input{Kind: InputStop})
	r.want("4s A advertise 0", "4s A MASTER->INIT (shutdown)")
	r.do(1, Input{Kind: InputStop})
	r.want("4s B advertise 0", "4s B MASTER->INIT (shutdown)", "4s group MASTER->INIT (shutdown)")
}

// All members go when the owner of one asks.
func TestGroupResigns(t *testing.T) {
	r := masters(t)
	r.do(1, Input{Kind: InputYield})
	r.want("4s A advertise 0", "4s A MASTER->BACKUP (asked to yield)", "4s B advertise 0", "4s B MASTER->BACKUP (asked to yield)",
		"4s group MASTER->BACKUP (asked to yield)")
}

func TestGroupOfOwners(t *testing.T) {
	owner := func(p *Params) { p.Priority = 255 }
	r := newGroupRig(t, GroupParams{}, owner, owner)
	r.up(0)
	r.up(1)
	r.want("0s A advertise 255", "0s A INIT->MASTER (address owner)", "0s B advertise 255", "0s B INIT->MASTER (address owner)",
		"0s group INIT->MASTER (address owner)")
	r = newGroupRig(t, GroupParams{}, owner, nil)
	r.up(0)
	r.up(1)
	r.want("0s A INIT->BACKUP (startup)", "0s B INIT->BACKUP (startup)", "0s group INIT->BACKUP (startup)")
}

// A member that joins a group of masters becomes one by its own timer, or makes
// all of them backups if it hears a better one.
func TestGroupMembership(t *testing.T) {
	t.Run("joins", func(t *testing.T) {
		r := masters(t, nil, nil)
		n := r.add(nil)
		r.up(n)
		r.want("4s C INIT->BACKUP (startup)")
		r.sleep(3 * time.Second)
		r.log = nil
		r.sleep(609375 * time.Microsecond)
		r.want("7.609375s A advertise 100", "7.609375s B advertise 100", "7.609375s C advertise 100", "7.609375s C BACKUP->MASTER (no response)")
	})
	t.Run("joins and hears a master", func(t *testing.T) {
		r := masters(t, nil, nil)
		n := r.add(nil)
		r.up(n)
		r.log = nil
		r.hear(n, 200, upper)
		r.want("4s A MASTER->BACKUP (sync group)", "4s B MASTER->BACKUP (sync group)", "4s group MASTER->BACKUP (sync group)")
	})
	t.Run("is removed", func(t *testing.T) {
		r := masters(t)
		r.do(1, Input{Kind: InputLink, Reason: ReasonLinkDown})
		r.log = nil
		r.note(r.s.Remove(r.now, r.ids[1], nil)) // the faulty one
		r.want("4s A FAULT->BACKUP (recovered)", "4s group FAULT->BACKUP (recovered)")
		if err := r.s.RemoveGroup(r.g); err == nil {
			t.Error("a group with a member was removed")
		}
		r.s.Remove(r.now, r.ids[0], nil)
		if err := r.s.RemoveGroup(r.g); err != nil {
			t.Error(err)
		}
		if _, err := r.s.Add(Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, Group: r.g}); err == nil {
			t.Error("joined a group that is gone")
		}
	})
	t.Run("moves", func(t *testing.T) {
		r := masters(t)
		p := r.s.find(r.ids[1]).p
		p.Group = 0
		out, err := r.s.Update(r.now, r.ids[1], p, nil)
		if r.note(out); err != nil {
			t.Fatal(err)
		}
		r.want()
		r.hear(1, 200, upper)
		r.want("4s B advertise 100", "4s B MASTER->BACKUP (higher priority)")
		if r.s.Masters() != 1 {
			t.Errorf("%d masters", r.s.Masters())
		}
	})
}

// A member that is added changes the others' priority, and so when they want to
// be looked at next.
func TestGroupMemberIsAdded(t *testing.T) {
	r := newGroupRig(t, GroupParams{}, nil)
	r.up(0)
	r.sleep(time.Second)
	r.add(func(p *Params) { p.Trackers = []Tracker{{Name: "chk", Weight: 100, Initial: TrackUp}} })
	st := r.s.Status(r.ids[0])
	if st.Priority != 200 || !st.TakeOverAt.Equal(r.start.Add(3*time.Second+56*time.Second/256)) || !r.s.Deadline().Equal(st.TakeOverAt) {
		t.Errorf("priority %d, takes over at %v, deadline %v", st.Priority, st.TakeOverAt.Sub(r.start), r.s.Deadline().Sub(r.start))
	}
}
