package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// FSM-02, FSM-04, FSM-11, FSM-20, TM-08.
func TestStartupAndSilence(t *testing.T) {
	r := newRig(t, nil).up()
	r.sleep(6 * time.Second)
	r.want(
		"0s INIT->BACKUP (startup)",
		"3.609375s advertise 100",
		"3.609375s acquire",
		"3.609375s BACKUP->MASTER (no response)",
		"4.609375s advertise 100",
		"5.609375s advertise 100",
	)
}

// FSM-01, EL-05: the address owner does not wait, whatever NoPreempt says.
func TestAddressOwner(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Priority, p.NoPreempt = 255, true }).up()
	r.want("0s advertise 255", "0s acquire", "0s INIT->MASTER (address owner)")
}

// Every cell of RFC 9568 section 6.4.2 for an advertisement in Backup: FSM-06,
// FSM-08, FSM-09, FSM-10, EL-03. The outcome is when the machine takes over if
// nothing else is heard; the advertisement comes at 1 s.
func TestAdvertInBackup(t *testing.T) {
	const untouched, restarted, skew = 3609375 * time.Microsecond, 4609375 * time.Microsecond, 1609375 * time.Microsecond
	for _, tt := range []struct {
		name      string
		noPreempt bool
		priority  uint8
		from      netip.Addr
		want      time.Duration
		reason    Reason
	}{
		{"priority 0", false, 0, upper, skew, ReasonPriorityZero},
		{"lower", false, 99, upper, untouched, ReasonPreempt},
		{"lower, no preemption", true, 99, upper, restarted, ReasonNoResponse},
		{"equal, lower address", false, 100, lower, restarted, ReasonNoResponse},
		{"equal, greater address", false, 100, upper, restarted, ReasonNoResponse},
		{"higher", false, 101, lower, restarted, ReasonNoResponse},
		{"owner", false, 255, lower, restarted, ReasonNoResponse},
	} {
		for _, v := range []Version{V2, V3} {
			t.Run(fmt.Sprintf("v%d/%s", v, tt.name), func(t *testing.T) {
				r := newRig(t, func(p *Params) { p.Version, p.NoPreempt = v, tt.noPreempt }).up()
				r.sleep(time.Second)
				r.hear(tt.priority, tt.from)
				r.log = nil
				r.sleep(tt.want - time.Second)
				at := tt.want.String()
				r.want(at+" advertise 100", at+" acquire", fmt.Sprintf("%s BACKUP->MASTER (%v)", at, tt.reason))
			})
		}
	}
}

// Every cell of RFC 9568 section 6.4.3 for an advertisement in Master: FSM-12,
// FSM-14, FSM-15, EL-01. The machine became master at 3.609375 s.
func TestAdvertInMaster(t *testing.T) {
	const at, next = "3.709375s ", "4.609375s "
	yields := func(why Reason) []string {
		return []string{at + "advertise 100", at + "release", at + fmt.Sprintf("MASTER->BACKUP (%v)", why)}
	}
	for _, tt := range []struct {
		name     string
		silent   bool // AnswerLosing off: RFC 3768
		priority uint8
		from     netip.Addr
		want     []string
	}{
		{"priority 0", false, 0, upper, []string{at + "advertise 100"}},
		{"lower", false, 99, upper, []string{at + "advertise 100", at + "answered", at + "announce", next + "advertise 100"}},
		{"lower, RFC 3768", true, 99, upper, []string{at + "announce", next + "advertise 100"}},
		{"equal, lower address", false, 100, lower, []string{at + "advertise 100", at + "answered", at + "announce", next + "advertise 100"}},
		{"equal, our address", false, 100, us, []string{next + "advertise 100"}},
		{"equal, greater address", false, 100, upper, yields(ReasonHigherAddress)},
		{"higher", false, 101, lower, yields(ReasonHigherPriority)},
		{"owner", false, 255, lower, yields(ReasonHigherPriority)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := master(t, func(p *Params) { p.AnswerLosing = !tt.silent })
			r.sleep(100 * time.Millisecond)
			r.hear(tt.priority, tt.from)
			r.sleep(900 * time.Millisecond)
			r.want(tt.want...)
		})
	}
}

