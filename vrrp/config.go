package vrrp

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Config describes one virtual router. Interface, VRID and Addresses are
// required; the zero value of everything else is the default that its comment
// names. A Config is copied when a router is made of it.
type Config struct {
	// Name appears in logs, events and errors. Default: interface and VRID.
	// keepalived: the name of the vrrp_instance.
	Name string

	// Interface is the network interface to send and listen on. It need not
	// exist yet. keepalived: interface.
	Interface string

	// VRID is the virtual router identifier, 1..255: the same on all routers of
	// one virtual router, and no other on the LAN. keepalived:
	// virtual_router_id.
	VRID uint8

	// Version is the protocol version. Default: V3. Version 2 knows IPv4 and
	// whole seconds only. keepalived: version (there, version 2 is the default).
	Version Version

	// Priority is 1..254; the highest becomes master. 255 makes the router the
	// address owner, which never waits for another. Default: 100. keepalived:
	// priority.
	Priority uint8

	// Interval is the time between a master's advertisements. Version 2: 1 s to
	// 255 s in whole seconds, and equal on all routers. Version 3: 10 ms to
	// 40.95 s in steps of 10 ms; a backup learns its master's. Default: 1 s.
	// keepalived: advert_int.
	Interval time.Duration

	// MinInterval is the least interval that a backup of version 3 learns. A
	// master that advertises every 10 ms makes its backups take over after 40
	// ms of silence, which not every machine and network keeps. 0..40.95 s.
	// Default: none, but less than 100 ms is logged.
	MinInterval time.Duration

	// Addresses are the virtual addresses, at least one and all of one family,
	// in the same order on all routers. Over IPv6 multicast the first one must
	// be link-local. Only the addresses are advertised, the prefix lengths are
	// for the Owner. keepalived: virtual_ipaddress.
	Addresses []netip.Prefix

	// Source is the source address of advertisements. Default: the interface's
	// first address that is not a virtual one; over IPv6 its first link-local
	// one. keepalived: mcast_src_ip, unicast_src_ip.
	Source netip.Addr

	// Group is the multicast group. Default: 224.0.0.18 or ff02::12.
	// keepalived: vrrp_mcast_group4, vrrp_mcast_group6.
	Group netip.Addr

	// Peers, if any, makes the router unicast: it sends to them, and listens to
	// nobody else. An address of our own among them is skipped. keepalived:
	// unicast_peer.
	Peers []netip.Addr

	// PeerTTL limits the TTL (hop limit) of what is accepted from a peer: 255
	// to 255 is for one on the same link. Default: any. keepalived: min_ttl,
	// max_ttl.
	PeerTTL map[netip.Addr]TTLRange

	// TTL is that of unicast advertisements; others have 255. Default: 255.
	// keepalived: unicast_ttl.
	TTL uint8

	// VMAC is the name of a macvlan interface on top of Interface that has the
	// virtual router's MAC address, see [packet.MAC]; whoever manages the
	// addresses makes it. Advertisements are sent through it. keepalived:
	// use_vmac.
	VMAC string

	// XmitBase sends advertisements from Interface in spite of VMAC, as unicast
	// always does. keepalived: vmac_xmit_base.
	XmitBase bool

	// NoPreempt keeps this router from taking the role from a master of lower
	// priority. Give it to all routers of a VRID: for its first half minute as a
	// lone master such a router advertises priority 1, so that it finds and
	// leaves alone a master whose network was not there yet, and a backup
	// without NoPreempt takes the role from it then. keepalived: nopreempt.
	NoPreempt bool

	// PreemptDegraded lets a router with NoPreempt take the role from a master
	// that advertises a lower priority than it once did: one whose own
	// trackers report trouble. A lone master with NoPreempt advertises priority
	// 1 for its first half minute, which cannot become lower.
	PreemptDegraded bool

	// HoldRole lets a router with NoPreempt that is master answer the first
	// better advertisement with one of priority 254, once in its time as
	// master, before it yields as RFC 9568 demands. A rival that does not
	// preempt either, and became master only because its port forwarded
	// nothing yet, then leaves the role where it was; whoever takes it by right
	// does so a down interval later. Our own routers with NoPreempt need no
	// such answer: this is for others among them.
	HoldRole bool

	// StallYield makes a router with NoPreempt that is master a backup, without
	// a word, when its process did not run for so long that a router of this
	// priority, 1..254, has taken over: as one with NoPreempt should not take
	// the role back. Default: it goes on, and wins if its priority is higher.
	// keepalived: timer_expired_backup.
	StallYield uint8

	// PreemptDelay is how long to leave the role to a master of lower
	// priority, counted from its first advertisement; a master that is silent
	// or leaves is replaced without delay. 0..1000 s. keepalived:
	// preempt_delay, which waits a down interval more.
	PreemptDelay time.Duration

	// StartDelay is how long the router hears nothing and stays in Init when
	// it starts. 0..2 h. keepalived: vrrp_startup_delay.
	StartDelay time.Duration

	// DownAdverts is how many advertisements are missed before a backup takes
	// over, 1..100. Default: 3. keepalived: down_timer_adverts.
	DownAdverts int

	// Password is the simple password of RFC 2338, version 2 only, in clear
	// text on the wire and cut to 8 bytes. Empty: no authentication.
	// keepalived: auth_type PASS, auth_pass.
	Password Secret

	// AuthHeader makes Password the key of an IP Authentication Header in front
	// of each message instead (RFC 2338: HMAC-MD5-96). keepalived: auth_type AH.
	AuthHeader bool

	// AuthHeaderRFC leaves the TTL of multicast packets out of what AuthHeader
	// protects, as RFC 2402 has it and keepalived has not: for routers that
	// verify by the book. The same on all routers. Default: keepalived's way.
	AuthHeaderRFC bool

	// HMAC authenticates by HMAC-SHA256. Nil: it does not. keepalived:
	// auth_hmac.
	HMAC *HMAC

	// Checksum is what the checksum of version 3 over IPv4 covers when sending;
	// received packets may use any form. Default: packet.MessageOnly, as
	// RFC 9568 says. keepalived and FRR need packet.PseudoHeader unless
	// configured otherwise.
	Checksum packet.ChecksumForm

	// LearnChecksum makes Checksum what to begin with: from then on the router
	// answers each peer, or a group, in the form heard from there last.
	LearnChecksum bool

	// Trackers adjust the priority or forbid to take part; see [Router.Track].
	Trackers []Tracker

	// Sync is the sync group that the router is a member of, of the same host.
	// keepalived: vrrp_sync_group.
	Sync *Group

	// Owner takes and gives back what a master holds. Default: nobody.
	Owner Owner

	// OwnerTimeout is how long a transition's event waits for the Owner; the
	// event then says ErrOwnerTimeout. Default: 1 s.
	OwnerTimeout time.Duration

	// Compat relaxes rules of the RFCs for peers that break them.
	Compat Compat

	// Logger receives what an operator should know: every transition with its
	// reason at Info, every trouble at Warn. It is written to from a goroutine of
	// its own. Default: the host's logger.
	Logger *slog.Logger
}

// TTLRange is a range of TTLs, both ends included.
type TTLRange struct{ Min, Max uint8 }

// Compat relaxes rules of the RFCs. keepalived-lite sets it for keepalived's
// habits; the zero value is strict.
type Compat struct {
	// AnswerLosing answers losing advertisements in version 2 too.
	AnswerLosing bool

	// SilentMaster never answers losing advertisements; keepalived:
	// lower_prio_no_advert.
	SilentMaster bool

	// QuietYield keeps a master that yields from sending a last
	// advertisement; keepalived: without higher_prio_send_advert.
	QuietYield bool

	// DeafOwner makes an address owner ignore advertisements; keepalived:
	// owner_ignore_adverts.
	DeafOwner bool

	// AnyPeer accepts unicast advertisements from anybody, as keepalived does
	// without check_unicast_src.
	AnyPeer bool

	// AnyFirstAddress accepts an IPv6 router whose first address is not
	// link-local, configured or received.
	AnyFirstAddress bool
}
