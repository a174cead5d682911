package demo

import (
	"testing"
	"time"
)

var start = time.Unix(1000, 0)

func at(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

func TestObserverOutage(t *testing.T) {
	o := newObserver(start)
	ask := func(ms, seq, node int) {
		o.see(sight{at: at(ms), kind: sawProbe, node: nobody, seq: seq})
		if node != nobody {
			o.see(sight{at: at(ms + 1), kind: sawAnswer, node: node, seq: seq})
		}
	}
	o.see(sight{at: at(0), kind: sawAdvert, node: 0})
	ask(0, 0, 0)
	ask(400, 1, 0)
	o.mark()
	ask(600, 2, nobody)
	ask(900, 3, nobody)
	o.see(sight{at: at(1000), kind: sawAdvert, node: 1})
	ask(1100, 4, 1)
	o.see(sight{at: at(1102), kind: sawAnswer, node: 1, seq: 3}) // late is not lost
	ask(1300, 5, nobody)                                         // too young to be lost

	if got, want := o.gap, (gap{at(401), at(1101)}); got != want {
		t.Errorf("gap %v, want %v", got, want)
	}
	if got := o.lost(at(1350)); got != 1 {
		t.Errorf("%d lost, want 1", got)
	}
	if got, want := string(o.bar), "AA..B."; got != want {
		t.Errorf("bar %q, want %q", got, want)
	}
	if len(o.changes) != 2 || o.changes[1] != (change{at(1101), 1}) {
		t.Errorf("changes: %v", o.changes)
	}
	if got, want := o.nodes[1].first, at(1000); got != want {
		t.Errorf("first advertisement %v, want %v", got, want)
	}
}

func TestObserverBoth(t *testing.T) {
	o := newObserver(start)
	hold := func(ms, node int, held bool) {
		o.see(sight{at: at(ms), kind: sawHold, node: node, held: held})
	}
	hold(0, 0, true)
	hold(10, 1, true)
	hold(13, 0, false)
	hold(20, 0, true)
	hold(25, 1, false)
	if o.both != 8*time.Millisecond || !o.bothAt.IsZero() {
		t.Errorf("both held it for %v, since %v; want 8ms, and no longer", o.both, o.bothAt)
	}
}
