package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Cause says why two routers cannot agree on one master.
type Cause uint8

// The causes, and what the operator has to change.
const (
	_                Cause = iota
	CauseAuthType          // auth_type, or one has HMAC and the other has not
	CausePassword          // password or key
	CauseClock             // the clocks, which HMAC compares
	CauseVRID              // another VRID with one of our addresses
	CauseVersion           // protocol version
	CauseInterval          // advertisement interval, in version 2
	CauseChecksum          // what the checksum covers
	CauseTTL               // routed, or another TTL than the receiver allows
	CauseAddresses         // the list of virtual addresses: some implementations refuse another one
	CauseOwner             // priority 255 twice
	CauseDuplicateIP       // our own address is used by somebody else, or the network loops
	CausePeer              // a unicast router that is not among our peers
	CauseUnheard           // it does not hear us: a firewall, a switch, or its own configuration
	numCauses        = int(iota)
)

// String returns the cause in lower-case words.
func (c Cause) String() string {
	return nameOf(int(c), "Cause", "none", "auth type", "password", "clock", "VRID", "version", "interval",
		"checksum", "TTL", "addresses", "two owners", "duplicate IP", "unknown peer", "unheard")
}

// causes tells what a packet that is wrong or odd means for the election. What
// is not here, such as a truncated packet, is no router's configuration.
var causes = [packet.NumReasons]Cause{
	packet.ErrAuthMismatch: CauseAuthType, packet.ErrAuthType: CauseAuthType,
	packet.ErrHMACMissing: CauseAuthType, packet.ErrHMACMalformed: CauseAuthType,
	packet.ErrAuth: CausePassword, packet.ErrHMACKey: CausePassword, packet.ErrHMAC: CausePassword,
	packet.ErrHMACStale: CauseClock, packet.ErrVersion: CauseVersion, packet.ErrInterval: CauseInterval,
	packet.ErrChecksum: CauseChecksum, packet.ErrTTL: CauseTTL, packet.ErrAddressList: CauseAddresses,
	packet.ErrOwner: CauseOwner, packet.ErrOwnAddress: CauseDuplicateIP, packet.ErrPeer: CausePeer,
}

const (
	// conflictFor is the least time that a conflict counts as present behind
	// its last packet; see patienceFor.
	conflictFor = 10 * time.Second

	// maxConflicts bounds what forged packets can make a router remember.
	maxConflicts = 64

	// deafAfter is how many losing advertisements in a row, each behind one more
	// of ours, show that another master does not hear us: one that does yields
	// to our first answer.
	deafAfter = 3
)

// Conflict is a reason for two masters, or for one that is about to be: what
// another router sends does not fit ours.
type Conflict struct {
	Router    *Router // ours; nil if it is from [Watch]
	Interface string
	VRID      uint8
	Cause     Cause
	Offender  netip.Addr // who sends what does not fit
	Detail    string     // in words: what does not fit, and what to change
	At        time.Time  // when it was noticed first
	Last      time.Time  // and last, when the conflict was read
	Count     uint64     // packets so far
	Missed    uint64     // how many conflicts this channel has lost since the last one that says so
}

func newConflicts() *broadcast.Topic[Conflict] {
	return broadcast.New(eventBuffer, func(c *Conflict) *uint64 { return &c.Missed })
}

// conflicts are those of one router.
type conflicts struct {
	list  []Conflict
	total [numCauses]uint64 // that began, by cause
	rival netip.Addr        // who advertises although we are master
	times int               // in a row
	since time.Time         // the last of them
	fresh budget            // of new conflicts that are told
}

// note records a packet that conflicts, and returns the conflict if it is new and
// to be told.
func (c *conflicts) note(cause Cause, from netip.Addr, now time.Time, patience time.Duration) *Conflict {
	i := slices.IndexFunc(c.list, func(o Conflict) bool { return o.Cause == cause && o.Offender == from })
	if i >= 0 && now.Sub(c.list[i].Last) <= patience {
		c.list[i].Last = now
		c.list[i].Count++
		return nil
	}
	if i < 0 {
		if len(c.list) >= maxConflicts {
			c.list = slices.DeleteFunc(c.list, func(o Conflict) bool { return now.Sub(o.Last) > patience })
		}
		if len(c.list) >= maxConflicts {
			c.list = slices.Delete(c.list, 0, 1)
		}
		c.list = append(c.list, Conflict{})
		i = len(c.list) - 1
	}
	c.total[cause]++
	told := c.fresh.take(now)
	c.list[i] = Conflict{Cause: cause, Offender: from, At: now, Last: now, Count: 1}
	if !told {
		return nil // there is a flood of them, most likely forged
	}
	return &c.list[i]
}

// present lists the conflicts that have not ended.
func (c *conflicts) present(now time.Time, patience time.Duration) (list []Conflict) {
	for _, o := range c.list {
		if now.Sub(o.Last) <= patience {
			list = append(list, o)
		}
	}
	return list
}

