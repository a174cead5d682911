package vrrp

import (
	"context"
	"fmt"
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
)

// complaints limits what is logged about packets: the first time for each
// reason and source, then once a minute with the number of those in between.
type complaints map[complaint]*complainState

type complaint struct {
	reason packet.Reason // 0: sending failed
	addr   netip.Addr
}

type complainState struct {
	last  time.Time
	since int // times it has happened since
}

// due reports whether to log c now, and how often it happened unlogged.
func (c *complaints) due(key complaint, now time.Time) (times int, ok bool) {
	if *c == nil {
		*c = complaints{}
	}
	s := (*c)[key]
	if s == nil {
		if len(*c) >= maxComplaints {
			return 0, false
		}
		(*c)[key] = &complainState{last: now}
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

// complainAbout logs a packet that is wrong (err) or odd (nil).
func (r *Router) complainAbout(p *Packet, reason packet.Reason, err error) {
	times, ok := r.complain.due(complaint{reason, p.Source}, time.Now())
	if !ok {
		return
	}
	args := []any{"from", p.Source, "reason", reason.String()}
	if err != nil {
		args = append(args, "err", err)
	}
	if times > 0 {
		args = append(args, "repeated", times)
	}
	r.log.Warn(complaintText(reason), args...)
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
	if times, ok := r.complain.due(complaint{0, to}, time.Now()); ok {
		r.log.Warn("cannot send an advertisement", "to", to, "err", err, "repeated", times)
	}
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

// logPriority logs that the effective priority is not what it was.
func (r *Router) logPriority(before, now uint8) {
	if before != now {
		r.log.Info(fmt.Sprintf("Changing effective priority from %d to %d", before, now))
	}
}
