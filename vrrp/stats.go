package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Counters count from the router's creation on.
type Counters struct {
	AdvertsSent          uint64 // a unicast advertisement counts once, however many peers it goes to
	AdvertsReceived      uint64 // that passed all checks
	PriorityZeroSent     uint64
	PriorityZeroReceived uint64
	BecameMaster         uint64
	ReleasedMaster       uint64
	Answered             uint64 // losing advertisements answered at once
	Contested            uint64 // signs of a rival while master
	Stalls               uint64 // times that this process did not run long enough for a master to be replaced
	SendErrors           uint64 // packets that could not be sent
	OwnerErrors          uint64 // calls of the Owner that failed, and troubles it reported

	// Conflicts counts those that began, by [Cause].
	Conflicts [numCauses]uint64

	// Errors counts packets with something wrong, by reason. They were
	// discarded without any effect, but for three: ErrInterval in version 3,
	// ErrAddressList and ErrOwner are only worth telling.
	Errors [packet.NumReasons]uint64
}

// HostCounters count what belongs to no router.
type HostCounters struct {
	// Errors counts discarded packets whose virtual router is not ours or
	// cannot be told, by reason.
	Errors [packet.NumReasons]uint64

	Late Lateness

	// Turns counts how often the host's loop has gone round. After [Host.Wake]
	// it does so at once: a watchdog sees by that that it lives.
	Turns uint64
}

// Snapshot is a router's state at one moment. It shares no memory with the
// router.
type Snapshot struct {
	Name      string
	Interface string
	VRID      uint8
	Version   Version
	Status
	At      time.Time // when the snapshot was taken
	Started time.Time // since when Counters count: RFC 8347's discontinuity-datetime

	// LastError is what was wrong with the last packet that counts in
	// Counters.Errors, 0 if none has been; RFC 6527: vrrpv3ProtoErrReason.
	LastError   packet.Reason
	LastErrorAt time.Time

	NoPreempt bool
	Seq       uint64 // of the last event
	Addresses []netip.Prefix
	Source    netip.Addr // of our advertisements; zero if there is none
	LinkUp    bool
	LinkWhy   string // why the link is not up
	Group     string // name of the sync group
	Peer      Peer   // who advertised last
	Peers     []Peer // the last advertisement of each router heard, the newest first
	Trackers  []TrackerState

	// GroupTrackers are those of the sync group and of its other members,
	// which count here too.
	GroupTrackers []TrackerState
	Counters      Counters

	// Conflicts are those that have not ended. SplitBrain says that we are
	// master although one of them is with another router that advertises.
	Conflicts  []Conflict
	SplitBrain bool
}

// Snapshot returns the router's state. It may be called at any time.
func (r *Router) Snapshot() Snapshot {
	h := r.host
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	s := Snapshot{
		At: now, Started: r.started, LastError: r.lastError, LastErrorAt: r.lastErrorAt, NoPreempt: r.cfg.NoPreempt,
		Name: r.cfg.Name, Interface: r.cfg.Interface, VRID: r.cfg.VRID, Version: r.cfg.Version,
		Status: h.set.Status(r.id), Seq: r.seq,
		Addresses: append([]netip.Prefix(nil), r.cfg.Addresses...),
		Source:    r.source, LinkUp: r.link.state.Up, LinkWhy: r.link.state.Why,
		Peer: r.peers.last(), Peers: slices.Clone(r.peers), Counters: r.counters,
	}
	s.Counters.Conflicts = r.conflicts.total
	if r.cfg.Sync != nil {
		s.Group = r.cfg.Sync.Name()
		s.GroupTrackers = h.set.groupTrackers(r.cfg.Sync.id, r.id)
	}
	s.Trackers = h.set.Trackers(r.id)
	s.Conflicts = r.conflicts.present(now, r.patience())
	s.SplitBrain = s.State == Master && len(s.Conflicts) > 0
	return s
}

// groupTrackers lists the trackers of a group and of its members but one.
func (s *Set) groupTrackers(g GroupID, but ID) []TrackerState {
	st := s.Group(g)
	list := st.Trackers
	for _, id := range st.Members {
		for _, t := range s.Trackers(id) {
			if id != but && findTracker(list, t.Name) == nil && findTracker(s.Trackers(but), t.Name) == nil {
				list = append(list, t)
			}
		}
	}
	return list
}

// Counters returns what the host counted outside its routers.
func (h *Host) Counters() HostCounters {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.counters
}
