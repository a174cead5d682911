// Package vrrp is an embeddable VRRP implementation: version 2 (RFC 3768) and
// version 3 (RFC 9568), over IPv4 and IPv6, multicast and unicast, beside
// keepalived and FRR on the same wire.
//
// # A router
//
// A [Router] is one virtual router: a few addresses that several machines share,
// of which one, the master, holds them. [New] makes one on the kernel's network
// and [Router.Run] runs it; Run blocks until its context is done, and hands the
// role over before it returns. It takes Linux and CAP_NET_RAW.
//
// A [Host] runs any number of routers in one goroutine, over a [Network]:
// [NewNetwork] is the kernel's. Routers that are on one interface share sockets.
// [Host.Add] and [Router.Close] work at any time, before Run and during it.
//
// States have the names that operators know: [Init], [Backup], [Master], [Fault].
// RFC 9568 calls the Master "Active Router".
//
// # What a master holds
//
// The package sends and hears advertisements; the addresses themselves are the
// business of an [Owner], which takes them when the router becomes master and
// gives them back when it no longer is. At a takeover the advertisement leaves
// first, then the Owner acquires and announces, then the [Event] is delivered; at
// the end the advertisement with priority 0 leaves, the Owner releases, and the
// event comes last. An Owner that is slow or stuck delays its own event, by
// [Config.OwnerTimeout] at most, and no advertisement of anybody.
//
// # What happened, and why
//
// [Router.Events] and [Host.Events] deliver transitions with their [Reason]. A
// reader that falls behind loses events and never delays the protocol;
// [Router.Snapshot] tells the whole state at any time. [Snapshot.Explain] says in
// words why a router is or is not master, and what would change that.
//
// What makes two masters, such as different passwords, checksums or versions, a
// firewall, or one address under two VRIDs, is found by every router: see
// [Router.Conflicts]. [Watch] finds it without a router.
//
// # Priority, trackers, groups
//
// A [Tracker] is something that the priority depends on; whoever watches it
// reports through a [Track]. Network interfaces are watched by the host itself:
//
//	Trackers: []vrrp.Tracker{{Name: "uplink", Interface: "eth1", Weight: -20}}
//
// A [Group] keeps routers in one state, for which each
// member's trackers count. [Router.SetPriority] and [Router.Update] change a
// running router without a change of its state where the protocol allows it;
// [Router.Prepare] checks an update, so that several can be made together.
//
// # Other implementations
//
// The zero [Config] is RFC 9568, and its zero [Compat] is strict. keepalived and
// FRR sum a pseudo-header in version 3 over IPv4, which the RFC leaves out:
// beside them set [Config.Checksum] to [packet.PseudoHeader], or
// [Config.LearnChecksum]. Either is accepted when it is received. Authentication
// is keepalived's: a password or an Authentication Header in version 2, and an
// [HMAC] in both.
//
// # Stalled processes
//
// A router tells its own lateness from the master's. A backup whose process did
// not run listens again before it believes the master dead; a master that may have
// been replaced meanwhile, or that hears a rival, announces the addresses again.
// [Router.Incidents] tells both.
//
// # Testing, and other loops
//
// Package vrrptest has a network in memory: whole hosts run on it in a
// testing/synctest bubble, where a failover takes no time and happens to the
// nanosecond. Underneath, a [Machine] is one router's protocol as a pure value,
// and a [Set] is many of them with their groups: both are told what happened and
// when, and answer with what has to be done. They read no clock and start no
// goroutine. A simulator, or a program with a loop of its own, can drive them.
//
// # Goroutines
//
// All methods of Host, Router, Group and Track may be called from any goroutine.
// They wait for no network and for no Owner, with the exceptions that Host.Add
// opens a socket and Router.Close waits until the router has left. A Machine and
// a Set belong to one goroutine. Logs are written by a goroutine of their own.
package vrrp
