package vip

import (
	"errors"
	"fmt"
	"time"
)

// Pace limits how fast addresses are announced. Without one, a hundred
// announcements at most follow each other without a pause of a millisecond.
type Pace struct {
	// Interfaces share the limit. None: it applies to each interface that is in
	// no other Pace.
	Interfaces []string

	ARP time.Duration // least time between two gratuitous ARPs (garp_interval); 0: no limit
	NA  time.Duration // the same for neighbour advertisements (gna_interval)
}

func validatePaces(paces []Pace) error {
	var errs []error
	seen := make(map[string]bool)
	for _, p := range paces {
		if p.ARP < 0 || p.NA < 0 {
			errs = append(errs, fmt.Errorf("vip: pace of %q: negative", p.Interfaces))
		}
		names := p.Interfaces
		if len(names) == 0 {
			names = []string{""}
		}
		for _, name := range names {
			if seen[name] {
				errs = append(errs, fmt.Errorf("vip: interface %q has two paces", name))
			}
			seen[name] = true
		}
	}
	return errors.Join(errs...)
}

// pacer hands out the times at which announcements may be made. It is a pure
// value.
type pacer struct {
	paces  []Pace
	groups map[string]int // by interface, indexes of paces
	free   map[lane]time.Time
}

// lane is what a limit applies to: one family of a group of interfaces.
type lane struct {
	group int
	dev   string // where each interface has a limit of its own
	ipv6  bool
}

func newPacer(paces []Pace) pacer {
	p := pacer{paces: paces, groups: make(map[string]int), free: make(map[lane]time.Time)}
	for i, pace := range paces {
		if len(pace.Interfaces) == 0 {
			p.groups[""] = i
		}
		for _, name := range pace.Interfaces {
			p.groups[name] = i
		}
	}
	return p
}

// slot returns when a may be announced, and keeps that time free for it. limited
// says whether there is a limit at all.
func (p *pacer) slot(a Announcement, now time.Time) (at time.Time, limited bool) {
	l := lane{dev: a.Interface, ipv6: a.Addr.Is6()}
	group, ok := p.groups[a.Interface]
	if ok {
		l.dev = ""
	} else if group, ok = p.groups[""]; !ok {
		return now, false
	}
	l.group = group
	gap := p.paces[group].ARP
	if l.ipv6 {
		gap = p.paces[group].NA
	}
	if gap == 0 {
		return now, false
	}
	at = p.free[l]
	if at.Before(now) {
		at = now
	}
	p.free[l] = at.Add(gap)
	return at, true
}
