package confparse

import "fmt"

// require reports what an instance cannot do without.
func (d *decoder) require(n *node, i *instance) {
	if i.VRID == 0 && !n.has("virtual_router_id") {
		d.r.errorf(CodeMissingVRID, i.Pos, fmt.Sprintf("add to vrrp_instance %s, the same on all nodes: virtual_router_id 51", i.Name),
			"vrrp_instance %s has no virtual_router_id", i.Name)
	}
	if i.Interface == "" && !n.has("interface") {
		d.r.errorf(CodeMissingInterface, i.Pos, fmt.Sprintf("add to vrrp_instance %s: interface eth0", i.Name),
			"vrrp_instance %s has no interface", i.Name)
	}
	if v := i.IPVLAN; v != nil && !i.IPv6 && !v.Address.IsValid() {
		d.r.errorf(CodeInvalid, v.Pos, "add an address, of its own, to advertise from: use_ipvlan 192.0.2.11/24",
			"use_ipvlan of vrrp_instance %s needs an address for IPv4", i.Name)
	}
	if len(i.Addresses) == 0 && !i.badAddress {
		d.requireAddress(n, i)
	}
}

func (d *decoder) requireAddress(n *node, i *instance) {
	at := i.Pos
	example := "192.0.2.1/24"
	if i.IPv6 {
		example = "fe80::1"
	}
	help := fmt.Sprintf("add to vrrp_instance %s: virtual_ipaddress { %s }", i.Name, example)
	if len(i.Excluded) > 0 {
		at = i.line("virtual_ipaddress_excluded")
		help = "move one address from virtual_ipaddress_excluded to virtual_ipaddress, on all routers"
	}
	for _, keyword := range []string{"virtual_ipaddress", "no_virtual_ipaddress"} {
		if n.has(keyword) {
			at = i.line(keyword)
		}
	}
	d.r.errorf(CodeMissingAddress, at, help, "vrrp_instance %s needs at least one virtual_ipaddress", i.Name)
}