func (r *Router) patience() time.Duration { return patienceFor(r.cfg.Interval) }

// patienceFor returns how long a conflict lasts behind its last packet.
func patienceFor(interval time.Duration) time.Duration { return max(conflictFor, 3*interval) }

// conflict notes a packet that is wrong or odd, and returns the conflict if it
// is new, for tellConflict. Called with host.mu held.
func (r *Router) conflict(cause Cause, p *Packet) *Conflict {
	if cause == 0 {
		return nil
	}
	return r.conflicts.note(cause, p.Source, p.At, r.patience())
}

// tellConflict reports a new conflict.
func (r *Router) tellConflict(c *Conflict, detail string) {
	c.Router, c.Interface, c.VRID, c.Detail = r, r.cfg.Interface, r.cfg.VRID, detail
	r.conflictTopic.Publish(*c)
	r.host.conflicts.Publish(*c)
}

// logConflict is tellConflict for what is not logged as a wrong packet.
func (r *Router) logConflict(c *Conflict, detail string) {
	r.tellConflict(c, detail)
	r.log.Warn(detail, "from", c.Offender, "conflict", c.Cause.String())
}

// hearRival counts the losing advertisements that a master hears.
func (r *Router) hearRival(p *Packet, a *packet.Advert, form packet.ChecksumForm) {
	c, st := &r.conflicts, r.host.set.Status(r.id)
	loses := a.Priority < st.Priority || a.Priority == st.Priority && p.Source.Less(r.source)
	if st.State != Master || a.Priority == packet.PriorityStop || !loses {
		c.times = 0
		return
	}
	if c.rival != p.Source || p.At.Sub(c.since) > 3*max(a.Interval, r.cfg.Interval) {
		c.times = 0
	}
	if c.times > 0 && (r.saidAt.Before(c.since) || p.At.Before(r.saidAt)) {
		return // nothing of ours to hear lies between the two: we did not run
	}
	c.rival, c.since = p.Source, p.At
	dst := p.Source
	if !r.cfg.unicast() {
		dst = r.cfg.Group
	}
	// One is enough here: a keepalived whose master hears packets that it
	// refuses sends no second one, and keeps the address.
	if ours := r.formFor(dst); r.cfg.Version == V3 && p.Source.Is4() && form != ours {
		if c := r.conflict(CauseChecksum, p); c != nil {
			r.logConflict(c, fmt.Sprintf("%v is master too, and sends checksum form %v where we send %v: it discards ours; set one form on all routers (Config.Checksum; keepalived: v3_checksum_as_v2), or LearnChecksum", p.Source, form, ours))
		}
		return
	}
	if c.times++; c.times < deafAfter {
		return
	}
	if c := r.conflict(CauseUnheard, p); c != nil {
		r.logConflict(c, fmt.Sprintf("%v is master too, with priority %d against our %d, and does not yield: it does not hear us, or refuses what it hears; look at its firewall, at multicast on the switches, and at its log", p.Source, a.Priority, st.Priority))
	}
}

// shareEvery is how often at most a link looks which of its routers has an address
// of an advertisement with a VRID that is none of ours: a flood of them must not
// cost the masters their time.
const shareEvery = 50 * time.Millisecond

// sharesAddress finds a router on the link that has an address of p, an
// advertisement with a VRID that is none of ours, and reports the two.
func (l *hostLink) sharesAddress(p *Packet) {
	message := p.Payload
	if p.Protocol == packet.ProtocolAH {
		message, _ = packet.CutAH(message)
	}
	message, _ = packet.CutTrailer(message, l.cfg.IPv6())
	a := &l.advert
	if _, err := a.Parse(message, p.Source, p.Destination); err != nil {
		return
	}
	here := func(a netip.Addr) bool { return l.host.vips[placeOf(a, l.cfg.Interface)] > 0 }
	if !slices.ContainsFunc(a.Addresses, here) || time.Since(l.shared) < shareEvery {
		return
	}
	l.shared = time.Now()
	for _, r := range l.routers {
		if r == nil {
			continue
		}
		i := slices.IndexFunc(a.Addresses, func(addr netip.Addr) bool { return r.vips[addr] })
		if i < 0 {
			continue
		}
		if c := r.conflict(CauseVRID, p); c != nil {
			r.logConflict(c, fmt.Sprintf("%v advertises VRID %d with the address %v, which our VRID %d has: give both routers the same virtual_router_id", p.Source, a.VRID, a.Addresses[i], r.cfg.VRID))
		}
	}
}

// Conflicts returns a new channel of what could make, or has made, two masters:
// each once, and again only if it comes back after a pause. It has a buffer of
// 256, never delays the router, and is closed when Run returns.
func (r *Router) Conflicts() <-chan Conflict { return r.conflictTopic.Subscribe() }

// Conflicts returns a new channel of the conflicts of all routers of the host,
// as [Router.Conflicts] does for one.
func (h *Host) Conflicts() <-chan Conflict { return h.conflicts.Subscribe() }
