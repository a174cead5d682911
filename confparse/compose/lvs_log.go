package compose

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// logFailures has every failed attempt logged, not only what changes the state
// (log_all_failures).
func logFailures(name string, ch check.Checker, log *slog.Logger) check.Checker {
	return check.Func(func(ctx context.Context) check.Result {
		r := ch.Check(ctx)
		if !r.OK && r.Reason != check.ReasonCanceled {
			log.Warn(name+": "+r.Detail, "reason", r.Reason, "output", r.Output)
		}
		return r
	})
}

// logEvent says in keepalived's words, which people search their logs for, what
// a pool has decided.
func (l *lvs) logEvent(p *lvsPool, e ipvs.PoolEvent, event *ServerEvent) {
	inhibit := event.Real != nil && event.Real.Inhibit
	switch e.Kind {
	case ipvs.PoolServerUp:
		verb, to := "Adding service ", " to VS "
		if inhibit {
			verb, to = "Enabling service ", " of VS "
		}
		l.log.Info(verb + event.Server + to + p.name)
	case ipvs.PoolServerDown:
		verb, from := "Removing service ", " from VS "
		switch {
		case e.Initial:
			return // it has not been there
		case e.Removed && inhibit:
			verb, from = "Shutting down (inhibited) service ", " of VS "
		case e.Removed:
			verb = "Shutting down service "
		case inhibit:
			verb, from = "Disabling service ", " of VS "
		}
		l.log.Warn(verb + event.Server + from + p.name)
	case ipvs.PoolServerWeight:
		state := "inactive"
		if e.Alive {
			state = "active"
		}
		l.log.Info(fmt.Sprintf("Changing weight from %d to %d for %s service %s of VS %s", e.From, e.To, state, event.Server, p.name))
	case ipvs.PoolServerDrained:
		l.log.Info("Drained: no connection is left on service " + event.Server + " of VS " + p.name)
	case ipvs.PoolQuorumGained:
		l.log.Info(fmt.Sprintf("Gained quorum %d+%d=%d <= %d for VS %s", e.Quorum, e.Hysteresis, e.Quorum+e.Hysteresis, e.Sum, p.name))
		l.logSorry(p, e, false)
	case ipvs.PoolQuorumLost:
		text := "Lost quorum"
		switch {
		case e.Removed:
			return
		case e.Initial:
			text = "Starting with quorum down"
		}
		l.log.Warn(fmt.Sprintf("%s %d-%d=%d > %d for VS %s", text, e.Quorum, e.Hysteresis, e.Quorum-e.Hysteresis, e.Sum, p.name))
		l.logSorry(p, e, true)
	}
}

// logSorry says that the sorry server takes over, or gives back.
func (l *lvs) logSorry(p *lvsPool, e ipvs.PoolEvent, in bool) {
	s := p.cfg.Sorry
	if s == nil || e.Initial && !in {
		return
	}
	name := endpointName(s.Address, p.cfg.Protocol, s.Port)
	verbs := map[[2]bool]string{
		{true, false}: "Adding sorry server %s to VS %s", {true, true}: "Enabling sorry server %s of VS %s",
		{false, false}: "Removing sorry server %s from VS %s", {false, true}: "Disabling sorry server %s of VS %s",
	}
	l.log.Info(fmt.Sprintf(verbs[[2]bool{in, s.Inhibit}], name, p.name))
	if in {
		l.log.Info("Removing alive servers from the pool for VS " + p.name)
	} else {
		l.log.Info("Adding alive servers to the pool for VS " + p.name)
	}
}
