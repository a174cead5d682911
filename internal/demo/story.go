package demo

import (
	"context"
	"fmt"
	"time"
)

const (
	// settle is how long things are watched once they have happened.
	settle = 2500 * time.Millisecond

	// margin is what is waited beyond the protocol's limit before the wait is
	// given up.
	margin = 3 * time.Second

	// tolerance is how much longer than the protocol's limit an outage may
	// last on a machine that does other things as well.
	tolerance = 500 * time.Millisecond

	lookEvery   = 10 * time.Millisecond
	redrawEvery = 100 * time.Millisecond
)

// lab is where the nodes run.
type lab interface {
	start(node int) error
	cut(node int) error     // takes a node's power and its cable, without warning
	output(node int) string // what the node has logged lately
	close()
}

// story is what happens in the demo, whichever lab it happens in.
type story struct {
	*screen
	plan    *plan
	lab     lab
	journal *journal
	redrew  time.Time // when the status line was drawn last
}

// run tells the story. It returns ErrFailed, with the reason shown, unless the
// failover happened as it must.
func (s *story) run(ctx context.Context) error {
	verdict, err := s.acts(ctx)
	s.erase()
	if ctx.Err() != nil {
		s.print("interrupted")
		return ErrFailed
	}
	s.journal.look(func(o *observer) { s.summary(o.bar) })
	s.print("")
	if err != nil {
		s.print("%s  %v", s.paint(red, "FAIL"), err)
		for n := range s.plan.interfaces {
			if text := s.lab.output(n); text != "" {
				s.print("\nwhat %s logged last:\n%s", s.node(n), text)
			}
		}
		return ErrFailed
	}
	s.print("%s  %s", s.paint(green, "PASS"), verdict)
	return nil
}

func (s *story) acts(ctx context.Context) (verdict string, err error) {
	victim, err := s.begin(ctx)
	if err != nil {
		return "", err
	}
	outage, allowed, err := s.powerCut(ctx, victim)
	if err != nil {
		return "", err
	}
	if err := s.comeBack(ctx, victim); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s lost its master and was back after %s; the protocol allows %s", s.plan.address, span(outage), span(allowed.total())), nil
}

// begin starts both nodes and returns which one became master.
func (s *story) begin(ctx context.Context) (master int, err error) {
	s.tell(time.Now(), "%s and %s start", s.node(0), s.node(1))
	for n := range s.plan.interfaces {
		if err := s.lab.start(n); err != nil {
			return nobody, fmt.Errorf("%s cannot be started: %w", name(n), err)
		}
	}
	longest := max(s.limit(0).total(), s.limit(1).total()) + margin
	ok, err := s.wait(ctx, longest, func(o *observer) bool { return o.rules(o.answering) })
	switch {
	case err != nil:
		return nobody, err
	case !ok:
		return nobody, fmt.Errorf("%s: nobody has taken it within %s", s.plan.address, span(longest))
	}
	if err := s.watch(ctx); err != nil {
		return nobody, err
	}
	s.journal.look(func(o *observer) {
		master = o.answering
		if o.nodes[0].holds && o.nodes[1].holds {
			err = fmt.Errorf("both nodes hold %s: they do not hear each other", s.plan.address)
		}
	})
	if err == nil {
		err = s.answers(master)
	}
	return master, err
}

// powerCut takes the master away and returns how long the address was gone.
func (s *story) powerCut(ctx context.Context, victim int) (outage time.Duration, allowed limit, err error) {
	survivor := other(victim)
	longest := s.limit(survivor).total() + margin
	s.journal.look(func(o *observer) { o.mark() })
	cutAt := time.Now()
	if err := s.lab.cut(victim); err != nil {
		return 0, allowed, err
	}
	s.tell(cutAt, "%s %s", s.node(victim), s.paint(red, "POWER CUT: killed without warning, cable out"))
	ok, err := s.wait(ctx, longest, func(o *observer) bool { return o.rules(survivor) })
	switch {
	case err != nil:
		return 0, allowed, err
	case !ok:
		return 0, allowed, fmt.Errorf("no failover: %s has not taken %s within %s", name(survivor), s.plan.address, span(longest))
	}
	var waited, early time.Duration
	s.journal.look(func(o *observer) {
		last, took := o.nodes[victim].advert, o.nodes[survivor]
		outage = o.gap.length()
		waited, early = took.first.Sub(last.at), cutAt.Sub(last.at)
		allowed = s.limitFrom(survivor, took.advert.priority, last.interval)
	})
	s.add("%s  limit %s", s.paint(bold, "outage "+span(outage)), allowed)
	s.add("%s took over %s after the last advertisement of %s, which came %s before the cut",
		name(survivor), span(waited), name(victim), span(early))
	if outage > allowed.total()+tolerance {
		return 0, allowed, fmt.Errorf("the outage of %s is longer than the protocol's limit, %s", span(outage), allowed)
	}
	if err := s.watch(ctx); err != nil {
		return 0, allowed, err
	}
	return outage, allowed, s.answers(survivor)
}
