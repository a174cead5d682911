// Package vip holds the virtual addresses of a highly available service: it puts
// them on network interfaces, tells the neighbours, keeps them there, and takes
// them away again, with the routes, rules, virtual interfaces and packet filter
// that go with them. It does what keepalived does to the kernel for VRRP, and
// knows nothing of VRRP itself: whoever decides that this machine is the master
// calls Acquire, and Release when it is no longer.
//
// # Managers and Sets
//
// A [Manager] looks after one network namespace. Each [Set] is a group of
// objects, an [Address], [Route], [Rule] or [VMAC], that come and go together,
// such as those of one VRRP instance. Its methods Acquire, Release, Announce,
// Renew and Trouble are what a vrrp.Router calls an Owner, so a Set is handed to a
// router as it is. A Set that is acquired at the start and never released holds
// static addresses.
//
// Managers are declarative. Acquiring what is there already is no error, and what
// somebody else removes is put back within milliseconds and reported by Trouble;
// who does so too often gets a [YieldError]. An object that moves from one Set to
// another is never missing in between. Manager.CleanUp finds what a crashed
// predecessor left, by the configuration and by Config.StateFile, and removes
// nothing that is not ours: objects are marked with [Protocol].
//
// # Announcements
//
// A [Schedule] says how often neighbours are told, by gratuitous ARP (RFC 5227
// section 2.3, RFC 9568 section 8.1.2) or unsolicited neighbour advertisement (RFC
// 4861 section 7.2.6); a [Pace] says how fast. An [Announcer] is told as well, for
// networks that learn addresses in another way, such as BGP.
//
// # The dead-man switch
//
// Under a Config.Lifetime addresses are given to the kernel for seconds, and
// renewed only while a router vouches for them: when the process is killed,
// stopped or stuck, the kernel removes them by itself. [Overhang] is how long that
// takes at worst.
//
// # Ownership and concurrency
//
// A Manager owns its Kernel and closes it; it owns its goroutines, all of which
// end before Run returns. All methods of Managers and Sets may be called by
// several goroutines at once. Acquire, Release and Announce of one Set wait for
// one another and take as long as the kernel does; Renew, Objects and Addresses
// never block. Configurations are copied; slices that are returned must not be
// changed. The channel of Trouble has a small buffer, and nobody waits for its
// reader.
//
// # Testing
//
// The operating system is behind [Kernel]: [NewKernel] is Linux's, and package
// viptest has one in memory, which shows its state as text, so that a failover can
// be tested without a network.
package vip
