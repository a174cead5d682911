package vip

import (
	"errors"
	"fmt"
	"net/netip"
)

// ErrDuplicate means that another machine has the address.
var ErrDuplicate = errors.New("another machine has the address (duplicate address detection failed)")

// DuplicateError tells that another machine has an address of a Set. It has been
// removed, and will be tried again.
type DuplicateError struct{ Address Address }

// Error implements error.
func (e *DuplicateError) Error() string { return fmt.Sprintf("vip: %v: %v", e.Address, ErrDuplicate) }

// Contested tells a vrrp.Router that somebody else claims the address.
func (e *DuplicateError) Contested() bool { return true }

// Unwrap returns ErrDuplicate.
func (e *DuplicateError) Unwrap() error { return ErrDuplicate }

// duplicates takes the claims out of held whose addresses turned out to be
// duplicates, and returns them.
func duplicates(seen []Interface, held map[place]*claim) (list []*claim) {
	for _, i := range seen {
		for _, a := range i.Duplicates {
			p := Address{Interface: i.Name, Prefix: netip.PrefixFrom(a, a.BitLen())}.place()
			if c := held[p]; c != nil {
				list = append(list, c)
				delete(held, p)
			}
		}
	}
	return list
}
