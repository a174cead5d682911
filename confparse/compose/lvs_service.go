package compose

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// maxGroupAddresses bounds what the ranges of a virtual_server_group stand for:
// each address becomes a service.
const maxGroupAddresses = 1 << 16

// virtualName is what keepalived's log and notifications call a virtual server.
// index counts those that use the same group.
func virtualName(v *confparse.VirtualServer, index int) string {
	switch {
	case v.ByMark:
		return fmt.Sprintf("FWM %d", v.Mark)
	case v.Group != nil:
		return fmt.Sprintf("[%s]:%d", v.Group.Name, index)
	}
	return endpointName(v.Address, v.Protocol, v.Port)
}

// endpointName is what keepalived calls a real server.
func endpointName(a netip.Addr, p confparse.Protocol, port uint16) string {
	return fmt.Sprintf("[%v]:%v:%d", a, p, port)
}

// services returns the services of a virtual server, without destinations: one,
// or those that a group has.
func services(v *confparse.VirtualServer) ([]ipvs.Service, error) {
	if v.Group == nil {
		key := ipvs.Key{Mark: v.Mark, IPv6: v.ByMark && familyOf(v) == confparse.FamilyIPv6}
		if !v.ByMark {
			key = addressKey(v, v.Address, v.Port)
		}
		if v.ByMark && v.Mark == 0 {
			return nil, fmt.Errorf("%v: fwmark 0 stands for packets without a mark: IPVS has no service for them", v.Pos)
		}
		return []ipvs.Service{service(v, key)}, nil
	}
	var list []ipvs.Service
	seen := map[ipvs.Key]bool{}
	add := func(key ipvs.Key) {
		if !seen[key] {
			seen[key] = true
			list = append(list, service(v, key))
		}
	}
	for _, e := range v.Group.Entries {
		if !e.First.IsValid() {
			family := e.Family
			if family == confparse.FamilyUnset {
				family = familyOf(v)
			}
			if e.Mark == 0 {
				return nil, fmt.Errorf("%v: fwmark 0 stands for packets without a mark: IPVS has no service for them", e.Pos)
			}
			add(ipvs.Key{Mark: e.Mark, IPv6: family == confparse.FamilyIPv6})
			continue
		}
		if n := rangeSize(e.First, e.Last); n+uint64(len(list)) > maxGroupAddresses {
			return nil, fmt.Errorf("%v: virtual_server_group %s has more than %d addresses: use a firewall mark for so many", e.Pos, v.Group.Name, maxGroupAddresses)
		}
		for a := e.First; ; a = a.Next() {
			add(addressKey(v, a, e.Port))
			if a == e.Last {
				break
			}
		}
	}
	return list, nil
}

func addressKey(v *confparse.VirtualServer, a netip.Addr, port uint16) ipvs.Key {
	return ipvs.Key{Protocol: ipvs.Protocol(v.Protocol), Address: netip.AddrPortFrom(a, port)}
}

// rangeSize returns how many addresses there are from first to last, or a large
// number.
func rangeSize(first, last netip.Addr) uint64 {
	a, b := first.As16(), last.As16()
	if string(a[:8]) != string(b[:8]) {
		return 1 << 63
	}
	n := binary.BigEndian.Uint64(b[8:]) - binary.BigEndian.Uint64(a[8:])
	return min(n, 1<<62) + 1
}

// familyOf is the family of the marks of a virtual server: said, that of its
// real servers where they agree, or else IPv4.
func familyOf(v *confparse.VirtualServer) confparse.Family {
	if v.Family != confparse.FamilyUnset {
		return v.Family
	}
	family := confparse.FamilyUnset
	for _, r := range v.RealServers {
		f := confparse.FamilyIPv4
		if r.Address.Is6() {
			f = confparse.FamilyIPv6
		}
		if family != confparse.FamilyUnset && f != family {
			return confparse.FamilyIPv4
		}
		family = f
	}
	return max(family, confparse.FamilyIPv4)
}

// service returns a service of v with that key.
func service(v *confparse.VirtualServer, key ipvs.Key) ipvs.Service {
	s := ipvs.Service{
		Key: key, Scheduler: v.Scheduler, Persistence: v.PersistenceTimeout,
		OnePacket: v.OnePacket && (key.Mark != 0 || v.Protocol == confparse.UDP),
	}
	for flag, on := range map[ipvs.SchedulerFlags]bool{ipvs.Fallback: v.Flag1, ipvs.Ports: v.Flag2, ipvs.Flag3: v.Flag3} {
		if on {
			s.Flags |= flag
		}
	}
	if key.Mark == 0 && key.Address.Port() == 0 && s.Persistence == 0 {
		s.Persistence = portlessPersistence // of a group, whose entries confparse leaves as they are
	}
	if s.Persistence == 0 {
		return s
	}
	s.Engine = v.PersistenceEngine
	switch {
	case key.Is6() && v.PersistencePrefix > 0:
		ones := netip.PrefixFrom(allOnes6, v.PersistencePrefix)
		s.Granularity = ones.Masked().Addr()
	case !key.Is6() && v.PersistenceMask.IsValid():
		s.Granularity = v.PersistenceMask
	}
	return s
}

