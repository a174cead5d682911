package ipvs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cloudflare/ipvs"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// NewKernel returns IPVS of the network namespace whose descriptor namespace
// stands for; zero means the caller's own. It needs CAP_NET_ADMIN, and the
// module ip_vs, which the kernel loads by itself where it may.
func NewKernel(namespace int) (Kernel, error) {
	var k kernel
	err := netns.Do(namespace, func() (err error) {
		k.client, err = ipvs.New()
		return err
	})
	if err == nil {
		k.genl, err = dialGenl(namespace)
		if err != nil {
			k.client.(io.Closer).Close()
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("the kernel has no IPVS: load the module ip_vs: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("ipvs: %w", err)
	}
	return &k, nil
}

// kernel writes through cloudflare's client what that one knows about. It reads
// by itself: the client does not see persistence engines, and decodes counters
// with every look at the table.
type kernel struct {
	client ipvs.Client
	genl   *genl
}

var _ Kernel = (*kernel)(nil)

// Close closes the sockets. The client has the method, its interface does not.
func (k *kernel) Close() error { return errors.Join(k.client.(io.Closer).Close(), k.genl.close()) }

func (k *kernel) State() (s State, err error) {
	services, err := k.genl.services(nil)
	if err != nil {
		return State{}, err
	}
	s.Table = make(Table, 0, len(services))
	for _, e := range services {
		err := k.genl.destinations(e.Service.Key, func(d Destination, _ []byte) error {
			e.Destinations = append(e.Destinations, d)
			return nil
		})
		if err != nil {
			return State{}, fmt.Errorf("%v: %w", e.Key, err)
		}
		s.Table = append(s.Table, e)
	}
	if s.Daemons, err = k.genl.daemons(); err != nil {
		return State{}, fmt.Errorf("sync daemons: %w", err)
	}
	timeouts, err := k.client.Config()
	if err != nil {
		return State{}, fmt.Errorf("timeouts: %w", err)
	}
	s.Timeouts = Timeouts{
		TCP:    time.Duration(timeouts.TCPTimeout) * time.Second,
		TCPFin: time.Duration(timeouts.TCPFinTimeout) * time.Second,
		UDP:    time.Duration(timeouts.UDPTimeout) * time.Second,
	}
	return s, nil
}

func (k *kernel) Change(c Change) error {
	s, d := toService(c.Service), toDestination(c.Destination)
	var err error
	switch c.Op {
	case AddService:
		err = k.writeService(ipvsCmdNewService, c.Service, k.client.CreateService)
	case EditService:
		err = k.writeService(ipvsCmdSetService, c.Service, k.client.UpdateService)
	case DeleteService:
		err = k.client.RemoveService(s)
	case AddDestination:
		err = k.client.CreateDestination(s, d)
	case EditDestination:
		err = k.client.UpdateDestination(s, d)
	case DeleteDestination:
		err = k.client.RemoveDestination(s, d)
	case SetTimeouts:
		err = k.client.SetConfig(ipvs.Config{
			TCPTimeout:    uint32(c.Timeouts.TCP / time.Second),
			TCPFinTimeout: uint32(c.Timeouts.TCPFin / time.Second),
			UDPTimeout:    uint32(c.Timeouts.UDP / time.Second),
		})
	case StartDaemon:
		err = k.genl.request(ipvsCmdNewDaemon, encodeDaemon(c.Daemon))
	case StopDaemon:
		err = k.genl.stopDaemon(c.Daemon.Role)
	case Zero:
		err = k.genl.request(ipvsCmdZero, nil)
	case ZeroService:
		err = k.genl.request(ipvsCmdZero, encodeKey(c.Service.Key))
	case Flush:
		err = k.genl.request(ipvsCmdFlush, nil)
	default:
		err = fmt.Errorf("no such operation: %d", c.Op)
	}
	return explain(c, err)
}

// writeService writes by hand what the client cannot: a persistence engine.
func (k *kernel) writeService(cmd uint8, s Service, plain func(ipvs.Service) error) error {
	if s.Engine == "" {
		return plain(toService(s))
	}
	return k.genl.request(cmd, encodeService(s))
}

// explain says what the kernel's answer to a change means.
func explain(c Change, err error) error {
	switch {
	case errors.Is(err, unix.ESRCH) && c.Op == StopDaemon:
		return fmt.Errorf("%w: no %v daemon runs (%w)", os.ErrNotExist, c.Daemon.Role, err)
	case errors.Is(err, unix.ESRCH):
		return fmt.Errorf("%w: no such service (%w)", os.ErrNotExist, err)
	case errors.Is(err, unix.ENOENT) && (c.Op == AddService || c.Op == EditService):
		// Not os.ErrNotExist: the service is not what is missing.
		hint := "load the module ip_vs_" + c.Service.Scheduler
		if c.Service.Engine != "" {
			return fmt.Errorf("no scheduler %s, or no persistence engine %s: %s, or ip_vs_pe_%[2]s", c.Service.Scheduler, c.Service.Engine, hint)
		}
		return fmt.Errorf("no scheduler %s: %s", c.Service.Scheduler, hint)
	case errors.Is(err, unix.ENODEV) && c.Op == StartDaemon:
		return fmt.Errorf("no interface %s, or it is down: %w", c.Daemon.Interface, err)
	case errors.Is(err, unix.EINVAL) && c.Op == StartDaemon:
		return fmt.Errorf("interface %s cannot multicast, has no address, or the table has destinations of another family than their service's: %w", c.Daemon.Interface, err)
	case errors.Is(err, unix.EINVAL) && (c.Op == AddDestination || c.Op == EditDestination) && c.Destination.Address.Addr().Is6() != c.Service.Is6():
		return fmt.Errorf("a destination of another family than the service's is refused while a sync daemon runs: %w", err)
	}
	return err
}
