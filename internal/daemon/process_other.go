//go:build !linux

package daemon

import (
	"log/slog"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// applyProcess does nothing on this system.
func applyProcess(*confparse.Config, *slog.Logger) {}
