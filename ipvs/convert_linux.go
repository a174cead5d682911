package ipvs

import (
	"time"

	"github.com/cloudflare/ipvs"
	"github.com/cloudflare/ipvs/netmask"
)

// localForwarding marks a way of forwarding that this package has no name for,
// but that others may have asked for.
const localForwarding = Forwarding(0x80)

func toService(s Service) ipvs.Service {
	raw := ipvs.Service{
		FWMark:    s.Mark,
		Family:    family(s.Is6()),
		Scheduler: s.Scheduler,
		Flags:     ipvs.Flags(rawFlags(s)),
		Netmask:   toNetmask(s),
	}
	if s.Mark == 0 {
		raw.Address = s.Address.Addr()
		raw.Port = s.Address.Port()
		raw.Protocol = ipvs.Protocol(s.Protocol)
	}
	if s.Persistence != 0 {
		raw.Timeout = uint32(s.Persistence / time.Second)
	}
	return raw
}

// toNetmask returns the granularity; the kernel refuses a mask of zero.
func toNetmask(s Service) netmask.Mask {
	ones, _ := prefixLen(s.Granularity)
	switch {
	case s.Granularity.Is4():
		return netmask.MaskFrom4(s.Granularity.As4())
	case s.Granularity.IsValid():
		return netmask.MaskFrom(ones, 128)
	case s.Is6():
		return netmask.MaskFrom(128, 128)
	}
	return netmask.MaskFrom(32, 32)
}

func toDestination(d Destination) ipvs.Destination {
	return ipvs.Destination{
		Address:        d.Address.Addr(),
		Port:           d.Address.Port(),
		Family:         family(d.Address.Addr().Is6()),
		FwdMethod:      toForwarding(d.Forwarding),
		Weight:         uint32(d.Weight),
		UpperThreshold: d.Upper,
		LowerThreshold: d.Lower,
		TunnelType:     ipvs.TunnelType(d.Tunnel.Encapsulation),
		TunnelPort:     d.Tunnel.Port,
		TunnelFlags:    ipvs.TunnelFlags(d.Tunnel.Checksum),
	}
}

func toForwarding(f Forwarding) ipvs.ForwardType {
	switch f {
	case NAT:
		return ipvs.Masquerade
	case DR:
		return ipvs.DirectRoute
	case TUN:
		return ipvs.Tunnel
	}
	return ipvs.ForwardType(f &^ localForwarding)
}

func fromForwarding(raw uint32) Forwarding {
	switch raw & forwardMask {
	case 0:
		return NAT
	case 2:
		return TUN
	case 3:
		return DR
	}
	return localForwarding | Forwarding(raw&forwardMask)
}

// rawFlags returns the kernel's IP_VS_SVC_F_*.
func rawFlags(s Service) uint32 {
	flags := uint32(s.Flags) << schedulerShift
	if s.Persistence != 0 {
		flags |= flagPersistent
	}
	if s.OnePacket {
		flags |= flagOnePacket
	}
	return flags
}

func family(is6 bool) ipvs.AddressFamily {
	if is6 {
		return ipvs.INET6
	}
	return ipvs.INET
}
