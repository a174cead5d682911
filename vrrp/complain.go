package vrrp

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

const (
	// complainEvery is how often the same complaint is logged.
	complainEvery = time.Minute

	// maxComplaints bounds what a flood of forged sources can make us remember.
	maxComplaints = 256

	// freshComplaints is how many new ones a minute may bring: sources beyond
	// that are told together, or a flood of forged ones would push what matters
	// out of the log.
	freshComplaints = 16
)

// budget allows so many in each minute.
type budget struct {
	begun time.Time
	used  int
}

func (b *budget) take(now time.Time) bool {
	if now.Sub(b.begun) >= complainEvery {
		*b = budget{begun: now}
	}
	b.used++
	return b.used <= freshComplaints
}

// complaints limits what is logged about packets: the first time for each
// reason and source, then once a minute with the number of those in between.
type complaints struct {
	seen  map[complaint]*complainState
	fresh budget
}

type complaint struct {
	reason packet.Reason
	addr   netip.Addr
}

type complainState struct {
	last  time.Time
	since int // times it has happened since
}

// due reports whether to log c now, and how often it happened unlogged.
func (c *complaints) due(key complaint, now time.Time) (times int, ok bool) {
	if c.seen == nil {
		c.seen = map[complaint]*complainState{}
	}
	s := c.seen[key]
	if s == nil && !c.fresh.take(now) {
		key.addr = netip.Addr{} // whoever else
		s = c.seen[key]
	}
	if s == nil {
		if len(c.seen) >= maxComplaints {
			c.forget(now)
		}
		c.seen[key] = &complainState{last: now}
		return 0, true
	}
	if now.Sub(s.last) < complainEvery {
		s.since++
		return 0, false
	}
	times = s.since
	*s = complainState{last: now}
	return times, true
}

// forget makes room: what is old goes, and if nothing is, whatever.
func (c *complaints) forget(now time.Time) {
	for key, s := range c.seen {
		if now.Sub(s.last) >= complainEvery {
			delete(c.seen, key)
		}
	}
	for key := range c.seen {
		if len(c.seen) < maxComplaints {
			return
		}
		delete(c.seen, key)
	}
}

// complainAbout logs a packet that is wrong (err) or odd (nil).
func (r *Router) complainAbout(p *Packet, reason packet.Reason, text string, err error) {
	times, ok := r.complain.due(complaint{reason, p.Source}, time.Now())
	if !ok {
		return
	}
	args := []any{"from", p.Source, "reason", reason.String()}
	if err != nil {
		args = append(args, "err", err)
	}
	r.log.Warn(text, append(args, repeated(times)...)...)
}

// complaintText says what a reason means for the operator.
func complaintText(reason packet.Reason) string {
	switch reason {
	case packet.ErrTTL:
		return "discarded an advertisement whose TTL is not 255: it was forwarded or forged"
	case packet.ErrVersion:
		return "discarded an advertisement of another VRRP version: all routers must speak the same"
	case packet.ErrAuth:
		return "received an invalid passwd: all routers must have the same password"
	case packet.ErrReplay:
		return "discarded an advertisement that was sent before, or whose router has been restarted"
	case packet.ErrHMACMissing, packet.ErrHMACMalformed, packet.ErrHMACKey, packet.ErrHMAC:
		return "discarded an advertisement without a valid HMAC: all routers must have the same keys"
	case packet.ErrHMACStale:
		return "discarded an advertisement whose time is not ours: set the clocks of all routers"
	case packet.ErrAuthMismatch, packet.ErrAuthType:
		return "discarded an advertisement with another auth_type: all routers must have the same"
	case packet.ErrChecksum:
		return "discarded an advertisement with an invalid checksum"
	case packet.ErrInterval:
		return "advertisement interval mismatch"
	case packet.ErrAddressList:
		return "the virtual addresses of the other router are not ours"
	case packet.ErrOwner:
		return "another router claims to be the address owner too: only one may have priority 255"
	case packet.ErrOwnAddress:
		return "received an advertisement from an address of our own: it is used twice, or the network loops"
	case packet.ErrPeer:
		return "discarded an advertisement from an address that is not a configured peer"
	default:
		return "discarded an advertisement"
	}
}

// complainSend logs that a packet could not be sent.
func (r *Router) complainSend(to netip.Addr, err error) {
	if times, ok := r.unsent.due(complaint{addr: to}, time.Now()); ok {
		r.log.Warn("cannot send an advertisement", append([]any{"to", to, "err", err}, repeated(times)...)...)
	}
}

// complainRecv logs that a link could not be read.
func (h *Host) complainRecv(l *hostLink, err error) {
	if times, ok := l.unread.due(complaint{}, time.Now()); ok {
		h.log.Warn("receiving failed", append([]any{"interface", l.cfg.Interface, "err", err}, repeated(times)...)...)
	}
}

// complainUnheard logs a packet that is for none of our routers. Other virtual
// routers are nobody's mistake, so this is for those who look closely.
func (h *Host) complainUnheard(l *hostLink, p *Packet, reason packet.Reason, err error) {
	if times, ok := h.unheard.due(complaint{reason, p.Source}, time.Now()); ok {
		h.log.Debug("discarded an advertisement", append([]any{
			"interface", l.cfg.Interface, "from", p.Source, "reason", reason.String(), "err", err}, repeated(times)...)...)
	}
}

func repeated(times int) []any {
	if times == 0 {
		return nil
	}
	return []any{"repeated", times}
}

// logTransition logs an event in the words that keepalived's users look for.
func (r *Router) logTransition(e *Event) {
	if e.From == Backup && e.Reason == ReasonNoResponse {
		r.log.Debug("Receive advertisement timeout")
	}
	args := []any{"from", e.From, "cause", e.Reason, "priority", e.Priority}
	if e.Peer.IsValid() {
		args = append(args, "peer", e.Peer)
	}
	if e.Detail != "" {
		args = append(args, "detail", e.Detail)
	}
	if e.Err != nil {
		args = append(args, "err", e.Err)
	}
	level := slog.LevelInfo
	if e.To == Fault || e.Err != nil {
		level = slog.LevelWarn
	}
	r.log.Log(context.Background(), level, "Entering "+e.To.String()+" STATE", args...)
}

// complainContest logs a sign of a rival. Just after a takeover there is one
// without anything being wrong: the master before says a last word.
func (r *Router) complainContest(peer netip.Addr, now time.Time) {
	if st := r.host.set.Status(r.id); peer.IsValid() && now.Sub(st.Since) < st.Interval {
		r.log.Info("the master before was heard once more: announcing the addresses again", "from", peer)
		return
	}
	times, ok := r.contests.due(complaint{addr: peer}, now)
	if !ok {
		return
	}
	var args []any
	if peer.IsValid() {
		args = append(args, "from", peer)
	}
	r.log.Warn("another router may have had the addresses: announcing them again", append(args, repeated(times)...)...)
}
