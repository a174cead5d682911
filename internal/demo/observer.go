package demo

import (
	"sync"
	"time"
)

// sight is one thing that was seen from outside the nodes.
type sight struct {
	at   time.Time
	kind sightKind
	node int    // whose it is; probes are nobody's
	seq  int    // sawProbe, sawAnswer: counted from 0
	held bool   // sawHold
	text string // sawText
	err  error  // sawEnd

	priority uint8         // sawAdvert
	interval time.Duration // sawAdvert
}

type sightKind uint8

const (
	sawProbe  sightKind = iota // the client asked
	sawAnswer                  // a node answered the client
	sawAdvert                  // a node advertised the watched virtual router
	sawHold                    // a node added the watched address, or removed it
	sawText                    // a node has something to say
	sawEnd                     // a node's program ended by itself
)

// barCell is how much time one character of the bar stands for.
const barCell = 250 * time.Millisecond

// patience is how old a probe is when it counts as lost.
const patience = 100 * time.Millisecond

// observer makes sense of what is seen. It is a pure value.
type observer struct {
	start      time.Time
	nodes      [2]observed
	answering  int      // who answered last
	advertiser int      // who advertised last
	changes    []change // of answering, not yet shown
	texts      []sight  // not yet shown
	bar        []byte

	sent     []time.Time // probes by seq
	answered []bool
	last     time.Time // the last answer

	// Since mark:
	firstSeq int
	gap      gap
	bothAt   time.Time // since when both hold the address; zero: they do not
	both     time.Duration
}

type observed struct {
	advert sight     // the last one; zero: none yet
	first  time.Time // of the first one since mark
	holds  bool
	ended  error // why its program ended by itself
}

// change is that another node answers.
type change struct {
	at   time.Time
	node int
}

// gap is a time without answers, between two answers.
type gap struct{ from, to time.Time }

func (g gap) length() time.Duration { return g.to.Sub(g.from) }

func newObserver(start time.Time) *observer {
	return &observer{start: start, answering: nobody, advertiser: nobody}
}

// mark begins a new part of the story.
func (o *observer) mark() {
	o.firstSeq = len(o.sent)
	o.gap, o.both = gap{}, 0
	for n := range o.nodes {
		o.nodes[n].first = time.Time{}
	}
}

// see takes in one sight. Sights come nearly in order of time.
func (o *observer) see(s sight) {
	switch s.kind {
	case sawProbe:
		o.sent = append(o.sent, s.at)
		o.answered = append(o.answered, false)
		o.paint(s.at, nobody)
	case sawAnswer:
		o.seeAnswer(s)
	case sawAdvert:
		n := &o.nodes[s.node]
		n.advert = s
		if n.first.IsZero() {
			n.first = s.at
		}
		o.advertiser = s.node
	case sawHold:
		o.seeHold(s)
	case sawText:
		o.texts = append(o.texts, s)
	case sawEnd:
		o.nodes[s.node].ended = s.err
	}
}

func (o *observer) seeAnswer(s sight) {
	if s.seq < len(o.answered) {
		o.answered[s.seq] = true
	}
	if g := (gap{o.last, s.at}); !o.last.IsZero() && g.length() > o.gap.length() {
		o.gap = g
	}
	o.last = s.at
	o.paint(s.at, s.node)
	if o.answering != s.node {
		o.answering = s.node
		o.changes = append(o.changes, change{s.at, s.node})
	}
}

func (o *observer) seeHold(s sight) {
	o.nodes[s.node].holds = s.held
	if other := 1 - s.node; !s.held && o.advertiser == s.node && o.nodes[other].holds {
		o.advertiser = other // the last advertisement of one that yields is no claim
	}
	both := o.nodes[0].holds && o.nodes[1].holds
	switch {
	case both && o.bothAt.IsZero():
		o.bothAt = s.at
	case !both && !o.bothAt.IsZero():
		o.both += s.at.Sub(o.bothAt)
		o.bothAt = time.Time{}
	}
}

// paint fills the bar up to a time; the newest node of a cell shows.
func (o *observer) paint(at time.Time, node int) {
	cell := int(at.Sub(o.start) / barCell)
	for len(o.bar) <= cell {
		o.bar = append(o.bar, '.')
	}
	if node != nobody && cell >= 0 {
		o.bar[cell] = name(node)[0]
	}
}

// rules reports whether a node answers and has advertised since mark. The two are
// not always seen in the order in which they happen.
func (o *observer) rules(node int) bool {
	return node != nobody && o.answering == node && !o.nodes[node].first.IsZero()
}

// lost counts the probes since mark that were never answered.
func (o *observer) lost(now time.Time) (n int) {
	for seq := o.firstSeq; seq < len(o.sent) && now.Sub(o.sent[seq]) > patience; seq++ {
		if !o.answered[seq] {
			n++
		}
	}
	return n
}

// journal is an observer that several goroutines report to.
type journal struct {
	mu sync.Mutex
	o  *observer
}

func (j *journal) see(s sight) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.o.see(s)
}

// look calls f with the observer.
func (j *journal) look(f func(o *observer)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(j.o)
}
