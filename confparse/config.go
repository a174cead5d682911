package confparse

import "time"

// Config is a whole configuration after defaults and rules have been applied.
// Nothing in it is shared with later parses; its owner may change it.
type Config struct {
	Process         Process
	Global          Global
	Scripts         []*Script
	TrackFiles      []*TrackFile
	TrackProcesses  []*TrackProcess
	BFDs            []*BFD
	SyncGroups      []*SyncGroup
	Instances       []*Instance
	TrackGroups     []*TrackGroup
	StaticAddresses []Address
	StaticRoutes    []Route
	StaticRules     []Rule
	GARPGroups      []*GARPGroup
	LinkDelays      []LinkDelay
	Linkbeats       []Linkbeat

	SSL            SSL
	ServerGroups   []*ServerGroup
	VirtualServers []*VirtualServer

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
	ExtraGARP            ExtraGARP
	// PriorityChanges asks for FIFO lines for changed priorities.
	PriorityChanges bool

	AddressLifetime    time.Duration // address_lifetime; 0: addresses outlive a crash
	GARPReplies        bool          // garp_replies
	YieldAfterRemovals int           // removals of addresses by others, at least 1
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
