package report

import (
	"net"
	"net/netip"
)

// Present returns the addresses that this machine has, nil if it cannot be told.
func Present() map[netip.Addr]bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	present := make(map[netip.Addr]bool, len(list))
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(n.IP); ok {
				present[addr.Unmap()] = true
			}
		}
	}
	return present
}
