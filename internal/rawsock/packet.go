package rawsock

import (
	"net/netip"
	"time"
)

// Batch is how many packets one system call sends at most.
const Batch = 64

// Protocol is VRRP's IP protocol number.
const Protocol = 112

const protocolAH = 51

// Packet is one packet without its IP header. It has the fields of package
// vrrp's Packet, so that one converts to the other.
type Packet struct {
	Payload     []byte
	Source      netip.Addr
	Destination netip.Addr
	Protocol    uint8
	TTL         uint8
	TOS         uint8
	ID          uint16
	At          time.Time
}
