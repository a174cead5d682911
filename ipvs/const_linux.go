package ipvs

// Numbers of the kernel's interface, in the order of linux/ip_vs.h.

// Commands of the generic netlink family.
const (
	ipvsCmdNewService = iota + 1
	ipvsCmdSetService
	_ // delete service
	ipvsCmdGetService
	_ // new destination
	_ // set destination
	_ // delete destination
	ipvsCmdGetDest
	ipvsCmdNewDaemon
	ipvsCmdDelDaemon
	ipvsCmdGetDaemon
	_ // set config
	_ // get config
	_ // set info
	_ // get info
	ipvsCmdZero
	ipvsCmdFlush
)

// Attributes of a command.
const (
	cmdAttrService = iota + 1
	cmdAttrDest
	cmdAttrDaemon
)

// Attributes of a service.
const (
	svcAttrFamily = iota + 1
	svcAttrProtocol
	svcAttrAddress
	svcAttrPort
	svcAttrMark
	svcAttrScheduler
	svcAttrFlags
	svcAttrTimeout
	svcAttrNetmask
	svcAttrStats
	svcAttrEngine
	svcAttrStats64
)

// Attributes of a destination.
const (
	destAttrAddress = iota + 1
	destAttrPort
	destAttrForwarding
	destAttrWeight
	destAttrUpper
	destAttrLower
	destAttrActive
	destAttrInactive
	destAttrPersistent
	destAttrStats
	destAttrFamily
	destAttrStats64
	destAttrTunnelType
	destAttrTunnelPort
	destAttrTunnelFlags
)

// Attributes of a sync daemon.
const (
	daemonAttrState = iota + 1
	daemonAttrInterface
	daemonAttrSyncID
	daemonAttrMaxLen
	daemonAttrGroup
	daemonAttrGroup6
	daemonAttrPort
	daemonAttrTTL
)

const (
	flagPersistent = 0x1
	flagOnePacket  = 0x4
	schedulerShift = 3 // of SchedulerFlags, among the flags of a service
	forwardMask    = 0x7

	attrHeader   = 4
	attrTypeMask = 0x3fff // without the bits for nested and byte order
)
