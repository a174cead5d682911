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
	Strict               bool // RFC compliance instead of keepalived's extensions; an error in an instance
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
