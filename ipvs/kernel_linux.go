package ipvs

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/cloudflare/ipvs"
	"github.com/cloudflare/ipvs/netmask"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// NewKernel returns IPVS of the network namespace whose descriptor netns
// stands for; zero means the caller's own. It needs CAP_NET_ADMIN, and the
// module ip_vs, which the kernel loads by itself where it may.
func NewKernel(netnsFD int) (Kernel, error) {
	var k kernel
	err := netns.Do(netnsFD, func() (err error) {
		k.client, err = ipvs.New()
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("the kernel has no IPVS: load the module ip_vs: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("ipvs: %w", err)
	}
	return &k, nil
}

type kernel struct{ client ipvs.Client }

var _ Kernel = (*kernel)(nil)

// Close closes the socket. The client has the method, its interface does not.
func (k *kernel) Close() error { return k.client.(io.Closer).Close() }

func (k *kernel) Table() (Table, error) {
	services, err := k.client.Services()
	if err := emptyIsFine(err); err != nil {
		return nil, err
	}
	var table Table
	for _, raw := range services {
		s, ok := fromService(raw.Service)
		if !ok {
			continue
		}
		e := Entry{Service: s}
		destinations, err := k.client.Destinations(raw.Service)
		if err := emptyIsFine(err); err != nil {
			return nil, fmt.Errorf("%v: %w", s.Key, err)
		}
		for _, raw := range destinations {
			if d, ok := fromDestination(raw.Destination); ok {
				e.Destinations = append(e.Destinations, d)
			}
		}
		table = append(table, e)
	}
	return table, nil
}

// emptyIsFine undoes the client's habit of calling an empty list missing. A
// service that went away between two requests has no destinations either.
func emptyIsFine(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

func (k *kernel) Change(c Change) error {
	s, d := toService(c.Service), toDestination(c.Destination)
	var err error
	switch c.Op {
	case AddService:
		err = k.client.CreateService(s)
	case EditService:
		err = k.client.UpdateService(s)
	case DeleteService:
		err = k.client.RemoveService(s)
	case AddDestination:
		err = k.client.CreateDestination(s, d)
	case EditDestination:
		err = k.client.UpdateDestination(s, d)
	case DeleteDestination:
		err = k.client.RemoveDestination(s, d)
	default:
		err = fmt.Errorf("no such operation: %d", c.Op)
	}
	switch {
	case errors.Is(err, unix.ESRCH):
		return fmt.Errorf("%w: no such service (%w)", os.ErrNotExist, err)
	case errors.Is(err, unix.ENOENT) && (c.Op == AddService || c.Op == EditService):
		// Not os.ErrNotExist: the service is not what is missing.
		return fmt.Errorf("no scheduler %s: load the module ip_vs_%[1]s", c.Service.Scheduler)
	}
	return err
}

func toService(s Service) ipvs.Service {
	addr := s.Address.Addr()
	raw := ipvs.Service{
		Address:   addr,
		Port:      s.Address.Port(),
		Protocol:  ipvs.Protocol(s.Protocol),
		Family:    family(addr),
		Scheduler: s.Scheduler,
		Netmask:   netmask.MaskFrom(addr.BitLen(), addr.BitLen()), // the kernel refuses zero
	}
	if s.Persistence != 0 {
		raw.Flags = ipvs.ServicePersistent
		raw.Timeout = uint32(s.Persistence / time.Second)
	}
	return raw
}

func fromService(raw ipvs.Service) (s Service, ok bool) {
	s = Service{
		Key:       Key{Protocol: Protocol(raw.Protocol), Address: netip.AddrPortFrom(raw.Address, raw.Port)},
		Scheduler: raw.Scheduler,
	}
	if raw.Flags&ipvs.ServicePersistent != 0 {
		s.Persistence = time.Duration(raw.Timeout) * time.Second
	}
	flags := raw.Flags &^ (ipvs.ServiceHashed | ipvs.ServicePersistent)
	plain := raw.FWMark == 0 && flags == 0 && raw.Netmask.Bits() == raw.Address.BitLen()
	return s, plain
}

func toDestination(d Destination) ipvs.Destination {
	method := map[Forwarding]ipvs.ForwardType{NAT: ipvs.Masquerade, DR: ipvs.DirectRoute, TUN: ipvs.Tunnel}
	return ipvs.Destination{
		Address:   d.Address.Addr(),
		Port:      d.Address.Port(),
		Family:    family(d.Address.Addr()),
		FwdMethod: method[d.Forwarding],
		Weight:    uint32(d.Weight),
	}
}

func fromDestination(raw ipvs.Destination) (d Destination, ok bool) {
	method := map[ipvs.ForwardType]Forwarding{ipvs.Masquerade: NAT, ipvs.DirectRoute: DR, ipvs.Tunnel: TUN}
	d = Destination{Address: netip.AddrPortFrom(raw.Address, raw.Port), Weight: int(raw.Weight)}
	d.Forwarding, ok = method[raw.FwdMethod]
	plain := raw.UpperThreshold == 0 && raw.LowerThreshold == 0 && raw.TunnelType == ipvs.IPIP
	return d, ok && plain
}

func family(a netip.Addr) ipvs.AddressFamily {
	if a.Is4() {
		return ipvs.INET
	}
	return ipvs.INET6
}
