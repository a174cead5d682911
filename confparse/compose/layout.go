package compose

import (
	"errors"
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// layout is a configuration in the terms of vrrp and vip: a value, to be compared
// with another one.
type layout struct {
	vmacs   map[*confparse.Instance]*virtual
	wants   map[*confparse.Instance]wants
	filter  vip.Filter
	paces   []vip.Pace
	devices vip.SetConfig // the interfaces of VMACs
	static  vip.SetConfig
}

// wants is what an instance wants to be.
type wants struct {
	router vrrp.Config // without Owner, Sync and StartDelay
	set    vip.SetConfig
}

// newLayout translates cfg. prior, where it is not nil, returns what an instance
// has of virtual interfaces at present, whose names it keeps; nil: nothing.
func newLayout(cfg *confparse.Config, prior func(*confparse.Instance) *virtual) (*layout, error) {
	l := &layout{vmacs: vmacs(cfg, prior), wants: map[*confparse.Instance]wants{}}
	l.filter, l.paces = filterConfig(cfg, l.vmacs), paces(cfg, l.vmacs)
	l.devices, l.static = deviceConfig(cfg, l.vmacs), staticConfig(cfg)
	var errs []error
	for _, i := range cfg.Instances {
		v := l.vmacs[i]
		w := wants{set: setConfig(i)}
		for n, a := range w.set.Addresses {
			w.set.Addresses[n].Interface = v.dev(a)
		}
		w.set.ExtraInterfaces = extraInterfaces(i, v)
		var err error
		if w.router, err = routerConfig(i); err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", i.Pos, err))
			continue
		}
		v.attach(&w.router, i)
		l.wants[i] = w
	}
	return l, errors.Join(errs...)
}
