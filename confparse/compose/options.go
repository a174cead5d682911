package compose

import (
	"errors"
	"log/slog"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Options says where a Composition lives. The zero value is this machine.
type Options struct {
	// Network carries advertisements. Nil: the kernel's. It belongs to the
	// Composition: Run closes it.
	Network vrrp.Network

	// Kernel has the addresses. Nil: the kernel's. It belongs to the
	// Composition: Run closes it.
	Kernel vip.Kernel

	// StateFile is where what is held is noted for the successor of a process
	// that is killed; see vip.Config. Empty: none.
	StateFile string

	// Checker makes the checker of a vrrp_script. Nil: it runs the program.
	Checker func(*confparse.Script) (check.Checker, error)

	// IPVS has the services of virtual_server. Nil: the kernel's, if there is a
	// need for it. It belongs to the Composition: Run closes it.
	IPVS ipvs.Kernel

	// KeepIPVS leaves the services and their servers as they are when Run ends
	// (keepalived --dont-release-ipvs).
	KeepIPVS bool

	// ServerChecker makes the checker of a check of a real_server. Nil: what it
	// says.
	ServerChecker ServerChecker

	// Addresses tells which addresses this machine has, for ha_suspend. Nil: the
	// kernel's.
	Addresses Addresses

	// Logger is told what an operator should know. Nil discards.
	Logger *slog.Logger
}

// open fills in the kernel's where nothing else is asked for.
func (o *Options) open() (err error) {
	if o.Network == nil {
		if o.Network, err = vrrp.NewNetwork(vrrp.NetworkConfig{Logger: o.Logger}); err != nil {
			return err
		}
	}
	if o.Kernel == nil {
		if o.Kernel, err = vip.NewKernel(0); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) close() error {
	var errs []error
	if o.Network != nil {
		errs = append(errs, o.Network.Close())
	}
	if o.Kernel != nil {
		errs = append(errs, o.Kernel.Close())
	}
	if o.IPVS != nil {
		errs = append(errs, o.IPVS.Close())
	}
	return errors.Join(errs...)
}
