package compose

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

const (
	// maxName is the longest name of an interface.
	maxName = vip.MaxInterface

	// vmacPause is how long to wait for notifications of new interfaces.
	vmacPause = 20 * time.Millisecond
)

// vmacs translates use_vmac: the interface of each instance that has one.
func vmacs(cfg *confparse.Config) map[*confparse.Instance]vip.VMAC {
	used := map[string]bool{}
	for _, i := range cfg.Instances {
		used[i.Interface] = true
		if i.VMAC != nil {
			used[i.VMAC.Name] = true
		}
	}
	list := map[*confparse.Instance]vip.VMAC{}
	for _, i := range cfg.Instances {
		if i.VMAC == nil {
			continue
		}
		v := vip.VMAC{Name: i.VMAC.Name, Parent: i.Interface, MAC: slices.Clone(i.VMAC.MAC), Group: uint32(max(i.VMAC.Group, 0))}
		if v.Name == "" {
			v.Name = vmacName(cfg.Global.VMACPrefix, i, used)
			used[v.Name] = true
		}
		switch len(v.MAC) {
		case 0:
			v.MAC = vip.RouterMAC(i.VRID, i.IPv6)
		case 5:
			v.MAC = append(v.MAC, i.VRID)
		}
		v.IPv6 = i.IPv6 || slices.ContainsFunc(i.Excluded, func(a confparse.Address) bool { return a.Prefix.Addr().Is6() })
		list[i] = v
	}
	return list
}

// vmacName makes a name as keepalived does: vrrp.51, then vrrp1.51 or, for IPv6,
// first vrrp6.51, and so on.
func vmacName(prefix string, i *confparse.Instance, used map[string]bool) string {
	digits := []string{""}
	if i.IPv6 {
		digits = append(digits, "6")
	}
	for n := 1; ; n++ {
		for _, d := range digits {
			name := fmt.Sprintf("%s%s.%d", prefix, d, i.VRID)
			if name = name[:min(len(name), maxName)]; !used[name] {
				return name
			}
		}
		digits = []string{fmt.Sprint(n)}
	}
}

// makeVMACs makes the interfaces before any router looks for its own.
func (c *Composition) makeVMACs(ctx context.Context) {
	if len(c.devices.Objects()) == 0 {
		return
	}
	if err := c.devices.Acquire(ctx); err != nil {
		c.log.Error("virtual MAC interfaces", "err", err)
	}
	// The manager has heard of them; the network hears of them in the same way,
	// and must not be behind: instances would begin in FAULT.
	time.Sleep(vmacPause)
}

// onVMAC moves addresses from the interface of an instance to its VMAC.
func onVMAC(v vip.VMAC, list []vip.Address) []vip.Address {
	for i := range list {
		if list[i].Interface == "" || list[i].Interface == v.Parent {
			list[i].Interface = v.Name
		}
	}
	return list
}

// deviceConfig returns the set of all VMACs, in the order of the configuration.
func (c *Composition) deviceConfig(cfg *confparse.Config) vip.SetConfig {
	s := vip.SetConfig{Name: "virtual MAC interfaces"}
	for _, i := range cfg.Instances {
		if v, ok := c.vmacs[i]; ok {
			s.VMACs = append(s.VMACs, v)
		}
	}
	return s
}
