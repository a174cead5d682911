package compose

import (
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// ServerEvent is a change of a virtual server: of its quorum, of a real server,
// or of a check of one.
type ServerEvent struct {
	Kind ServerEventKind
	Seq  uint64 // counts the events of the composition
	At   time.Time
	Up   bool // gained, alive, passed

	Virtual *confparse.VirtualServer
	Name    string                // of Virtual, as keepalived has it: "[192.0.2.100]:tcp:80"
	Real    *confparse.RealServer // nil: the event is about the quorum
	Server  string                // the name of Real
	Check   *confparse.Check      // that has changed, or that is the cause; nil: something else is
	Detail  string                // what the check has found

	// Initial says that nothing has changed: it has been so since the start, or
	// a check that had yet to succeed has failed for the first time. Removed
	// says that it is not configured any more, or that the daemon ends.
	Initial, Removed bool

	// Quiet says that keepalived's scripts, pipes and mail do not hear of this.
	Quiet bool

	Sum, Quorum, Hysteresis int64 // of QuorumChanged

	Missed uint64 // events lost since the last one that said so: the reader was too slow
}

// ServerEventKind is what has changed.
type ServerEventKind uint8

// The kinds.
const (
	CheckChanged  ServerEventKind = iota + 1 // a check of a real server passes, or does not any more
	RealChanged                              // a real server lives or does not (notify_up, notify_down)
	QuorumChanged                            // a virtual server has a quorum or not (quorum_up, quorum_down)
	RealDrained                              // the last connection of a server that is drained has ended
)

// ServerEvents returns a new channel of what happens to virtual servers from now
// on, with a buffer of 1024. A reader that falls behind loses the oldest; see
// VirtualServers. It is closed when Run has ended.
func (c *Composition) ServerEvents() <-chan ServerEvent { return c.lvs.events.Subscribe() }

// publish tells readers and the log about what a pool has decided.
func (l *lvs) publish(p *lvsPool, now time.Time, list []ipvs.PoolEvent, removed removal) {
	for _, e := range list {
		event := ServerEvent{
			Seq: l.seq + 1, At: now, Virtual: p.cfg, Name: p.name, Initial: e.Initial, Removed: e.Removed,
			Sum: e.Sum, Quorum: e.Quorum, Hysteresis: e.Hysteresis,
		}
		if s := p.server(e.Server); s != nil {
			event.Real, event.Server = s.cfg, s.name
		}
		if l.cause != nil {
			event.Check, event.Detail = l.cause.cfg, l.found
		}
		switch e.Kind {
		case ipvs.PoolServerUp, ipvs.PoolServerDown:
			event.Kind, event.Up = RealChanged, e.Kind == ipvs.PoolServerUp
			event.Quiet = event.Up && e.Initial && !l.global.InitNotifies ||
				removed == atEnd && (!p.cfg.Omega || l.global.FlushOnStop != confparse.FlushNothing)
		case ipvs.PoolQuorumGained, ipvs.PoolQuorumLost:
			event.Kind, event.Up = QuorumChanged, e.Kind == ipvs.PoolQuorumGained
			event.Quiet = removed == atEnd && !p.cfg.Omega
		case ipvs.PoolServerDrained:
			event.Kind, event.Up = RealDrained, true
		}
		l.logEvent(p, e, &event)
		if event.Kind != 0 {
			l.seq = event.Seq
			l.events.Publish(event)
		}
	}
}

// publishCheck tells that a check of a server has changed.
func (l *lvs) publishCheck(p *lvsPool, s *lvsServer, k *lvsCheck, e *check.Event) {
	l.seq++
	event := ServerEvent{
		Kind: CheckChanged, Seq: l.seq, At: e.At, Up: e.To == check.Up, Virtual: p.cfg, Name: p.name, Real: s.cfg, Server: s.name,
		Check: k.cfg, Detail: e.Result.Detail,
	}
	event.Quiet = event.Up && e.From == check.Unknown && !k.cfg.Alpha // it has passed from the beginning
	l.events.Publish(event)
	if event.Up {
		l.log.Info(passed(p, s, k), "detail", e.Result.Detail)
		return
	}
	retries := "."
	if k.cfg.Retry > 0 && e.From == check.Up {
		retries = fmt.Sprintf(" after %d retries.", k.cfg.Retry)
	}
	l.log.Warn(fmt.Sprintf("%v on service %s failed%s", k.cfg.Type, s.name, retries), "virtual_server", p.name, "detail", e.Result.Detail, "output", e.Result.Output)
}

// passed says in keepalived's words that a check has succeeded.
func passed(p *lvsPool, s *lvsServer, k *lvsCheck) string {
	switch k.cfg.Type {
	case confparse.TCPCheck:
		return "TCP connection to " + s.name + " success."
	case confparse.UDPCheck:
		return "UDP connection to " + s.name + " success."
	case confparse.PingCheck:
		return "ICMP connection to " + s.name + " success."
	case confparse.HTTPGet, confparse.SSLGet:
		return "Remote Web server " + s.name + " succeed on service."
	case confparse.SMTPCheck:
		return "Remote SMTP server " + s.name + " succeed on service."
	case confparse.MiscCheck:
		return fmt.Sprintf("Misc check for [%s VS %s] by [%s] succeeded.", s.name, p.name, k.cfg.Misc.Command.Line)
	}
	return fmt.Sprintf("%v on service %s succeeded.", k.cfg.Type, s.name)
}
