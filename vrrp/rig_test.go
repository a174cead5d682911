package vrrp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var (
	us    = netip.MustParseAddr("192.0.2.5")
	lower = netip.MustParseAddr("192.0.2.4")
	upper = netip.MustParseAddr("192.0.2.30") // greater as a number, not as a text
)

// rig drives a machine by hand and writes down what it asks for.
type rig struct {
	t     *testing.T
	m     *Machine
	start time.Time
	now   time.Time
	log   []string
}

func newRig(t *testing.T, edit func(*Params)) *rig {
	t.Helper()
	p := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, AnswerLosing: true}
	if edit != nil {
		edit(&p)
	}
	m, err := NewMachine(p)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Unix(1000, 0)
	return &rig{t: t, m: m, start: start, now: start}
}

// do applies inputs at the current time.
func (r *rig) do(ins ...Input) {
	for _, in := range ins {
		for _, o := range r.m.Handle(r.now, in, nil) {
			if o.Kind != OutputPriority {
				r.log = append(r.log, r.describe(o))
			}
		}
	}
}

func (r *rig) describe(o Output) string {
	text := ""
	switch o.Kind {
	case OutputAdvertise:
		text = fmt.Sprintf("advertise %d", o.Priority)
	case OutputAcquire:
		text = "acquire"
	case OutputRelease:
		text = "release"
	case OutputAnnounce:
		text = "announce"
		if !o.Contested {
			text += " again"
		}
		if o.Late > 0 {
			text += " after " + o.Late.String()
		}
	case OutputAnswered:
		text = "answered"
	case OutputStalled:
		text = "stalled " + o.Late.String()
	case OutputEvent:
		text = fmt.Sprintf("%v->%v (%v)", o.From, o.To, o.Reason)
		if o.Err != nil {
			text += " " + o.Err.Error()
		}
	}
	return fmt.Sprintf("%v %s", r.now.Sub(r.start), text)
}

// up makes the link usable and starts the machine.
func (r *rig) up() *rig {
	r.do(Input{Kind: InputLink, Up: true, Source: us}, Input{Kind: InputStart})
	return r
}

// sleep lets time pass, firing timers as a host would.
func (r *rig) sleep(d time.Duration) {
	end := r.now.Add(d)
	for {
		due := r.m.Deadline()
		if due.IsZero() || due.After(end) {
			break
		}
		r.now = due
		r.do(Input{Kind: InputTick})
	}
	r.now = end
}

func (r *rig) hear(priority uint8, from netip.Addr) {
	r.do(Input{Kind: InputAdvert, Priority: priority, Source: from, Interval: time.Second})
}

// want compares with what has happened since the last call.
func (r *rig) want(lines ...string) {
	r.t.Helper()
	if got, want := strings.Join(r.log, "\n"), strings.Join(lines, "\n"); got != want {
		r.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	r.log = nil
}

// master returns a rig whose machine has just become master, at 3.609375 s.
func master(t *testing.T, edit func(*Params)) *rig {
	r := newRig(t, edit).up()
	r.sleep(3609375 * time.Microsecond)
	r.log = nil
	return r
}
