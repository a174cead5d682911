package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/ether"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// linux is the kernel's side of a network namespace. Every socket is opened
// in advance: a takeover finds them ready.
type linux struct {
	conn    *netlinkx.Conn
	monitor *netlinkx.Monitor
	routing *netlinkx.RoutingWatch
	frames  *ether.Conn
	tables  *netlinkx.TableWatch
	owner   owner
	drops   drops
	tags    bool // addresses tell their protocol: Linux 5.18

	namespace int
}

// NewKernel returns Linux's addresses in the network namespace that the
// descriptor namespace stands for; zero means the caller's own. It needs
// CAP_NET_ADMIN and CAP_NET_RAW, and Linux 5.0.
//
// Interfaces are known as they were when NewKernel returned until Watch runs.
// IPv6 addresses are added without duplicate address detection unless DAD asks
// for it. The Router flag of neighbour
// advertisements says whether the interface forwards IPv6.
func NewKernel(namespace int) (Kernel, error) {
	k := &linux{tags: tellsProtocol(), namespace: max(namespace, 0)}
	var err error
	if k.owner, err = newOwner(namespace); err != nil {
		return nil, err
	}
	if err := k.open(); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// open opens what is behind the owner's socket.
func (k *linux) open() (err error) {
	if k.conn, err = netlinkx.Dial(k.namespace); err != nil {
		return fmt.Errorf("vip: %w", err)
	}
	if k.monitor, err = netlinkx.NewMonitor(k.namespace); err != nil {
		return fmt.Errorf("vip: %w", err)
	}
	if k.routing, err = netlinkx.WatchRouting(k.namespace, Protocol); err != nil {
		return fmt.Errorf("vip: %w", err)
	}
	// A kernel without a packet filter has nothing to watch.
	if k.tables, err = netlinkx.WatchTables(k.namespace); err != nil && !errors.Is(err, unix.EPROTONOSUPPORT) {
		return fmt.Errorf("vip: %w", err)
	}
	if k.frames, err = ether.Dial(k.namespace); err != nil {
		if errors.Is(err, os.ErrPermission) {
			return fmt.Errorf("vip: packet socket: %w: run as root, or give the capabilities NET_ADMIN and NET_RAW", err)
		}
		return fmt.Errorf("vip: packet socket: %w", err)
	}
	return k.mayChange()
}

// mayChange fails without the capability to change addresses, which is better
// known now than when a master needs it. The request that shows it does nothing:
// there is no interface 0.
func (k *linux) mayChange() error {
	request, err := netlinkx.DeleteAddress(0, netlinkx.Address{Prefix: netip.PrefixFrom(netip.IPv4Unspecified(), 32)})
	if err != nil {
		return err
	}
	for _, err := range k.conn.Do([]netlink.Message{request}) {
		if errors.Is(err, os.ErrPermission) {
			return fmt.Errorf("vip: changing addresses: %w: run as root, or give the capabilities NET_ADMIN and NET_RAW", err)
		}
	}
	return nil
}

func (k *linux) Interfaces() ([]Interface, error) {
	seen, err := k.conn.Interfaces()
	if err != nil {
		return nil, err
	}
	list := make([]Interface, len(seen))
	for i, s := range seen {
		list[i] = k.interfaceFrom(s)
		if m, ok := parseMark(s.Alias); ok {
			list[i].VMAC = k.mayReplace(m)
		}
	}
	return list, nil
}

func (k *linux) Seen(name string) (Interface, error) {
	if err := k.monitor.Err(); err != nil {
		return Interface{}, err
	}
	i, ok := k.monitor.Interface(name)
	if !ok {
		return Interface{}, ErrNoInterface
	}
	return k.interfaceFrom(i), nil
}

func (k *linux) Apply(changes []Change) []error {
	var errs []error
	fail := func(i int, err error) {
		switch {
		case err == nil:
		case changes[i].Op == Delete && isGone(err):
		case changes[i].Op == Add && errors.Is(err, unix.EEXIST) && !refusesEqual(changes[i].Object):
		default:
			if errs == nil {
				errs = make([]error, len(changes))
			}
			errs[i] = err
		}
	}
	requests := make([]netlink.Message, 0, len(changes))
	at := make([]int, 0, len(changes)) // which change a request is for
	for i := range changes {
		c := &changes[i]
		if v, ok := c.Object.(VMAC); ok {
			fail(i, k.vmac(c.Op, v))
		} else if r, err := k.request(c); err != nil {
			fail(i, err)
		} else {
			requests, at = append(requests, r), append(at, i)
		}
	}
	for n, err := range k.conn.Do(requests) {
		fail(at[n], err)
	}
	return errs
}

// isGone reports whether an object could not be deleted because it, or its
// interface, is not there.
func isGone(err error) bool {
	return errors.Is(err, ErrNoInterface) || errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.ENODEV) ||
		errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ENOENT) || errors.Is(err, errNoVRF)
}

