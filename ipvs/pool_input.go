package ipvs

import "net/netip"

// PoolInput is something that happens to a Pool.
type PoolInput struct {
	Kind   PoolInputKind
	Server netip.AddrPort // by its configured Address; of all but PoolTick

	// Of PoolChecked: what the check has found.
	Check  string
	Up     bool
	Weight PoolWeight // this time; not kept from earlier results

	Connections int // of PoolCounted: active and inactive, of all services of the pool
}

// PoolInputKind is what happens.
type PoolInputKind uint8

// The inputs. Those about servers or checks that the pool does not have, because
// they were there before an Update, do nothing.
const (
	PoolTick     PoolInputKind = iota // Deadline has passed
	PoolChecked                       // a check has a result
	PoolDrain                         // no new connections for a server, those that it has go on
	PoolUndrain                       // the end of that
	PoolCounted                       // a server has so many connections, active and inactive
	PoolRefused                       // the kernel does not take the server, see Snapshot.Missing
	PoolAccepted                      // the end of that
)

// PoolWeight is what a check says about the weight of its server. Those of all
// its checks add up.
type PoolWeight struct {
	Mode  PoolWeightMode
	Value int
}

// PoolWeightMode is what the value of a PoolWeight means.
type PoolWeightMode uint8

// The modes.
const (
	PoolWeightNone     PoolWeightMode = iota // nothing
	PoolWeightOffset                         // more than the configured weight, or less (FILE_CHECK)
	PoolWeightAbsolute                       // instead of the configured weight (misc_dynamic)
)
