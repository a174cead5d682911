package vip

import "fmt"

// troubleBuffer is how many errors wait for the reader of Trouble.
const troubleBuffer = 16

// RemovedError tells that someone else removed an object that a Set holds. It
// has been put back.
type RemovedError struct{ Object Object }

// Error implements error.
func (e *RemovedError) Error() string {
	return fmt.Sprintf("vip: %s was removed by another process and has been put back "+
		"(systemd-networkd: KeepConfiguration=, ManageForeignRoutes=; NetworkManager: unmanaged-devices=)", Describe(e.Object))
}

// Trouble delivers a *RemovedError for each object that someone else removed, a
// *LapsedError for each address whose Lifetime has ended, a *DuplicateError for
// each that another machine has, a *FilterError where the packet filter has been
// put back, and a *YieldError where it would be better if
// another machine had them. Errors that nobody reads are dropped after the first
// few. The channel is never closed.
func (s *Set) Trouble() <-chan error { return s.trouble }

// complain hands an error to the reader of Trouble, if there is room for it.
func (s *Set) complain(err error) {
	select {
	case s.trouble <- err:
	default:
	}
}
