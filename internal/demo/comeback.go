package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// comeBack starts the victim again and watches it take the address back, or
// leave it where it is, as its configuration says.
func (s *story) comeBack(ctx context.Context, victim int) error {
	survivor := other(victim)
	var theirs, ours uint8
	s.journal.look(func(o *observer) {
		o.mark()
		theirs, ours = o.nodes[survivor].advert.priority, o.nodes[victim].advert.priority
	})
	cfg := s.plan.watched[victim]
	longest := s.limit(victim).total() + cfg.PreemptDelay + margin
	s.tell(time.Now(), "%s is back", s.node(victim))
	if err := s.lab.start(victim); err != nil {
		return fmt.Errorf("%s cannot be started again: %w", name(victim), err)
	}
	ok, err := s.wait(ctx, longest, func(o *observer) bool { return o.rules(victim) && o.bothAt.IsZero() })
	if err != nil {
		return err
	}
	switch why := stays(cfg.NoPreempt, ours, theirs); {
	case why != "" && ok:
		return fmt.Errorf("%s took %s back, although %s", name(victim), s.plan.address, why)
	case why != "":
		if err := s.answers(survivor); err != nil {
			return err
		}
		s.tell(time.Now(), "%s stays master: %s", s.node(survivor), why)
		return nil
	case !ok:
		return fmt.Errorf("no preemption: %s has priority %d, %s has %d, and yet it has not taken %s back within %s",
			name(victim), ours, name(survivor), theirs, s.plan.address, span(longest))
	}
	if err := s.watch(ctx); err != nil {
		return err
	}
	s.journal.look(func(o *observer) {
		s.add("preemption, priority %d over %d: %s lost, longest silence %s, both held the address for %s",
			ours, theirs, plural(o.lost(time.Now()), "probe"), span(o.gap.length()), span(o.both))
	})
	return s.answers(victim)
}

// answers returns an error unless the address answers, and from that node.
func (s *story) answers(node int) (err error) {
	now := time.Now()
	s.journal.look(func(o *observer) {
		if o.answering != node || now.Sub(o.last) > patience {
			err = fmt.Errorf("%s does not answer from %s any more", s.plan.address, name(node))
		}
	})
	return err
}

// stays says why a node that comes back leaves the role to the other one; empty
// if it does not.
func stays(noPreempt bool, ours, theirs uint8) string {
	switch {
	case noPreempt:
		return "nopreempt"
	case ours <= theirs:
		return fmt.Sprintf("its priority is %d, the other's is %d", theirs, ours)
	}
	return ""
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// limit returns what a node's configuration makes of its limit.
func (s *story) limit(node int) limit {
	i := s.plan.watched[node]
	return s.limitFrom(node, i.Priority, i.AdvertInterval)
}

// limitFrom returns a node's limit with the priority that it really has and the
// interval that its master advertised, which counts in version 3.
func (s *story) limitFrom(node int, priority uint8, interval time.Duration) limit {
	i := s.plan.watched[node]
	version := vrrp.Version(i.Version)
	if version == vrrp.V2 {
		interval = i.AdvertInterval
	}
	return newLimit(version, priority, interval, i.DownTimerAdverts)
}

// watch just looks on for a while.
func (s *story) watch(ctx context.Context) error {
	_, err := s.wait(ctx, settle, func(*observer) bool { return false })
	return err
}

// wait shows what happens until cond holds, for at most d, and reports whether
// it did.
func (s *story) wait(ctx context.Context, d time.Duration, cond func(o *observer) bool) (ok bool, err error) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for end := time.Now().Add(d); ; {
		now := time.Now()
		s.journal.look(func(o *observer) {
			s.show(o, now)
			ok = cond(o)
			for n := range o.nodes {
				if o.nodes[n].ended != nil {
					err = fmt.Errorf("the program of %s ended by itself: %w", name(n), o.nodes[n].ended)
				}
			}
		})
		if ok || err != nil || !now.Before(end) {
			return ok, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-ticker.C:
		}
	}
}

// show writes what is new, and the status line.
func (s *story) show(o *observer, now time.Time) {
	for _, t := range o.texts {
		s.tell(t.at, "%s %s", s.node(t.node), s.paint(dim, t.text))
		s.redrew = time.Time{}
	}
	o.texts = nil
	for len(o.changes) > 0 {
		c := o.changes[0]
		seen := o.advertiser == c.node
		if !seen && now.Sub(c.at) < patience {
			break // its advertisement may be on its way to us
		}
		switch {
		case seen:
			s.tell(c.at, "%s MASTER: %s answers from %s", s.node(c.node), s.plan.address, s.node(c.node))
		case o.advertiser == nobody:
			s.tell(c.at, "%s answers for %s, and nobody advertises", s.node(c.node), s.plan.address)
		default:
			s.tell(c.at, "%s answers for %s, but the last advertisement came from %s", s.node(c.node), s.plan.address, s.node(o.advertiser))
		}
		o.changes = o.changes[1:]
		s.redrew = time.Time{}
	}
	if now.Sub(s.redrew) >= redrawEvery {
		s.redrew = now
		text := fmt.Sprintf("%s does not answer", s.plan.address)
		if o.answering != nobody && now.Sub(o.last) < patience {
			text = fmt.Sprintf("%s answers from %s", s.plan.address, s.node(o.answering))
		}
		s.status(now, o.bar, text)
	}
}
