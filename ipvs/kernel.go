package ipvs

import (
	"fmt"
	"time"
)

// Kernel is IPVS of one network namespace. [NewKernel] returns Linux's, package
// ipvstest has one in memory. Its methods may be called by several goroutines
// at once; they block for as long as the kernel needs, which is not long.
type Kernel interface {
	// State returns everything there is now. Where others change the table at
	// the same time it may be a mixture of before and after.
	State() (State, error)

	// Stats returns the counters of the services, of all where no key is given.
	// Services that do not exist are left out.
	Stats(...Key) ([]ServiceStats, error)

	// Change makes one change. The error matches os.ErrExist when something
	// to be added is there already, and os.ErrNotExist when something to be edited
	// or deleted, or the service of a destination, is not there.
	Change(Change) error

	// Close frees what the Kernel holds. The table stays.
	Close() error
}

// Change is one write: one step from the State that is to the one that should be.
type Change struct {
	Op          Op
	Service     Service     // only its Key matters, but for AddService and EditService
	Destination Destination // of operations on destinations; only its Address matters to a Delete
	Timeouts    Timeouts    // of SetTimeouts
	Daemon      Daemon      // of StartDaemon and StopDaemon; only its Role matters to the latter
}

// Op is what a Change does.
type Op uint8

// The operations.
const (
	AddService        Op = iota
	EditService          // keeps connections and counters
	DeleteService        // with its destinations
	AddDestination       //
	EditDestination      // keeps connections and counters
	DeleteDestination    // connections to it get no more packets through
	SetTimeouts          // those that are not zero
	StartDaemon          // fails with os.ErrExist where the Role has one
	StopDaemon           //
	Zero                 // all counters of all services
	ZeroService          // the counters of one service and its destinations
	Flush                // deletes all services, whoever made them
)

// String returns the change as the arguments of ipvsadm that make it.
func (c Change) String() string {
	switch c.Op {
	case AddService:
		return "-A " + c.Service.String()
	case EditService:
		return "-E " + c.Service.String()
	case DeleteService:
		return "-D " + c.Service.Key.String()
	case AddDestination:
		return "-a " + c.Service.Key.String() + " " + c.Destination.String() + c.Destination.limits()
	case EditDestination:
		return "-e " + c.Service.Key.String() + " " + c.Destination.String() + c.Destination.limits()
	case DeleteDestination:
		return "-d " + c.Service.Key.String() + " -r " + c.Destination.Address.String()
	case SetTimeouts:
		return fmt.Sprintf("--set %d %d %d", c.Timeouts.TCP/time.Second, c.Timeouts.TCPFin/time.Second, c.Timeouts.UDP/time.Second)
	case StartDaemon:
		return "--start-daemon " + c.Daemon.String()
	case StopDaemon:
		return "--stop-daemon " + c.Daemon.Role.String()
	case Zero:
		return "-Z"
	case ZeroService:
		return "-Z " + c.Service.Key.String()
	case Flush:
		return "-C"
	}
	return fmt.Sprintf("(operation %d)", c.Op)
}