// EL-01, EL-02: addresses compare as numbers, in both families.
func TestTieIPv6(t *testing.T) {
	for from, want := range map[string]State{"fe80::1": Master, "fe80::f": Backup, "fe80::10:0": Backup} {
		r := newRig(t, nil)
		r.do(Input{Kind: InputLink, Up: true, Source: netip.MustParseAddr("fe80::a")}, Input{Kind: InputStart})
		r.sleep(4 * time.Second)
		r.hear(100, netip.MustParseAddr(from))
		if got := r.m.Status().State; got != want {
			t.Errorf("fe80::a hears %s of equal priority: %v, want %v", from, got, want)
		}
	}
}

// EL-05: an owner that once yielded to another one takes its role back from
// whoever is less, whatever NoPreempt says.
func TestOwnerPreemptsAfterYielding(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Priority, p.NoPreempt = 255, true }).up()
	r.hear(255, upper)
	if got := r.m.Status().State; got != Backup {
		t.Fatalf("EL-06: %v after hearing a second owner with a greater address", got)
	}
	for range 5 {
		r.sleep(time.Second)
		r.hear(100, upper)
	}
	if got := r.m.Status().State; got != Master {
		t.Errorf("%v under a master of priority 100", got)
	}
}

// A flood of priority 0 makes a master answer, but not flood.
func TestFloodOfPriorityZero(t *testing.T) {
	r := master(t, nil)
	for range 1000 {
		r.sleep(100 * time.Microsecond)
		r.hear(0, upper)
	}
	if n := len(r.log); n > 11 {
		t.Errorf("%d advertisements in 100 ms", n)
	}
}

// A losing advertisement is answered if the last answer is 10 ms old.
func TestAnswerGap(t *testing.T) {
	r := master(t, nil)
	r.hear(0, upper)
	r.sleep(10*time.Millisecond - 1)
	r.hear(0, upper)
	r.want("3.609375s advertise 100")
	r.sleep(1)
	r.hear(0, upper)
	r.want("3.619375s advertise 100")
}

// What a machine shows of itself.
func TestStatus(t *testing.T) {
	r := newRig(t, nil)
	if st := r.m.Status(); st.State != Init || !st.Since.IsZero() || !st.TakeOverAt.IsZero() || st.Priority != 100 {
		t.Errorf("before the start: %+v", st)
	}
	r.now = r.now.Add(time.Hour)
	r.up()
	down := 3609375 * time.Microsecond
	if st := r.m.Status(); st.State != Backup || !st.Since.Equal(r.now) || !st.TakeOverAt.Equal(r.now.Add(down)) ||
		st.DownInterval != down || st.SkewTime != 609375*time.Microsecond || st.Interval != time.Second {
		t.Errorf("as backup: %+v", st)
	}
	r.sleep(down)
	if st := r.m.Status(); st.State != Master || !st.Since.Equal(r.now) || !st.TakeOverAt.IsZero() || st.Reason != ReasonNoResponse {
		t.Errorf("as master: %+v", st)
	}
}

// Events wait for the owner, at most OwnerTimeout, and never change their order.
func TestEventsWaitForTheOwner(t *testing.T) {
	owned := func(p *Params) { p.OwnerTimeout = time.Second }
	t.Run("answer", func(t *testing.T) {
		r := master(t, owned)
		r.sleep(3 * time.Millisecond)
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.want("3.612375s BACKUP->MASTER (no response)")
	})
	t.Run("failure", func(t *testing.T) {
		r := master(t, owned)
		r.do(Input{Kind: InputOwner, Gen: 1, Err: errors.New("no such device")})
		r.want("3.609375s BACKUP->MASTER (no response) no such device")
	})
	t.Run("timeout", func(t *testing.T) {
		r := master(t, owned)
		r.sleep(time.Second)
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.want("4.609375s BACKUP->MASTER (no response) "+ErrOwnerTimeout.Error(), "4.609375s advertise 100")
	})
	t.Run("overtaken", func(t *testing.T) {
		r := master(t, owned)
		r.hear(200, upper)
		r.do(Input{Kind: InputOwner, Gen: 1}) // of the acquisition: too late
		r.want("3.609375s advertise 100", "3.609375s BACKUP->MASTER (no response)", "3.609375s release")
		r.do(Input{Kind: InputOwner, Gen: 2})
		r.want("3.609375s MASTER->BACKUP (higher priority)")
	})
}