var allOnes6 = netip.AddrFrom16([16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})

// destination returns a real server as the kernel gets it.
func destination(r *confparse.RealServer) ipvs.Destination {
	d := ipvs.Destination{Address: netip.AddrPortFrom(r.Address, r.Port), Weight: r.Weight, Upper: r.Upper, Lower: r.Lower}
	forward(&d, r.Forwarding)
	return d
}

// sorryDestination returns the sorry server of v, or nil.
func sorryDestination(v *confparse.VirtualServer) *ipvs.Destination {
	if v.Sorry == nil {
		return nil
	}
	d := ipvs.Destination{Address: netip.AddrPortFrom(v.Sorry.Address, v.Sorry.Port), Weight: 1}
	forward(&d, v.Sorry.Forwarding)
	return &d
}

func forward(d *ipvs.Destination, f confparse.Forwarding) {
	switch f.Method {
	case confparse.DirectRouting:
		d.Forwarding = ipvs.DR
	case confparse.Tunnel:
		d.Forwarding = ipvs.TUN
		d.Tunnel = ipvs.Tunnel{
			Encapsulation: map[confparse.TunnelType]ipvs.Encapsulation{confparse.IPIP: ipvs.IPIP, confparse.GUE: ipvs.GUE, confparse.GRE: ipvs.GRE}[f.Tunnel],
			Port:          f.Port,
			Checksum:      map[confparse.TunnelChecksum]ipvs.Checksum{confparse.NoChecksum: ipvs.NoChecksum, confparse.Checksum: ipvs.WithChecksum, confparse.RemoteChecksum: ipvs.RemoteChecksum}[f.Checksum],
		}
	}
}

// fit returns a destination as a service has it: only NAT changes ports. ok is
// false if the service cannot have it, because it is of another family.
func fit(d ipvs.Destination, key ipvs.Key) (_ ipvs.Destination, ok bool) {
	if d.Forwarding != ipvs.NAT {
		d.Address = netip.AddrPortFrom(d.Address.Addr(), key.Address.Port())
	}
	return d, d.Forwarding == ipvs.TUN || d.Address.Addr().Is6() == key.Is6()
}

// entries returns the table of the services with destinations.
func entries(services []ipvs.Service, destinations []ipvs.Destination) ipvs.Table {
	table := make(ipvs.Table, 0, len(services))
	for _, s := range services {
		e := ipvs.Entry{Service: s}
		seen := make(map[netip.AddrPort]bool, len(destinations))
		for _, d := range destinations {
			if d, ok := fit(d, s.Key); ok && !seen[d.Address] {
				seen[d.Address] = true
				e.Destinations = append(e.Destinations, d)
			}
		}
		table = append(table, e)
	}
	return table
}

// validateVirtualServers returns what is wrong with the services of cfg: what the
// kernel would refuse.
func validateVirtualServers(cfg *confparse.Config) (errs []error) {
	taken := map[ipvs.Key]confparse.Pos{}
	for _, v := range cfg.VirtualServers {
		list, err := services(v)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		var destinations []ipvs.Destination
		for _, r := range v.RealServers {
			destinations = append(destinations, destination(r))
		}
		for _, s := range list {
			if at, twice := taken[s.Key]; twice {
				if s.Mark == 0 || v.Group == nil { // groups may share marks
					errs = append(errs, fmt.Errorf("%v: %v is the service of the virtual_server of %v already: put the real servers of both into one", v.Pos, s.Key, at))
				}
				continue
			}
			taken[s.Key] = v.Pos
		}
		for _, e := range entries(list, destinations) {
			if len(e.Destinations) < len(destinations) && len(e.Destinations) == 0 && len(destinations) > 0 {
				errs = append(errs, fmt.Errorf("%v: %v has no real server of its family: only lb_kind TUN leads to the other one", v.Pos, e.Key))
			}
			if err := (ipvs.State{Table: ipvs.Table{e}}).Validate(); err != nil {
				errs = append(errs, fmt.Errorf("%v: %w", v.Pos, err))
			}
		}
	}
	return errs
}
