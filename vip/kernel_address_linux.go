package vip

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

func (k *linux) interfaceFrom(s netlinkx.Interface) Interface {
	i := Interface{Index: s.Index, Name: s.Name, Up: s.Up, MAC: s.HardwareAddr, Addresses: make([]Address, len(s.Addresses))}
	for n, a := range s.Addresses {
		i.Addresses[n] = fromKernel(s.Name, a)
		i.Addresses[n].Foreign = k.tags && a.Protocol != Protocol
		if a.Flags&unix.IFA_F_DADFAILED != 0 {
			i.Duplicates = append(i.Duplicates, a.Prefix.Addr())
		}
	}
	return i
}

func fromKernel(dev string, a netlinkx.Address) Address {
	v := Address{
		Prefix: a.Prefix, Interface: dev, Broadcast: a.Broadcast, Peer: a.Peer, Metric: a.Metric,
		NoPrefixRoute:  a.Flags&unix.IFA_F_NOPREFIXROUTE != 0,
		AutoJoin:       a.Flags&unix.IFA_F_MCAUTOJOIN != 0,
		Home:           a.Flags&unix.IFA_F_HOMEADDRESS != 0,
		ManageTempAddr: a.Flags&unix.IFA_F_MANAGETEMPADDR != 0,
	}
	preferred := Forever
	switch a.Preferred {
	case a.Valid: // for as long as the address is there
	case 0:
		preferred = Deprecated
	default:
		preferred = time.Duration(a.Preferred) * time.Second
	}
	if preferred != v.preferred() {
		v.Preferred = preferred
	}
	v.DAD = a.Prefix.Addr().Is6() && a.Flags&unix.IFA_F_NODAD == 0
	if a.Prefix.Addr().Is4() {
		v.Scope = Scope(a.Scope)
		if a.Label != dev { // the kernel's default
			v.Label = a.Label
		}
	}
	return v
}

func toKernel(a Address, lifetime time.Duration) netlinkx.Address {
	k := netlinkx.Address{
		Prefix:    a.Prefix,
		Scope:     uint8(a.Scope),
		Label:     a.Label,
		Broadcast: a.Broadcast,
		Peer:      a.Peer,
		Metric:    a.Metric,
		Protocol:  Protocol,
		Valid:     netlinkx.Forever,
		Preferred: netlinkx.Forever,
	}
	if lifetime > 0 {
		k.Valid = uint32(lifetime / time.Second)
		k.Preferred = k.Valid
	}
	switch p := a.preferred(); p {
	case Forever:
	case Deprecated:
		k.Preferred = 0
	default:
		k.Preferred = min(uint32(p/time.Second), k.Valid)
	}
	for _, f := range []struct {
		set  bool
		flag uint32
	}{
		{a.NoPrefixRoute, unix.IFA_F_NOPREFIXROUTE}, {a.AutoJoin, unix.IFA_F_MCAUTOJOIN},
		{a.Home, unix.IFA_F_HOMEADDRESS}, {a.ManageTempAddr, unix.IFA_F_MANAGETEMPADDR},
		// While an address is tentative it neither answers nor can it be announced.
		{a.Prefix.Addr().Is6() && !a.DAD, unix.IFA_F_NODAD},
	} {
		if f.set {
			k.Flags |= f.flag
		}
	}
	return k
}

// tellsProtocol reports whether this is Linux 5.18 or later.
func tellsProtocol() bool {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return false
	}
	var major, minor int
	_, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	return err == nil && (major > 5 || major == 5 && minor >= 18)
}
