package ipvs

import "net/netip"

// Counters are what passed, and how much of it per second lately. They start
// anew when the service or destination is added or zeroed. The kernel brings
// them up to date every two seconds.
type Counters struct {
	Connections uint64
	InPackets   uint64 // from clients
	OutPackets  uint64 // to clients, of NAT
	InBytes     uint64
	OutBytes    uint64

	// Per second, a mean over the last seconds.
	ConnectionRate uint64
	InPacketRate   uint64
	OutPacketRate  uint64
	InByteRate     uint64
	OutByteRate    uint64
}

// ServiceStats is what a service has done so far.
type ServiceStats struct {
	Key Key
	Counters
	Destinations []DestinationStats
}

// DestinationStats is what a destination has done so far, and has now.
type DestinationStats struct {
	Address netip.AddrPort
	Weight  int
	Counters

	Active     uint32 // connections that are established
	Inactive   uint32 // connections of other states: closing, or of UDP
	Persistent uint32 // clients that Persistence keeps here
}
