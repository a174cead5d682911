package compose

import (
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

// doubleOwnership returns how long, at worst, a node that was killed, stopped or
// stuck has the addresses of i beside its successor: the last advertisement may
// be one interval older than the last renewal.
func doubleOwnership(i *confparse.Instance) time.Duration {
	takeover := time.Duration(i.DownTimerAdverts) * i.AdvertInterval
	return max(0, i.AdvertInterval+vip.Overhang(i.AddressLifetime)-takeover)
}

// logLifetimes says what the dead-man switch of each instance guarantees.
func (c *Composition) logLifetimes() {
	for _, i := range c.instances {
		if cfg := i.Config; cfg.AddressLifetime > 0 {
			c.log.Info("("+cfg.Name+") dead-man switch: the kernel removes addresses that are not vouched for",
				"lifetime", cfg.AddressLifetime, "worst_double_ownership", doubleOwnership(cfg))
		}
	}
}
