package vrrp

import (
	"context"
	"time"
)

// Owner holds what a master holds: addresses, routes, a service. A vip.Set is
// one. Its signatures use std types only, so an implementation need not import
// this package.
//
// Acquire, Release and Announce are called off the protocol's goroutine, one at
// a time per router: give each its own Owner. The newest wish wins: when the router changes its mind
// during a call, that call's context is cancelled, and the call for the new
// state follows as soon as it has returned. Wishes overtaken before they began
// are skipped. All three must be idempotent: Release may come without Acquire. A
// call that panics has failed, with the stack in its error.
type Owner interface {
	// Acquire takes what the master holds and announces it (gratuitous ARP,
	// unsolicited neighbour advertisements). It is called right behind the
	// first advertisement. An error is reported in the transition's event; the
	// router stays master.
	Acquire(ctx context.Context) error

	// Release gives everything back.
	Release(ctx context.Context) error

	// Announce announces again, because somebody contested the role.
	Announce(ctx context.Context) error

	// Renew is proof of life from the protocol's own loop: the router is
	// master and its loop runs. It is called on the protocol's goroutine, with
	// each advertisement sent and at least every 250 ms, and must not block.
	// Whoever holds a lease in the kernel may extend it to until. Between the
	// end of a mastership and the next one it is not called.
	Renew(until time.Time)

	// Trouble delivers what the owner notices by itself: a duplicate address,
	// a foreign claim. A nil channel means never. An error with a method
	// Contested() bool that returns true is a sign of a rival: a master
	// announces again. One with a method Yield() bool that returns true asks a
	// master to give the role up.
	Trouble() <-chan error
}
