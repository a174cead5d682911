package compose

import (
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

// ownerPriority is that of a router whose virtual addresses are its own: it
// takes their packets whatever no_accept says.
const ownerPriority = 255

// filterConfig translates no_accept and the nftables settings of global_defs, and
// keeps VMACs silent.
func filterConfig(cfg *confparse.Config, vmacs map[*confparse.Instance]*virtual) vip.Filter {
	fw := cfg.Global.Firewall
	f := vip.Filter{Priority: int32(fw.Priority), Counters: fw.Counters}
	if fw.NFTables {
		f.Table = fw.Table
	}
	for _, i := range cfg.Instances {
		v := vmacs[i]
		for _, device := range v.all {
			if device.IPVLAN == vip.NoIPVLAN { // which has the machine's own hardware address
				f.Silent = append(f.Silent, device.Name)
			}
		}
		if i.Accept || i.Priority == ownerPriority {
			continue
		}
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			ip := a.Prefix.Addr()
			if ip.Is6() && ip.IsLinkLocalUnicast() {
				ip = ip.WithZone(v.dev(vip.Address{Interface: a.Interface, Prefix: a.Prefix}))
			}
			f.Addresses = append(f.Addresses, ip)
		}
	}
	return f
}
