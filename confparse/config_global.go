package confparse

import (
	"net/netip"
	"time"
)

// Process is what the keywords outside of all blocks say about the daemon.
type Process struct {
	Namespace      string        // net_namespace; empty: the one it was started in
	IPVSNamespace  string        // net_namespace_ipvs; empty with OwnIPVS: the one it was started in
	OwnIPVS        bool          // net_namespace_ipvs was given
	IPSets         bool          // namespace_with_ipsets
	PIDDir         bool          // use_pid_dir
	Instance       string        // instance: keeps files of several daemons apart
	ChildWait      time.Duration // child_wait_time: how long a stop may take
	LinkbeatPolled bool          // linkbeat_use_polling
}

// Global is what global_defs blocks say.
type Global struct {
	RouterID         string // empty: the host name
	DefaultInterface string // default_interface, eth0 unless given

	Version            uint8      // vrrp_version: 2 or 3
	MulticastGroup4    netip.Addr // vrrp_mcast_group4, 224.0.0.18 unless given
	MulticastGroup6    netip.Addr // vrrp_mcast_group6, ff02::12 unless given
	DynamicInterfaces  DynamicInterfaces
	GARPInterval       time.Duration // vrrp_garp_interval; 0: no limit
	GNAInterval        time.Duration // vrrp_gna_interval; 0: no limit
	MinGARP            bool          // vrrp_min_garp; already applied to Instance.GARP
	StartupDelay       time.Duration // vrrp_startup_delay
	DelayAfterBoot     time.Duration // vrrp_delay_after_boot
	LogUnknownVRIDs    bool
	DisableLocalIGMP   bool
	VMACPrefix         string // vmac_prefix, "vrrp" unless given
	VMACAddrPrefix     string // vmac_addr_prefix, VMACPrefix unless given
	ReceiveBuffers     ReceiveBuffers
	MaxAutoPriority    int           // max_auto_priority, -1..99
	AutoPriorityDelay  time.Duration // min_auto_priority_delay
	ProcessNames       bool          // process_names
	ProcessName        string        // process_name
	VRRP, Checker, BFD ProcessSettings

	ScriptUser          User // script_user; empty: keepalived_script if it exists
	ScriptSecurity      bool // enable_script_security
	SymlinkPaths        bool // use_symlink_paths
	SupplementaryGroups bool // set_supplementary_groups
	Startup, Shutdown   Hook
	Umask               int // umask; Inherited: keepalived's, 0177

	Mail            Mail
	NotifyScripts   NotifyScripts
	FIFO            FIFOs
	PriorityChanges bool // vrrp_notify_priority_changes
	StatesOnReload  bool // fifo_write_vrrp_states_on_reload

	Firewall Firewall
	LVS      LVS
	SNMP     SNMP
	DBus     DBus
	Reload   Reload
	Files    GlobalFiles
	Netlink  Netlink

	// Instance holds the defaults of instances: what vrrp_garp_master_delay,
	// vrrp_strict and their like set.
	Instance InstanceDefaults
}

// ProcessSettings are how the kernel is to treat one of keepalived's processes.
type ProcessSettings struct {
	Name             string // at most 15 bytes
	Priority         int    // nice value, -20..19
	NoSwap           bool
	RealtimePriority int           // SCHED_RR, 1..99; 0: no
	CPUs             []int         // none: all
	RealtimeLimit    time.Duration // RLIMIT_RTTIME
}

// Hook is a program at the start or the end of the daemon.
type Hook struct {
	Command *Command // nil: none
	Timeout time.Duration
}

// ReceiveBuffers is how large the receive buffers of VRRP sockets are.
type ReceiveBuffers struct {
	Policy     BufferPolicy
	Bytes      int // with BufferBytes
	Multiplier int // with BufferMTU and BufferAdvert
}

// BufferPolicy is a vrrp_rx_bufs_policy.
type BufferPolicy uint8

// The policies.
const (
	BufferSystem BufferPolicy = iota // the kernel's default
	BufferMTU                        // a multiple of the MTU
	BufferAdvert                     // a multiple of the largest advert
	BufferBytes                      // so many bytes
)

// Mail is who is written to, and through which relay.
type Mail struct {
	To             []string
	From           string
	Server         string // host or address; empty: no mail
	Port           uint16
	Helo           string
	ConnectTimeout time.Duration
	TLS            MailTLS // smtp_tls
	User           string  // smtp_user; empty: no authentication
	PasswordFile   string  // of User: a path, or a credential's name
	NoFaults       bool    // no_email_faults
	NoCheckers     bool    // no_checker_emails: only if a real server changes state
	// CheckerAlert is the default of smtp_alert for virtual and real servers;
	// without either keyword it is nil: off for the former, on for the latter.
	CheckerAlert *bool
}

