package vrrp

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// Every value has the word that logs, scripts and metrics have.
func TestWords(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"startup": ReasonStartup, "address owner": ReasonOwner, "no response": ReasonNoResponse, "master left": ReasonPriorityZero,
		"preemption": ReasonPreempt, "higher priority": ReasonHigherPriority, "higher address": ReasonHigherAddress,
		"link down": ReasonLinkDown, "no source address": ReasonNoAddress, "tracker failed": ReasonTracker, "recovered": ReasonRecovered,
		"shutdown": ReasonShutdown, "sync group": ReasonGroup, "asked to yield": ReasonAsked, "other master found": ReasonNoPreempt,
		"stalled": ReasonStalled, "removed": ReasonRemoved,
		"rival": IncidentRival, "foreign claim": IncidentClaim, "stall": IncidentStall,
		"enforce": HMACEnforce, "permissive": HMACPermissive, "receive-only": HMACReceiveOnly,
		"clock": CauseClock, "owner": RuleOwner,
	} {
		if got.String() != want {
			t.Errorf("%T %v, want %q", got, got, want)
		}
	}
}

// A machine with an owner, driven by hand: each wish has a number that the answer
// repeats, and each transition says who caused it, and when.
func TestOutputs(t *testing.T) {
	p := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, AnswerLosing: true, OwnerTimeout: time.Second}
	s := NewSet()
	g, err := s.AddGroup(GroupParams{})
	if err != nil {
		t.Fatal(err)
	}
	p.Group = g
	id, err := s.Add(p)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1000, 0)
	refused := errors.New("no such device")
	var acquired, told, group Output
	var step func(Input)
	step = func(in Input) {
		in.ID = id
		for _, o := range s.Handle(now, in, nil) {
			switch o.Kind {
			case OutputAcquire:
				acquired = o
				step(Input{Kind: InputOwner, Gen: o.Gen, Err: refused})
			case OutputRelease:
				if o.Gen == acquired.Gen {
					t.Error("release has the number of the acquisition")
				}
				step(Input{Kind: InputOwner, Gen: o.Gen})
			case OutputEvent:
				told = o
			case OutputGroup:
				group = o
			}
		}
	}
	step(Input{Kind: InputLink, Up: true, Source: us})
	step(Input{Kind: InputStart})
	for s.Status(id).State != Master {
		now = s.Deadline()
		step(Input{Kind: InputTick})
	}
	if told.To != Master || !errors.Is(told.Err, refused) || !told.At.Equal(now) || acquired.Reason != ReasonNoResponse {
		t.Errorf("acquired %+v, told %+v", acquired, told)
	}
	now = now.Add(time.Second / 2)
	step(Input{Kind: InputAdvert, Source: upper, Priority: 200, Interval: time.Second})
	if told.To != Backup || told.Peer != upper || !told.At.Equal(now) || told.Err != nil {
		t.Errorf("told %+v", told)
	}
	if group.Group != g || group.ID != id || group.To != Backup || !group.At.Equal(now) {
		t.Errorf("group %+v", group)
	}
}

// What a Status says of a backup that waits: until when it leaves the role to a
// lesser master, and that it waits for its group.
func TestStatusOfABackup(t *testing.T) {
	r := newRig(t, func(p *Params) { p.PreemptDelay = 30 * time.Second })
	r.do(Input{Kind: InputLink, Up: true, Source: us}, Input{Kind: InputStart})
	r.do(Input{Kind: InputAdvert, Source: upper, Priority: 50, Interval: time.Second})
	if st := r.m.Status(); !st.PreemptAt.Equal(r.now.Add(30*time.Second)) || st.Ready {
		t.Errorf("%+v", st)
	}

	g := newGroupRig(t, GroupParams{}, nil, nil)
	g.up(0)
	g.up(1)
	for range 5 { // A's master is silent, B's is not
		g.hear(1, 200, upper)
		g.sleep(time.Second)
	}
	if a, b := g.s.Status(g.ids[0]), g.s.Status(g.ids[1]); !a.Ready || b.Ready || !a.PreemptAt.IsZero() {
		t.Errorf("A %+v\nB %+v", a, b)
	}
}
