package compose

import (
	"context"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// monitor is Addresses by netlink.
type monitor struct{ *netlinkx.Monitor }

func newAddresses() (Addresses, error) {
	m, err := netlinkx.NewMonitor(0)
	if err != nil {
		return nil, err
	}
	return monitor{m}, nil
}

func (m monitor) Addresses() (list []netip.Addr) {
	for _, i := range m.Interfaces() {
		for _, a := range i.Addresses {
			list = append(list, a.Prefix.Addr())
		}
	}
	return list
}

func (m monitor) Watch(ctx context.Context, changed func()) error {
	defer m.Close()
	defer m.Subscribe(changed)()
	changed()
	return m.Run(ctx)
}