// MailTLS is how a mail relay is spoken to (smtp_tls).
type MailTLS uint8

// The values of smtp_tls.
const (
	MailPlain    MailTLS = iota // as keepalived does
	MailStartTLS                // starttls: nothing is sent before it
	MailTLSOnly                 // tls: from the first byte
)

// NotifyScripts is how notify scripts are run.
type NotifyScripts struct {
	Timeout time.Duration // notify_timeout; 0: none
	Latest  bool          // notify_latest: what is past is not told any more
}

// FIFO is a named pipe that events are written to, with its reader.
type FIFO struct {
	Path   string // empty: none
	User   User   // who may read it
	Script *Command
	Pos    Pos
}

// FIFOs are the pipes for events.
type FIFOs struct{ All, VRRP, LVS FIFO }

// SNMP is what global_defs says about SNMP.
type SNMP struct {
	Socket                    string
	Traps, VRRP, Checker      bool
	RFC2, RFC3                bool          // enable_snmp_rfcv2, enable_snmp_rfcv3; both with enable_snmp_rfc
	VirtualUpdate, RealUpdate time.Duration // age at which the counters are read again
}

// DBus is what global_defs says about D-Bus.
type DBus struct {
	Enabled     bool
	Service     string // dbus_service_name
	NoInterface string // dbus_no_interface_name
}

// Reload is how the daemon reloads.
type Reload struct {
	Check    bool   // reload_check_config
	CheckLog string // where findings go; empty: nowhere
	TimeFile string // reload_time_file
	Repeat   bool   // reload_repeat
	Marked   bool   // reload_file was given
	MarkFile string // its path; empty: the default
}

// GlobalFiles are places in the file system.
type GlobalFiles struct {
	ConfigSaveDir, TmpConfigDir string
	DataUseInstance             bool
	JSONVersion                 int // 1 or 2
	IPRouteUsr, IPRouteEtc      string
	StateDump, StatsDump, JSON  string // empty: keepalived's defaults
}

// Netlink are sizes of receive buffers of netlink sockets.
type Netlink struct {
	VRRPCommand, VRRPMonitor, LVSCommand, LVSMonitor, ProcessMonitor SocketBuffer
}

// SocketBuffer is the size of a receive buffer.
type SocketBuffer struct {
	Bytes int  // 0: the kernel's default
	Force bool // beyond the limit of the system
}

// Firewall is how packets are dropped for no_accept and virtual MACs.
type Firewall struct {
	IPTables           bool
	InChain, OutChain  string
	IPSets             []string // names in keepalived's order; empty without NoIPSets: the defaults
	NoIPSets           bool     // vrrp_ipsets without names
	NFTables           bool
	Table              string // "keepalived" unless given
	Priority           int    // of its chains
	ByIndex            bool   // nftables_ifindex
	Counters           bool   // nftables_counters
	IPVS               bool   // nftables_ipvs
	IPVSTable          string
	IPVSPriority       int
	IPVSFirstMark      uint32
	IPVSPos, TablesPos Pos // of nftables_ipvs and nftables
}

// LVS is what global_defs says about IPVS and its checks.
type LVS struct {
	TCPTimeout, FINTimeout, UDPTimeout time.Duration // lvs_timeouts; 0: the kernel's
	Flush                              bool          // lvs_flush
	FlushOnStop                        FlushOnStop
	Sync                               *SyncDaemon // lvs_sync_daemon; nil: none
	LogAllFailures                     bool        // checker_log_all_failures
	InitNotifies                       bool        // rs_init_notifies
}

// FlushOnStop is what is cleared at the end.
type FlushOnStop uint8

// The values of lvs_flush_on_stop.
const (
	FlushNothing FlushOnStop = iota // each destination and service is removed
	FlushAll                        // the whole table, of others too
	FlushOwn                        // the own services, with what is in them
)

// SyncDaemon is lvs_sync_daemon.
type SyncDaemon struct {
	Interface string
	Instance  string // whose state decides; empty: both daemons run
	ID        int    // Inherited: the VRID of Instance, or 0
	MaxLen    int    // 0: the kernel's choice
	Port      uint16
	TTL       uint8
	Group     netip.Addr
	Pos       Pos
}