func TestParamsValidate(t *testing.T) {
	good := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3}
	for _, tt := range []struct {
		name string
		edit func(*Params)
		want string // part of the message; empty: valid
	}{
		{"good", func(*Params) {}, ""},
		{"GEN-02 priority 0", func(p *Params) { p.Priority = 0 }, "priority 0"},
		{"GEN-03 short", func(p *Params) { p.Interval = 9 * time.Millisecond }, "centiseconds"},
		{"GEN-03 shortest", func(p *Params) { p.Interval = 10 * time.Millisecond }, ""},
		{"GEN-03 longest", func(p *Params) { p.Interval = 40950 * time.Millisecond }, ""},
		{"GEN-03 long", func(p *Params) { p.Interval = 40960 * time.Millisecond }, "centiseconds"},
		{"GEN-04 sub-second", func(p *Params) { p.Version, p.Interval = V2, 1500*time.Millisecond }, "whole seconds"},
		{"GEN-04 sub-second, shortest", func(p *Params) { p.Version, p.Interval = V2, 0 }, "whole seconds"},
		{"GEN-04 shortest", func(p *Params) { p.Version, p.Interval = V2, time.Second }, ""},
		{"GEN-04 longest", func(p *Params) { p.Version, p.Interval = V2, 255*time.Second }, ""},
		{"GEN-03 broken", func(p *Params) { p.Interval = 15 * time.Millisecond }, "centiseconds"},
		{"GEN-04 long", func(p *Params) { p.Version, p.Interval = V2, 256*time.Second }, "whole seconds"},
		{"version", func(p *Params) { p.Version = 4 }, "version 4"},
		{"down adverts", func(p *Params) { p.DownAdverts = 0 }, "down adverts 0"},
		{"most down adverts", func(p *Params) { p.DownAdverts = 100 }, ""},
		{"too many down adverts", func(p *Params) { p.DownAdverts = 101 }, "down adverts 101: 1 to 100"},
		{"one down advert", func(p *Params) { p.DownAdverts = 1 }, ""},
		{"owner timeout", func(p *Params) { p.OwnerTimeout = -1 }, "negative"},
		{"GEN-02 owner", func(p *Params) { p.Priority = 255 }, ""},
		{"PRE-01 preempt delay", func(p *Params) { p.PreemptDelay = 1000 * time.Second }, ""},
		{"PRE-01 long preempt delay", func(p *Params) { p.PreemptDelay = 1000*time.Second + 1 }, "0 to 16m40s"},
		{"PRE-01 negative preempt delay", func(p *Params) { p.PreemptDelay = -1 }, "preempt delay -1ns"},
		{"stall yield", func(p *Params) { p.StallYield = 254 }, ""},
		{"stall yield of an owner", func(p *Params) { p.StallYield = 255 }, "stall yield 255"},
		{"least interval", func(p *Params) { p.MinInterval = 40950 * time.Millisecond }, ""},
		{"large least interval", func(p *Params) { p.MinInterval = 40951 * time.Millisecond }, "0 to 40.95 s"},
		{"negative least interval", func(p *Params) { p.MinInterval = -1 }, "minimum interval -1ns"},
		{"start delay", func(p *Params) { p.StartDelay = 2 * time.Hour }, ""},
		{"long start delay", func(p *Params) { p.StartDelay = 2*time.Hour + 1 }, "0 to 2h0m0s"},
		{"negative start delay", func(p *Params) { p.StartDelay = -1 }, "start delay -1ns"},
		{"greatest weights", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: 253}, {Name: "y", Weight: -253}} }, ""},
		{"small weight", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: -254}} }, "-253..253"},
		{"initially down", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Initial: TrackDown}} }, ""},
		{"initially a number", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Initial: TrackValue}} }, "initial status value"},
		{"weight", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: 254}} }, "-253..253"},
		{"twice", func(p *Params) { p.Trackers = []Tracker{{Name: "x"}, {Name: "x"}} }, "twice"},
	} {
		p := good
		tt.edit(&p)
		err := p.Validate()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, s := range []fmt.Stringer{Fault, ReasonShutdown, TrackDown} {
		if text := s.String(); strings.Contains(text, "(") {
			t.Errorf("the last value has no name: %s", text)
		}
	}
	if got := State(9).String(); got != "State(9)" {
		t.Errorf("unknown state: %s", got)
	}
}
