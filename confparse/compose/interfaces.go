package compose

import "context"

// Interfaces tells which network interfaces are up.
type Interfaces interface {
	// Up reports whether the interface exists, is up and has a carrier.
	Up(name string) bool

	// Watch calls changed at once and whenever Up may have a new answer, until
	// ctx ends; it then returns nil.
	Watch(ctx context.Context, changed func()) error
}
