package vrrp

import (
	"net/netip"
	"time"
)

// Network is where a [Host] lives: it opens links, and it waits.
// [NewNetwork] returns the kernel's; package vrrptest has one in memory.
//
// Wait is called by the host's own goroutine. Open and Wake may be called by any
// while Wait waits. Close comes once no Wait will follow.
type Network interface {
	// Open returns the link that cfg describes. A Network may hand out the
	// same socket to several hosts' links, never the same Link twice. An
	// interface that does not exist yet is not an error: the link reports
	// itself down until it appears. Errors are for what waiting cannot cure,
	// such as a missing privilege, or net.ErrClosed once Close has begun.
	Open(cfg LinkConfig) (Link, error)

	// Wait blocks until a link has packets or a new state, until the time
	// until (the zero time: no limit), or until Wake. It appends the links
	// that are ready to ready and returns it. Whatever ended the wait, every
	// link with something to read is reported, so that an advertisement that
	// has arrived is heard before a timer that is due; a link may also be
	// reported although nothing turns out to wait in it.
	//
	// Before the time quiet, packets alone need not end the wait: a host that
	// has nothing urgent to learn from them saves wake-ups so. It is a hint.
	Wait(until, quiet time.Time, ready []Link) []Link

	// Wake ends the current or the next Wait. It may be called from any
	// goroutine, never blocks, and calls that come together count as one.
	Wake()

	// Close closes all links and frees what the network holds.
	Close() error
}

// LinkConfig says which packets a link carries.
type LinkConfig struct {
	// Interface is the name of the network interface.
	Interface string

	// Group is the multicast group to join and send to: 224.0.0.18 or
	// ff02::12, unless configured otherwise. Its family is the link's family.
	// The zero Addr makes the link unicast, or, without Local, one that only
	// tells the interface's state: it carries no packets.
	Group netip.Addr

	// VMAC, if set, is the name of the virtual MAC interface on top of
	// Interface: packets are sent through it, so that they have its MAC, and
	// received on both, each one once. Addresses are Interface's.
	VMAC string

	// XmitBase makes a link with a VMAC send through Interface all the same.
	XmitBase bool

	// Local is the address a unicast link receives on and sends from. It is
	// ignored where Group is set. The address may appear on the host later
	// than the link. The unspecified address (0.0.0.0 or ::) means any.
	Local netip.Addr
}

// Watching reports whether the link carries nothing, and only tells the state of
// Interface. To open it takes no privilege and no time.
func (c LinkConfig) Watching() bool { return !c.Group.IsValid() && !c.Local.IsValid() }

// IPv6 reports whether the link carries IPv6.
func (c LinkConfig) IPv6() bool {
	if c.Group.IsValid() {
		return c.Group.Is6()
	}
	return c.Local.Is6()
}

// Link carries VRRP packets of one interface, family, and multicast group or
// unicast address. Packets that this very host sent are not received.
//
// Methods are called one at a time and none blocks. All but Close come from the
// host's own goroutine; Close may come from another one, while Wait waits.
type Link interface {
	// Send sends ps and returns how many left. Each packet's Payload, Source,
	// Destination, TTL and TOS are used, over IPv4 also a Protocol and an ID
	// that are not zero; a zero Source lets the kernel choose.
	// On error, ps[n] is the packet that failed; the ones behind it have not
	// been tried. Payloads are not kept.
	Send(ps []Packet) (n int, err error)

	// Recv fills ps with packets that have arrived, 32 at a time or less, and
	// returns how many; fewer than there is room for mean that nothing more
	// waits. Payloads are the network's and valid until the next Recv of any of
	// its links. After Close the error is net.ErrClosed. Any other error is
	// reported once and does not end the link.
	Recv(ps []Packet) (n int, err error)

	// State returns what is known of the interface. Its Addresses slice must
	// not be changed; the link replaces it whole.
	State() LinkState

	// Close closes the link; the multicast group is left soon after. It is
	// idempotent.
	Close() error
}

// Packet is one VRRP message with what its IP header says.
type Packet struct {
	Payload     []byte     // the IP payload: VRRP message, or AH and VRRP message
	Source      netip.Addr // without zone
	Destination netip.Addr
	Protocol    uint8 // 112 (VRRP) or 51 (AH)
	TTL         uint8 // IPv6: hop limit
	TOS         uint8 // IPv6: traffic class
	ID          uint16

	// At is when the packet was received, on the monotonic clock: taken by the
	// kernel where it stamps packets. Unused on send.
	At time.Time
}

// LinkState describes a link's interface.
type LinkState struct {
	// Up is true when the interface exists, is administratively up, has a
	// carrier, and the link can send and receive on it.
	Up bool

	// Why says in a few words what keeps Up from being true.
	Why string

	// Addresses are the interface's usable addresses of the link's family, in
	// the kernel's order: primary IPv4 addresses first; IPv6 addresses that
	// are tentative or failed duplicate detection are left out. It includes
	// virtual addresses: the host knows which those are.
	Addresses []netip.Addr

	// MTU is the interface's maximum transmission unit in bytes, 0 if unknown.
	MTU int
}
