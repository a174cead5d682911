// Package vrrp is an embeddable VRRP implementation: version 2 (RFC 3768) and
// version 3 (RFC 9568), over IPv4 and IPv6, multicast and unicast.
//
// A [Router] is one virtual router; a [Host] runs any number of them in one
// goroutine over a [Network]. What a master holds (addresses, usually) is the
// business of an [Owner]. Who becomes master is decided by a [Machine], a pure
// value that neither reads a clock nor touches a socket, so that an election
// can be tested to the nanosecond.
//
// State names are those that operators know: Init, Backup, Master, Fault.
// RFC 9568 calls the Master "Active Router".
package vrrp
