package vip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// ErrNoInterface means that an interface does not exist (yet).
var ErrNoInterface = errors.New("no such interface")

// Kernel is the operating system as a [Manager] uses it. Its methods may be
// called by several goroutines at once.
type Kernel interface {
	// Interfaces returns the interfaces and their addresses as they are now.
	Interfaces() ([]Interface, error)

	// Seen returns the interface called name as Watch saw it last, at next to
	// no cost. What has changed a moment ago may be missing, and a call of
	// changed will follow. The error is ErrNoInterface where there is no such
	// interface; any other one means that Watch cannot tell.
	Seen(name string) (Interface, error)

	// Routing returns the routes and rules that carry Protocol. Of a route,
	// fields that do not tell it from others may be missing.
	Routing() ([]Object, error)

	// Apply makes changes, in order, in as few exchanges as possible. It
	// returns one error for each change, by position, or nil when all
	// succeeded; a failure does not keep later changes from being made. Adding
	// what is there and deleting what is not are successes. It fills in the
	// Index of what it adds.
	Apply(changes []Change) []error

	// Announce tells the neighbours of each address once, in order: by
	// gratuitous ARP, or an unsolicited neighbour advertisement. It never
	// blocks. Interfaces without neighbours (loopback, NOARP) are passed over.
	Announce(announcements []Announcement) error

	// Filter has the packet filter drop what f says, instead of what it said
	// before, in one step. What else is filtered stays.
	Filter(f Filter) error

	// Filtering reports whether all that Filter has put into force is there, at next
	// to no cost unless Watch has seen something go.
	Filtering() (bool, error)

	// Watch follows the interfaces until ctx ends and then returns nil. It
	// calls changed, which does not block, as soon as it follows, after
	// interfaces or addresses have changed, and after a route or rule of
	// Routing or something of the Filter has gone; changes that come together may share a call. Of addresses
	// that were added and carry Protocol it may tell a tenth of a second late.
	Watch(ctx context.Context, changed func()) error

	// Close frees what the kernel holds. Addresses stay.
	Close() error
}

// Interface is a network interface with its addresses.
type Interface struct {
	Index     int // positive; an interface that is made anew has another one
	Name      string
	Up        bool // enabled, and with a carrier
	MAC       net.HardwareAddr
	Addresses []Address

	// Duplicates are those of the Addresses that another machine has: they
	// failed duplicate address detection, and do not answer. IPv6 only.
	Duplicates []netip.Addr

	// VMAC says that it was made as a VMAC, by this process or one that has
	// ended. Only Interfaces tells.
	VMAC bool
}

// Change is one step from what is to what should be.
type Change struct {
	Op     Op
	Object Object

	// Lifetime is a whole number of seconds after which the kernel removes an
	// added address by itself; 0: never. Adding an address that is there gives
	// it the new one.
	Lifetime time.Duration

	// Index is that of the interface on which an Address, or a Route with an
	// Interface, is added. Deleting goes by it, since the interface may have got
	// another name meanwhile; 0: by the name.
	Index int
}

// Op is what a Change does.
type Op uint8

// The operations.
const (
	Add Op = iota
	Delete
)

// String returns the change in the words of ip(8), without the leading "ip".
func (c Change) String() string {
	op := " add "
	if c.Op == Delete {
		op = " del "
	}
	text := kind(c.Object) + op + c.Object.String()
	if c.Lifetime > 0 && c.Op == Add {
		text += fmt.Sprintf(" valid_lft %d", c.Lifetime/time.Second)
	}
	return text
}

// Announcement says that Addr is to be found on Interface.
type Announcement struct {
	Interface string
	Addr      netip.Addr

	// Reply asks for a gratuitous ARP reply beside the request. IPv4 only.
	Reply bool
}
