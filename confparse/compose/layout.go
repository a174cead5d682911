package compose

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// layout is a configuration in the terms of vrrp and vip: a value, to be compared
// with another one.
type layout struct {
	vmacs   map[*confparse.Instance]*virtual
	wants   map[*confparse.Instance]*wants
	filter  vip.Filter
	paces   []vip.Pace
	devices vip.SetConfig // the interfaces of VMACs
	static  vip.SetConfig
}

// wanted returns what an instance wants; nil of no layout.
func (l *layout) wanted(i *confparse.Instance) *wants {
	if l == nil {
		return nil
	}
	return l.wants[i]
}

// wants is what an instance wants to be.
type wants struct {
	router vrrp.Config // without Owner, Sync and StartDelay
	set    vip.SetConfig
}

// newLayout translates cfg. Prior, where it is not nil, returns what an instance
// has of virtual interfaces at present, whose names it keeps, and what it wants
// so far, if with the same interfaces it still does; nil: nothing. Secrets are
// those of kept, if that is not nil: no file is read.
func newLayout(cfg *confparse.Config, prior func(*confparse.Instance) (*virtual, *wants), kept *layout) (*layout, error) {
	if prior == nil {
		prior = func(*confparse.Instance) (*virtual, *wants) { return nil, nil }
	}
	l := &layout{wants: make(map[*confparse.Instance]*wants, len(cfg.Instances))}
	l.vmacs = vmacs(cfg, func(i *confparse.Instance) *virtual { v, _ := prior(i); return v })
	l.filter, l.paces = filterConfig(cfg, l.vmacs), paces(cfg, l.vmacs)
	l.devices, l.static = deviceConfig(cfg, l.vmacs), staticConfig(cfg)
	var errs []error
	for _, i := range cfg.Instances {
		v := l.vmacs[i]
		if was, same := prior(i); same != nil && reflect.DeepEqual(was, v) {
			l.wants[i] = same
			continue
		}
		w := &wants{set: setConfig(i)}
		for n, a := range w.set.Addresses {
			w.set.Addresses[n].Interface = v.dev(a)
		}
		w.set.ExtraInterfaces = extraInterfaces(i, v)
		var err error
		if w.router, err = routerConfig(i, kept.wanted(i)); err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", i.Pos, err))
			continue
		}
		v.attach(&w.router, i)
		l.wants[i] = w
	}
	return l, errors.Join(errs...)
}
