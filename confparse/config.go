package confparse

import (
	"net/netip"
	"time"
)

// Config is a whole configuration after defaults and rules have been applied.
// Nothing in it is shared with later parses; its owner may change it.
type Config struct {
	Global          Global
	Scripts         []*Script
	SyncGroups      []*SyncGroup
	Instances       []*Instance
	StaticAddresses []Address

	// Files are the names of all files read, the main file first.
	Files []string
}

// Script returns the vrrp_script of that name, or nil.
func (c *Config) Script(name string) *Script {
	return find(c.Scripts, func(s *Script) bool { return s.Name == name })
}

// Instance returns the vrrp_instance of that name, or nil.
func (c *Config) Instance(name string) *Instance {
	return find(c.Instances, func(i *Instance) bool { return i.Name == name })
}

func find[T any](in []*T, match func(*T) bool) *T {
	for _, x := range in {
		if match(x) {
			return x
		}
	}
	return nil
}

// Global is what global_defs blocks say.
type Global struct {
	RouterID         string // empty: the host name
	DefaultInterface string // default_interface, eth0 unless given

	Version           uint8      // vrrp_version: 2 or 3
	MulticastGroup4   netip.Addr // vrrp_mcast_group4, 224.0.0.18 unless given
	MulticastGroup6   netip.Addr // vrrp_mcast_group6, ff02::12 unless given
	DynamicInterfaces DynamicInterfaces
	MaxAutoPriority   int // max_auto_priority, -1..99
	VRRPPriority      int // vrrp_priority, a nice value
	VRRPNoSwap        bool
	CheckerPriority   int // checker_priority, a nice value
	CheckerNoSwap     bool

	ScriptUser     User // script_user; empty: keepalived_script if it exists
	ScriptSecurity bool // enable_script_security

	Mail Mail

	// Instance holds the defaults of instances: what vrrp_garp_master_delay,
	// vrrp_strict and their like set.
	Instance InstanceDefaults
}

// InstanceDefaults are the settings that an instance has of its own and that
// global_defs gives a default.
type InstanceDefaults struct {
	GARP                 GARP
	DownTimerAdverts     int  // adverts missed before a backup takes over, 1..100
	Strict               bool // RFC compliance instead of keepalived's extensions
	CheckUnicastSource   bool // drop unicast adverts from others than the peers
	SkipCheckAdvertAddrs bool // compare addresses only when the master changes
	LowerPrioNoAdvert    bool // a master leaves a lower-priority advert unanswered
	HigherPrioSendAdvert bool // a master sends a last advert before it yields
	OwnerIgnoreAdverts   bool // priority 255 ignores adverts
	V3ChecksumAsV2       bool // IPv4 VRRPv3 checksum without pseudo header
	SMTPAlert            bool // mail on transitions
}

// GARP is when gratuitous ARP and unsolicited neighbour advertisements go out.
type GARP struct {
	MasterDelay         time.Duration // second batch after becoming master; 0: none
	MasterRepeat        int           // rounds per batch, at least 1
	MasterRefresh       time.Duration // period while master; 0: none
	MasterRefreshRepeat int           // rounds per refresh, at least 1
	LowerPrioDelay      time.Duration // second batch after a lower-priority advert
	LowerPrioRepeat     int           // rounds after a lower-priority advert; 0: none
}

// DynamicInterfaces says whether interfaces may be missing or change.
type DynamicInterfaces uint8

// Values of dynamic_interfaces.
const (
	DynamicOff          DynamicInterfaces = iota
	DynamicOn                             // may be absent at start, and come and go
	DynamicAllowChanges                   // may also come back as another kind of link
)

// Mail is who is written to, and through which relay.
type Mail struct {
	To             []string
	From           string
	Server         string // host or address; empty: no mail
	Port           uint16
	Helo           string
	ConnectTimeout time.Duration
	NoFaults       bool // no_email_faults
}

// User is an identity for scripts, by name or number. Both parts may be empty:
// the next default applies.
type User struct {
	Name          string
	Group         string
	Supplementary bool // the group was written with a colon: set the user's supplementary groups
}

// Command is a program to run.
type Command struct {
	Line string   // as written, without the outer quotes
	Argv []string // program and arguments, never empty; for Shell just Line
	User User
	// Shell says that Line is not a program but text for a shell (it begins
	// with a redirection), and has to be run as [bash or sh, -c, Line].
	Shell bool
	Pos   Pos
}

