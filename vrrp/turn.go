package vrrp

import (
	"fmt"
	"strings"
	"time"
)

const (
	// Packets may lie in the socket for a part of the least skew time while every
	// router is a backup: the kernel notes when they came, and nothing that they
	// say is due before that time is over. Less than shortQuiet would save nothing,
	// more than longQuiet would be too much for the socket in a flood.
	quietPart  = 4
	shortQuiet = time.Millisecond
	longQuiet  = 4 * time.Millisecond
)

// turn fires timers, sends, and tells owners and readers. It returns how long
// the host has nothing to do, and how long it need not hear packets. Called with
// mu held.
func (h *Host) turn(now time.Time) (until, quiet time.Time) {
	h.outputs = h.set.Handle(now, Input{Kind: InputTick}, h.outputs)
	for i := range h.outputs {
		if o := &h.outputs[i]; o.Kind == OutputAdvertise {
			h.advertise(h.byID[o.ID.Index()], o.Priority)
		}
	}
	h.flush()
	for i := range h.outputs {
		h.carryOut(&h.outputs[i], now)
	}
	clear(h.outputs)
	h.outputs = h.outputs[:0]

	until = h.set.Deadline()
	if watch := now.Add(watchEvery); h.set.LeastSkew() < never && watch.Before(until) {
		until = watch
	}
	switch {
	case h.set.Masters() == 0:
		h.renewAt = time.Time{}
		if d := min(h.set.LeastSkew()/quietPart, longQuiet); d >= shortQuiet {
			quiet = now.Add(d)
		}
	case h.owners > 0:
		if !now.Before(h.renewAt) {
			h.renew(now)
		}
		if until.IsZero() || h.renewAt.Before(until) {
			until = h.renewAt
		}
	}
	return until, quiet
}

// carryOut does what an output asks for, apart from sending.
func (h *Host) carryOut(o *Output, now time.Time) {
	r := h.byID[o.ID.Index()]
	switch o.Kind {
	case OutputAcquire:
		r.counters.BecameMaster++
		r.detail = r.explain(o.Reason) // for the event, which comes later
		r.wish(o)
	case OutputRelease:
		r.counters.ReleasedMaster++
		r.detail = r.explain(o.Reason)
		r.wish(o)
	case OutputAnnounce:
		if o.Contested {
			r.contested(o, now)
		}
		r.wish(o)
	case OutputAnswered:
		r.counters.Answered++
	case OutputStalled:
		r.stalled(o, now)
	case OutputPriority:
		r.log.Info(fmt.Sprintf("Changing effective priority from %d to %d", o.Was, o.Priority))
	case OutputGroup:
		if g := h.groups[o.Group]; g != nil {
			g.publish(o)
		}
	case OutputEvent:
		h.publish(r, o)
	}
}

func (r *Router) wish(o *Output) {
	if r.owner != nil {
		r.owner.want(o.Kind, o.Gen)
	}
}

func (h *Host) publish(r *Router, o *Output) {
	detail := r.detail
	if o.From != Master && o.To != Master {
		detail = r.explain(o.Reason)
	}
	r.seq++
	e := Event{
		Router: r, Seq: r.seq, From: o.From, To: o.To, Reason: o.Reason, Priority: o.Priority,
		Peer: o.Peer, At: o.At, Err: o.Err, Detail: detail,
	}
	r.logTransition(&e)
	r.events.Publish(e)
	h.events.Publish(e)
}

// explain says what exactly is behind a reason.
func (r *Router) explain(why Reason) string {
	switch why {
	case ReasonLinkDown:
		return r.link.state.Why
	case ReasonNoAddress:
		kind := "IPv4"
		if r.cfg.ipv6() {
			kind = "IPv6"
			if r.cfg.sourceLinkLocal() {
				kind = "link-local IPv6"
			}
		}
		return fmt.Sprintf("%s has no %s address of its own to advertise from", r.cfg.Interface, kind)
	case ReasonTracker:
		states := r.host.set.Trackers(r.id)
		if r.cfg.Sync != nil {
			states = append(states, r.host.set.Group(r.cfg.Sync.id).Trackers...)
		}
		var failed []string
		for _, t := range states {
			if t.Fault {
				failed = append(failed, t.Name)
			}
		}
		return strings.Join(failed, ", ")
	}
	return ""
}

// renew has the owners of all masters told that the protocol lives, if their
// last advertisements have left.
func (h *Host) renew(now time.Time) {
	h.renewAt = now.Add(renewEvery)
	for _, r := range h.routers {
		if r.owner != nil && r.alive && h.set.Status(r.id).State == Master {
			h.renewals = append(h.renewals, r.owner.owner)
		}
	}
}

// sendRenewals tells the owners. It is called without mu, on the loop's
// goroutine, so that an owner may ask the host for what it likes.
func sendRenewals(owners []Owner) {
	if len(owners) == 0 {
		return
	}
	until := time.Now().Add(renewFor)
	for _, o := range owners {
		o.Renew(until)
	}
	clear(owners)
}
