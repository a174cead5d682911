package compose

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// vmacPause is how long to wait for notifications of new interfaces.
const vmacPause = 20 * time.Millisecond

// virtual is what an instance has on virtual MAC interfaces.
type virtual struct {
	parent string            // the interface of the instance
	own    vip.VMAC          // on parent: use_vmac, use_ipvlan; no Name: there is none
	source netip.Prefix      // the address of own itself, that an ipvlan has
	others map[spot]vip.VMAC // of addresses elsewhere: use_vmac_addr, use_vmac behind an address
	all    []vip.VMAC
}

// spot is where an address would be without a virtual MAC.
type spot struct {
	dev  string
	ipv6 bool
}

// dev returns the interface of an address.
func (v *virtual) dev(a vip.Address) string {
	dev := cmp.Or(a.Interface, v.parent)
	if other, ok := v.others[spot{dev, a.Prefix.Addr().Is6()}]; ok {
		return other.Name
	}
	if dev == v.parent && v.own.Name != "" && v.own.IPVLAN == vip.NoIPVLAN {
		return v.own.Name
	}
	return dev
}

// attach has the router advertise through the interface, and from its address
// if nothing else is configured.
func (v *virtual) attach(cfg *vrrp.Config, i *confparse.Instance) {
	if v.own.Name == "" {
		return
	}
	cfg.VMAC, cfg.XmitBase = v.own.Name, i.VMACXmitBase
	if v.source.IsValid() && !cfg.Source.IsValid() {
		cfg.Source = v.source.Addr()
	}
}

// vmacs returns the virtual MAC interfaces of all instances. prior, where it is
// not nil, returns those that an instance has at present, whose names it keeps:
// they must not depend on what else is in the file.
func vmacs(cfg *confparse.Config, prior func(*confparse.Instance) *virtual) map[*confparse.Instance]*virtual {
	used := map[string]bool{}
	for _, i := range cfg.Instances {
		used[i.Interface] = true
		if i.VMAC != nil {
			used[i.VMAC.Name] = true
		}
		if i.IPVLAN != nil {
			used[i.IPVLAN.Name] = true
		}
	}
	given := maps.Clone(used)
	kept := map[*confparse.Instance]*virtual{}
	for _, i := range cfg.Instances {
		kept[i] = &virtual{}
		if p := prior(i); p != nil {
			kept[i] = p
			for _, device := range p.all {
				used[device.Name] = true
			}
		}
	}
	// name returns the name of an interface that the configuration gives none.
	name := func(prefix string, vrid uint8, ipv6 bool, before string) string {
		if before != "" && strings.HasPrefix(before, prefix) && !given[before] {
			return before
		}
		return vmacName(prefix, vrid, ipv6, used)
	}
	list := map[*confparse.Instance]*virtual{}
	for _, i := range cfg.Instances {
		v := &virtual{parent: i.Interface, others: map[spot]vip.VMAC{}}
		list[i] = v
		if i.VMAC != nil {
			v.own = ownVMAC(i)
		}
		if i.IPVLAN != nil {
			v.own, v.source = ipvlan(i), i.IPVLAN.Address
		}
		if (i.VMAC != nil || i.IPVLAN != nil) && v.own.Name == "" {
			v.own.Name = name(cfg.Global.VMACPrefix, i.VRID, i.IPv6, kept[i].own.Name)
		}
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			at := spot{cmp.Or(a.Interface, i.Interface), a.Prefix.Addr().Is6()}
			elsewhere := at != spot{i.Interface, i.IPv6}
			_, made := v.others[at]
			switch {
			case elsewhere && (a.VMAC || i.VMACAddresses) && !made:
				v.others[at] = vip.VMAC{
					Name: name(cfg.Global.VMACAddrPrefix, i.VRID, at.ipv6, kept[i].others[at].Name), Parent: at.dev,
					MAC: vip.RouterMAC(i.VRID, at.ipv6), IPv6: at.ipv6,
				}
				v.all = append(v.all, v.others[at])
			case at.ipv6 && at.dev == i.Interface && !made:
				v.own.IPv6 = true
			}
		}
		if v.own.Name != "" {
			v.all = slices.Insert(v.all, 0, v.own)
		}
	}
	return list
}

// ownVMAC translates use_vmac.
func ownVMAC(i *confparse.Instance) vip.VMAC {
	v := vip.VMAC{
		Name: i.VMAC.Name, Parent: i.Interface, MAC: slices.Clone(i.VMAC.MAC),
		Group: uint32(max(i.VMAC.Group, 0)), IPv6: i.IPv6,
	}
	switch len(v.MAC) {
	case 0:
		v.MAC = vip.RouterMAC(i.VRID, i.IPv6)
	case 5:
		v.MAC = append(v.MAC, i.VRID)
	}
	return v
}

// ipvlan translates use_ipvlan.
func ipvlan(i *confparse.Instance) vip.VMAC {
	modes := map[confparse.IPVLANMode]vip.IPVLANMode{
		confparse.IPVLANBridge: vip.IPVLANBridge, confparse.IPVLANPrivate: vip.IPVLANPrivate, confparse.IPVLANVEPA: vip.IPVLANVEPA,
	}
	v := vip.VMAC{
		Name: i.IPVLAN.Name, Parent: i.Interface, IPVLAN: modes[i.IPVLAN.Mode],
		Group: uint32(max(i.IPVLAN.Group, 0)), IPv6: i.IPv6,
	}
	return v
}

// vmacName makes a name as keepalived does: vrrp.51, then vrrp1.51 or, for IPv6,
// first vrrp6.51, and so on.
func vmacName(prefix string, vrid uint8, ipv6 bool, used map[string]bool) string {
	digits := []string{""}
	if ipv6 {
		digits = append(digits, "6")
	}
	for n := 1; ; n++ {
		for _, d := range digits {
			name := fmt.Sprintf("%s%s.%d", prefix, d, vrid)
			if len(name) > vip.MaxInterface { // the number tells interfaces apart
				name = name[len(name)-vip.MaxInterface:]
			}
			if !used[name] {
				used[name] = true
				return name
			}
		}
		digits = []string{fmt.Sprint(n)}
	}
}

// makeVMACs makes the interfaces before any router looks for its own.
func (c *Composition) makeVMACs(ctx context.Context) {
	if err := c.devices.Acquire(ctx); err != nil {
		c.log.Error("virtual MAC interfaces", "err", err)
	}
	if len(c.devices.Objects()) == 0 {
		return
	}
	// The manager has heard of them; the network hears of them in the same way,
	// and must not be behind: instances would begin in FAULT.
	time.Sleep(vmacPause)
}

// deviceConfig returns the set of all VMACs, in the order of the configuration,
// with the addresses that are their own.
func deviceConfig(cfg *confparse.Config, vmacs map[*confparse.Instance]*virtual) vip.SetConfig {
	s := vip.SetConfig{Name: "virtual interfaces", Schedule: vip.Schedule{Repeat: 1}}
	for _, i := range cfg.Instances {
		v := vmacs[i]
		s.VMACs = append(s.VMACs, v.all...)
		if !v.source.IsValid() {
			continue
		}
		a := vip.Address{Prefix: v.source, Interface: v.own.Name}
		if v.source.Addr().Is6() {
			a.Preferred = vip.Deprecated // nobody else is to connect from it
		}
		s.Addresses = append(s.Addresses, a)
	}
	return s
}