// Script is a vrrp_script.
type Script struct {
	Name     string
	Command  *Command      // nil: the script line is missing, which is an error
	User     User          // of the user line; also in Command
	Interval time.Duration // time between starts
	Timeout  time.Duration // Interval unless given
	Rise     int           // successes needed to become good, at least 1
	Fall     int           // failures needed to become bad, at least 1
	Weight   Weight        // default for those who track it
	InitFail bool
	Pos      Pos
}

// Weight is what a tracked object adds to a priority. Value 0 means fault.
type Weight struct {
	Value   int // -254..254
	Reverse bool
}

// SyncGroup is a vrrp_sync_group.
type SyncGroup struct {
	Name            string
	Members         []Name
	TrackInterfaces []TrackInterface
	TrackScripts    []TrackScript
	Notify          Notify
	SMTPAlert       bool
	// TrackingWeight keeps the weights of trackers in a group.
	TrackingWeight bool
	Pos            Pos
}

// Name is a word of the configuration that names something.
type Name struct {
	Name string
	Pos  Pos
}

// State is the state an instance asks to start in.
type State uint8

// Values of state. An Instance of a Config is always Master or Backup.
const (
	StateUnset State = iota
	StateBackup
	StateMaster
)

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
	Interface string // may be empty for unicast with a source address
	VRID      uint8  // 0: missing, which is an error
	Priority  uint8  // 255: address owner
	Version   uint8  // 2 or 3
	IPv6      bool   // the family that adverts are sent in

	AdvertInterval time.Duration // v2: whole seconds; v3: multiples of 10 ms
	Auth           Auth

	Addresses []Address // virtual_ipaddress: carried in adverts
	Excluded  []Address // virtual_ipaddress_excluded: not carried
	NoVIP     bool      // no_virtual_ipaddress

	Source         netip.Addr // mcast_src_ip or unicast_src_ip; invalid: of the interface
	TrackSource    bool       // track_src_ip
	MulticastGroup netip.Addr // where adverts go if there are no peers
	Peers          []Peer     // unicast_peer; empty: multicast
	UnicastTTL     int        // 0..255
	UnicastNoPeer  bool       // unicast_fault_no_peer

	TrackInterfaces []TrackInterface
	TrackScripts    []TrackScript
	NoTrackPrimary  bool // dont_track_primary

	NoPreempt          bool
	PreemptDelay       time.Duration
	Accept             bool // accept packets to the virtual addresses
	VMAC               bool // use_vmac
	PromoteSecondaries bool

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
	Pos      Pos    // of the auth_type line
}

// Notify is what runs on transitions; nil entries run nothing.
type Notify struct {
	Any              *Command // notify
	Master           *Command
	Backup           *Command
	Fault            *Command
	Stop             *Command
	Deleted          *Command
	MasterRxLowerPri *Command
	ReportDeleted    bool // notify_deleted was given: report DELETED instead of FAULT
}

// Peer is an entry of unicast_peer.
type Peer struct {
	Addr           netip.Addr
	MinTTL, MaxTTL int // accepted TTL or hop limit
	Pos            Pos
}

// TrackInterface is an entry of track_interface.
type TrackInterface struct {
	Name   string
	Weight Weight
	Pos    Pos
}

// TrackScript is an entry of track_script.
type TrackScript struct {
	Script *Script // never nil
	Weight Weight  // the entry's own, or the script's
	Pos    Pos
}

// Scope is an address scope as the kernel numbers it.
type Scope uint8

// The scopes that have names.
const (
	ScopeGlobal  Scope = 0
	ScopeSite    Scope = 200
	ScopeLink    Scope = 253
	ScopeHost    Scope = 254
	ScopeNowhere Scope = 255
)

// Address is an entry of virtual_ipaddress, virtual_ipaddress_excluded or
// static_ipaddress.
type Address struct {
	Prefix    netip.Prefix // host bits kept; /32 or /128 unless given
	Interface string       // dev, else that of the instance, else the default
	Label     string       // IPv4, at most 15 bytes
	Scope     Scope        // IPv4
	Broadcast netip.Addr   // IPv4; invalid: none
	Peer      netip.Addr   // invalid: none

	DAD            bool // -nodad: do duplicate address detection (IPv6)
	Home           bool
	ManageTempAddr bool
	NoPrefixRoute  bool
	AutoJoin       bool
	NoTrack        bool // losing it is no reason to step down
	VMAC           bool // use_vmac

	// PreferredLifetime is Forever, or 0 for a deprecated address, which an
	// IPv6 /128 is unless it says otherwise.
	PreferredLifetime time.Duration
	TrackGroup        string // static addresses
	Pos               Pos
}

// Forever is a lifetime that does not end.
const Forever time.Duration = -1
