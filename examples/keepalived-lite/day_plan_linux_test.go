package main_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// mishap is what happens to a node at a time of the day, for so long.
type mishap struct {
	at     time.Duration
	node   int
	what   string
	length time.Duration // 0: it is over at once
	seed   uint64        // of what else is random about it
}

func (m mishap) String() string {
	return fmt.Sprintf("%6.2fs %c %s for %v", m.at.Seconds(), "abd"[m.node], m.what, m.length)
}

// mishaps are all kinds, with the longest time that one lasts, and whether the
// process of a node survives it. Those that are listed twice are twice as likely.
var mishaps = []struct {
	what     string
	longest  time.Duration
	survived bool
}{
	{"reload", 0, true},
	{"reload", 0, true},
	{"bad reload", 0, true},
	{"stop", 2 * time.Second, false},
	{"crash", 3 * time.Second, false},
	{"freeze", 4 * time.Second, true},
	{"unplug", 3 * time.Second, true},
	{"link down", 2 * time.Second, true},
	{"soft script", 3 * time.Second, true},
	{"hard script", 3 * time.Second, true},
	{"drain", 3 * time.Second, true},
	{"take addresses", 0, true},
	{"squeeze", 3 * time.Second, true},
}

// steady is the node whose process lives all day.
const steady = 2

// planDay makes up the mishaps of a span of time, in order. One node has one at
// a time, and for a while after it has stopped for good nothing happens to it.
func planDay(r *rand.Rand, span time.Duration) (list []mishap) {
	var free [3]time.Duration
	for at := time.Duration(0); at < span; at += time.Duration(200+r.IntN(600)) * time.Millisecond {
		m := mishap{at: at, node: r.IntN(3), seed: r.Uint64()}
		kind := mishaps[r.IntN(len(mishaps))]
		if kind.longest > 0 {
			m.length = 100*time.Millisecond + time.Duration(r.Int64N(int64(kind.longest)))
		}
		m.what = kind.what
		if free[m.node] > at || m.node == steady && !kind.survived {
			continue
		}
		free[m.node] = at + m.length + 700*time.Millisecond
		list = append(list, m)
	}
	return list
}

// turn is the beginning of a mishap, or its end.
type turn struct {
	at    time.Duration
	end   bool
	which mishap
}

// turns returns the beginnings and ends of mishaps, in order.
func turns(list []mishap) (all []turn) {
	for _, m := range list {
		all = append(all, turn{m.at, false, m})
		if m.length > 0 {
			all = append(all, turn{m.at + m.length, true, m})
		}
	}
	slices.SortStableFunc(all, func(x, y turn) int { return cmp.Compare(x.at, y.at) })
	return all
}
