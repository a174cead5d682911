package ipvs

// Kernel is IPVS as [Apply] uses it. Its methods may be called by several
// goroutines at once.
type Kernel interface {
	// Table returns the services and destinations there are now, without
	// those that this package cannot describe: services by firewall mark, with
	// scheduler flags, or with a netmask for persistence, and destinations with
	// limits or encapsulations other than IP-in-IP.
	Table() (Table, error)

	// Change makes one change. The error matches os.ErrExist when something
	// to be added is there already, and os.ErrNotExist when something to be edited
	// or deleted, or the service of a destination, is not there.
	Change(Change) error

	// Close frees what the kernel holds. The table stays.
	Close() error
}

// Change is one step from the table that is to the one that should be.
type Change struct {
	Op          Op
	Service     Service     // only its Key matters, but for AddService and EditService
	Destination Destination // of operations on destinations; only its Address matters to a Delete
}

// Op is what a Change does.
type Op uint8

// The operations. Deleting a service deletes its destinations.
const (
	AddService Op = iota
	EditService
	DeleteService
	AddDestination
	EditDestination
	DeleteDestination
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
		return "-a " + c.Service.Key.String() + " " + c.Destination.String()
	case EditDestination:
		return "-e " + c.Service.Key.String() + " " + c.Destination.String()
	default:
		return "-d " + c.Service.Key.String() + " -r " + c.Destination.Address.String()
	}
}
