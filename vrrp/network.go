package vrrp

import "log/slog"

// NetworkConfig configures [NewNetwork]. The zero value is the process's own
// network namespace, without a log.
type NetworkConfig struct {
	// Namespace is a descriptor of the network namespace to work in, of which
	// NewNetwork keeps a copy. Zero or less means the process's own. Another
	// one needs CAP_SYS_ADMIN.
	Namespace int

	// Logger is told of sockets opened and of those that cannot be. Nil
	// discards.
	Logger *slog.Logger
}

// NewNetwork returns the kernel's [Network]: one raw IP socket per link, and
// interfaces followed by netlink. An interface that disappears and comes back
// is picked up again by itself. Opening links needs CAP_NET_RAW. Only Linux has
// it; elsewhere the error is [errors.ErrUnsupported].
func NewNetwork(cfg NetworkConfig) (Network, error) {
	return newNetwork(cfg)
}
