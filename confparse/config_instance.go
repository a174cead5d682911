package confparse

import (
	"net/netip"
	"time"
)

// State is the state an instance asks to start in.
type State uint8

// Values of state. An Instance of a Config is always Master or Backup.
const (
	stateUnset State = iota
	StateBackup
	StateMaster
)

// String returns MASTER, BACKUP or unset.
func (s State) String() string {
	switch s {
	case StateBackup:
		return "BACKUP"
	case StateMaster:
		return "MASTER"
	}
	return "unset"
}

// Instance is a vrrp_instance.
type Instance struct {
	Name      string
	State     State
	Interface string // empty: missing, which is an error
	VRID      uint8  // 0: missing, which is an error
	Priority  uint8  // 255: address owner
	Version   uint8  // 2 or 3
	IPv6      bool   // the family that adverts are sent in

	AdvertInterval time.Duration // v2: whole seconds; v3: multiples of 10 ms
	Auth           Auth

	Addresses []Address // virtual_ipaddress: carried in adverts; none is an error
	Excluded  []Address // virtual_ipaddress_excluded: not carried
	NoVIP     bool      // no_virtual_ipaddress
	Routes    []Route   // virtual_routes
	Rules     []Rule    // virtual_rules

	Source         netip.Addr // mcast_src_ip or unicast_src_ip; invalid: of the interface
	TrackSource    bool       // track_src_ip
	MulticastGroup netip.Addr // where adverts go if there are no peers
	Peers          []Peer     // unicast_peer; empty: multicast
	UnicastTTL     int        // 0..255
	UnicastNoPeer  bool       // unicast_fault_no_peer

	Trackers
	NoTrackPrimary bool // dont_track_primary

	NoPreempt          bool
	PreemptDelay       time.Duration
	PreemptDegraded    bool          // preempt_on_degraded
	HoldRole           bool          // nopreempt_hold
	MinInterval        time.Duration // advert_int_min; 0: none
	Accept             bool          // accept packets to the virtual addresses
	PromoteSecondaries bool

	VMAC *VMAC // use_vmac; nil: none
	// VMACAddresses is use_vmac_addr: addresses on other interfaces get one too.
	VMACAddresses bool
	VMACXmitBase  bool    // vmac_xmit_base: adverts go through the parent
	IPVLAN        *IPVLAN // use_ipvlan; nil: none
	HMAC          *HMAC   // auth_hmac; nil: none
	VRF           string  // of an instance without interface

	OldChecksum OldChecksum // old_unicast_checksum
	// TimerExpiredBackup is the priority that another master may have: with
	// NoPreempt, a process that was late for so long steps down. 0: it does not.
	TimerExpiredBackup int
	ReceiveBuffer      int  // kernel_rx_buf_size in bytes; 0: what the policy says
	LinkPolling        bool // linkbeat_use_polling
	// SyncInterface is lvs_sync_daemon_interface, the deprecated form of
	// LVS.SyncDaemon.
	SyncInterface string

	InstanceDefaults // its own, or those of Global

	Notify Notify
	Debug  int // accepted, without effect in keepalived too
	Pos    Pos
}

// Unicast reports whether adverts go to peers instead of a group.
func (i *Instance) Unicast() bool { return len(i.Peers) > 0 }

// AuthType is a VRRPv2 authentication type as it is on the wire.
type AuthType uint8

// The authentication types.
const (
	AuthNone AuthType = 0
	AuthPass AuthType = 1
	AuthAH   AuthType = 2
)

// String returns the type as auth_type spells it: PASS, AH or none.
func (t AuthType) String() string {
	switch t {
	case AuthPass:
		return "PASS"
	case AuthAH:
		return "AH"
	}
	return "none"
}

// Auth is VRRPv2 authentication.
type Auth struct {
	Type     AuthType
	Password string // at most 8 bytes
	File     string // auth_pass_file: a path, or a credential's name; instead of Password
	Pos      Pos    // of the auth_type line
}

// Peer is an entry of unicast_peer.
type Peer struct {
	Addr           netip.Addr
	MinTTL, MaxTTL int // accepted TTL or hop limit
	Pos            Pos
}
