package compose

import (
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

// paces translates garp_group, vrrp_garp_interval and vrrp_gna_interval.
func paces(cfg *confparse.Config) (list []vip.Pace) {
	for _, g := range cfg.GARPGroups {
		p := vip.Pace{ARP: g.GARPInterval, NA: g.GNAInterval}
		for _, i := range g.Interfaces {
			p.Interfaces = append(p.Interfaces, i.Name)
		}
		list = append(list, p)
	}
	if cfg.Global.GARPInterval > 0 || cfg.Global.GNAInterval > 0 {
		list = append(list, vip.Pace{ARP: cfg.Global.GARPInterval, NA: cfg.Global.GNAInterval})
	}
	return list
}

// extraInterfaces returns the interfaces that garp_extra_if is about: those
// that an instance has addresses on beside its own, if it means all of them.
func extraInterfaces(i *confparse.Instance) (names []string) {
	if !i.ExtraGARP.All {
		return nil
	}
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		if a.Interface != "" && a.Interface != i.Interface && !slices.Contains(names, a.Interface) {
			names = append(names, a.Interface)
		}
	}
	return names
}
