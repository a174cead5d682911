package compose

import (
	"errors"
	"reflect"
	"slices"

	"github.com/vrrpkit/vrrpkit/vip"
)

// planAddresses prepares what the kernel is to hold: virtual interfaces before
// the addresses on them, and what goes behind all.
func (p *Plan) planAddresses() error {
	c := p.c
	was, is := c.layout, p.layout
	p.newFilter = !reflect.DeepEqual(was.filter, is.filter)
	var err error
	var errs []error
	if !reflect.DeepEqual(was.devices, is.devices) {
		p.newObjects = true
		more := was.devices
		more.VMACs, more.Addresses = slices.Clone(more.VMACs), slices.Clone(more.Addresses)
		for _, v := range is.devices.VMACs {
			if !slices.ContainsFunc(more.VMACs, func(o vip.VMAC) bool { return o.Name == v.Name }) {
				more.VMACs = append(more.VMACs, v)
				p.moreDevices = true
			}
		}
		if p.moreDevices {
			p.makeDevices, err = c.manager.Prepare(was.paces, vip.SetUpdate{Set: c.devices, Config: more})
			errs = append(errs, err)
		}
		p.changeDevices, err = c.manager.Prepare(is.paces, vip.SetUpdate{Set: c.devices, Config: is.devices})
		errs = append(errs, err)
	}
	paces := !reflect.DeepEqual(was.paces, is.paces)
	var updates []vip.SetUpdate
	if paces || !reflect.DeepEqual(was.static, is.static) {
		updates = append(updates, vip.SetUpdate{Set: c.static, Config: is.static})
	}
	for _, m := range p.members {
		if m.old.Router == nil {
			p.newObjects = true
			continue
		}
		if paces || m.moved {
			updates = append(updates, vip.SetUpdate{Set: m.set, Config: is.wants[m.config].set})
		}
	}
	if len(updates) > 0 {
		p.newObjects = true
		p.changeSets, err = c.manager.Prepare(is.paces, updates...)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
