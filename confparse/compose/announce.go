package compose

import (
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

// paces translates garp_group, vrrp_garp_interval and vrrp_gna_interval. What a
// group says of an interface goes for the virtual MAC interfaces on it.
func paces(cfg *confparse.Config, vmacs map[*confparse.Instance]*virtual) (list []vip.Pace) {
	for _, g := range cfg.GARPGroups {
		p := vip.Pace{ARP: g.GARPInterval, NA: g.GNAInterval}
		for _, i := range g.Interfaces {
			p.Interfaces = append(p.Interfaces, i.Name)
			for _, instance := range cfg.Instances {
				for _, device := range vmacs[instance].all {
					if device.Parent == i.Name {
						p.Interfaces = append(p.Interfaces, device.Name)
					}
				}
			}
		}
		list = append(list, p)
	}
	if cfg.Global.GARPInterval > 0 || cfg.Global.GNAInterval > 0 {
		list = append(list, vip.Pace{ARP: cfg.Global.GARPInterval, NA: cfg.Global.GNAInterval})
	}
	return list
}

// extraInterfaces returns the interfaces that garp_extra_if is about: those
// that an instance has addresses on beside its own. Unless it means all of them,
// virtual MAC interfaces only.
func extraInterfaces(i *confparse.Instance, v *virtual) (names []string) {
	for _, device := range v.all {
		if device.Name != v.own.Name {
			names = append(names, device.Name)
		}
	}
	if !i.ExtraGARP.All {
		return names
	}
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		dev := v.dev(vip.Address{Interface: a.Interface, Prefix: a.Prefix})
		if dev != v.parent && dev != v.own.Name && !slices.Contains(names, dev) {
			names = append(names, dev)
		}
	}
	return names
}