// request returns the message that makes a change, and fills in its Index.
func (k *linux) request(c *Change) (netlink.Message, error) {
	if dev := carrier(c.Object); dev != "" && (c.Op == Add || c.Index == 0) {
		var err error
		if c.Index, _, err = k.find(dev); err != nil {
			return netlink.Message{}, err
		}
	}
	switch o := c.Object.(type) {
	case Route:
		return routeRequest(c.Op, o, func(name string) (int, uint32, error) {
			if name == o.Interface {
				return c.Index, 0, nil
			}
			return k.find(name)
		})
	case Rule:
		return ruleRequest(c.Op, o)
	case Address:
		if c.Op == Delete {
			return netlinkx.DeleteAddress(c.Index, toKernel(o, 0))
		}
		return netlinkx.SetAddress(c.Index, toKernel(o, c.Lifetime))
	}
	return netlink.Message{}, fmt.Errorf("vip: no object: %v", *c)
}

func (k *linux) find(name string) (index int, vrfTable uint32, err error) {
	i, ok := k.monitor.Interface(name)
	if !ok {
		return 0, 0, ErrNoInterface
	}
	return i.Index, i.VRFTable, nil
}

func (k *linux) Routing() ([]Object, error) {
	routes, err := k.conn.Routes(Protocol)
	if err != nil {
		return nil, err
	}
	rules, err := k.conn.Rules()
	if err != nil {
		return nil, err
	}
	var list []Object
	for _, m := range routes {
		if r, ok := decodeRoute(m.Data, k.monitor.Name); ok && r.Protocol == Protocol {
			list = append(list, r)
		}
	}
	for _, m := range rules {
		if r, ok := decodeRule(m.Data); ok && r.Owner == Protocol {
			list = append(list, r)
		}
	}
	return list, nil
}

func (k *linux) Announce(list []Announcement) error {
	var first error
	buf := make([]byte, 0, 96)
	for _, a := range list {
		i, ok := k.monitor.Interface(a.Interface)
		err := ErrNoInterface
		switch {
		case !ok:
		case i.NoARP():
			continue
		case a.Addr.Is4():
			err = k.frames.Send(i.Index, AppendGARP(buf, i.HardwareAddr, a.Addr))
			if a.Reply && err == nil {
				err = k.frames.Send(i.Index, AppendGARPReply(buf, i.HardwareAddr, a.Addr))
			}
		default:
			err = k.frames.Send(i.Index, AppendNA(buf, i.HardwareAddr, a.Addr, i.Forwarding6))
		}
		if err != nil && first == nil {
			first = fmt.Errorf("vip: announce %v on %s: %w", a.Addr, a.Interface, err)
		}
	}
	return first
}

func (k *linux) Watch(ctx context.Context, changed func()) error {
	defer k.monitor.Subscribe(changed)()
	changed()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	errs := make([]error, 3)
	for i, run := range []func() error{
		func() error { return k.monitor.Run(ctx) },
		func() error { return k.routing.Run(ctx, changed) },
		func() error { return k.watchTables(ctx, changed) },
	} {
		wg.Go(func() {
			defer cancel()
			errs[i] = run()
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Close closes what has been opened.
func (k *linux) Close() error {
	errs := []error{k.owner.close()}
	if k.frames != nil {
		errs = append(errs, k.frames.Close())
	}
	if k.conn != nil {
		errs = append(errs, k.conn.Close())
	}
	if k.monitor != nil {
		errs = append(errs, k.monitor.Close())
	}
	if k.routing != nil {
		errs = append(errs, k.routing.Close())
	}
	if k.tables != nil {
		errs = append(errs, k.tables.Close())
	}
	return errors.Join(errs...)
}
