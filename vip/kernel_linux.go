package vip

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/ether"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// protocol is the IFA_PROTO that our addresses carry on Linux 5.18 and later:
// keepalived's number, for people who look. Nothing here goes by it: CleanUp
// must work on older kernels too.
const protocol = 18

// linux is the kernel's side of a network namespace. Every socket is opened
// in advance: a takeover finds them ready.
type linux struct {
	conn    *netlinkx.Conn
	monitor *netlinkx.Monitor
	frames  *ether.Conn
}

// NewKernel returns Linux's addresses in the network namespace that the
// descriptor namespace stands for; zero means the caller's own. It needs
// CAP_NET_ADMIN and CAP_NET_RAW, and Linux 5.0.
//
// Interfaces are known as they were when NewKernel returned until Watch runs.
// IPv6 addresses are added without duplicate address detection, and those with
// prefix length 128 deprecated, so that they are not the source of new
// connections (keepalived does the same). The Router flag of neighbour
// advertisements says whether the interface forwards IPv6.
func NewKernel(namespace int) (Kernel, error) {
	k := &linux{}
	var err error
	if k.conn, err = netlinkx.Dial(namespace); err != nil {
		return nil, fmt.Errorf("vip: %w", err)
	}
	if k.monitor, err = netlinkx.NewMonitor(namespace); err != nil {
		k.conn.Close()
		return nil, fmt.Errorf("vip: %w", err)
	}
	if k.frames, err = ether.Dial(namespace); err != nil {
		k.conn.Close()
		k.monitor.Close()
		return nil, fmt.Errorf("vip: packet socket: %w", err)
	}
	return k, nil
}

func (k *linux) Interfaces() ([]Interface, error) {
	seen, err := k.conn.Interfaces()
	if err != nil {
		return nil, err
	}
	list := make([]Interface, len(seen))
	for i, s := range seen {
		list[i] = interfaceFrom(s)
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
	return interfaceFrom(i), nil
}

func interfaceFrom(k netlinkx.Interface) Interface {
	i := Interface{Index: k.Index, Name: k.Name, Up: k.Up, Addresses: make([]Address, len(k.Addresses))}
	for n, a := range k.Addresses {
		i.Addresses[n] = fromKernel(k.Name, a)
	}
	return i
}

func fromKernel(dev string, a netlinkx.Address) Address {
	v := Address{Prefix: a.Prefix, Interface: dev, Broadcast: a.Broadcast}
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
		Protocol:  protocol,
		Valid:     netlinkx.Forever,
		Preferred: netlinkx.Forever,
	}
	if lifetime > 0 {
		k.Valid = uint32(lifetime / time.Second)
		k.Preferred = k.Valid
	}
	if a.Prefix.Addr().Is4() {
		return k
	}
	// While an address is tentative it neither answers nor can it be announced.
	k.Flags = unix.IFA_F_NODAD
	if a.Prefix.IsSingleIP() {
		k.Preferred = 0
	}
	return k
}

func (k *linux) Apply(changes []Change) []error {
	var errs []error
	fail := func(i int, err error) {
		switch {
		case err == nil:
		case changes[i].Op == Delete && isGone(err):
		default:
			if errs == nil {
				errs = make([]error, len(changes))
			}
			errs[i] = err
		}
	}
	requests := make([]netlink.Message, 0, len(changes))
	at := make([]int, 0, len(changes)) // which change a request is for
	for i, c := range changes {
		if r, err := k.request(c); err != nil {
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

// isGone reports whether an address could not be deleted because it, or its
// interface, is not there.
func isGone(err error) bool {
	return errors.Is(err, ErrNoInterface) || errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.ENODEV)
}

func (k *linux) request(c Change) (netlink.Message, error) {
	i, ok := k.monitor.Interface(c.Address.Interface)
	if !ok {
		return netlink.Message{}, ErrNoInterface
	}
	if c.Op == Delete {
		return netlinkx.DeleteAddress(i.Index, c.Address.Prefix)
	}
	return netlinkx.SetAddress(i.Index, toKernel(c.Address, c.Lifetime))
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
	return k.monitor.Run(ctx)
}

func (k *linux) Close() error {
	return errors.Join(k.frames.Close(), k.conn.Close(), k.monitor.Close())
}
