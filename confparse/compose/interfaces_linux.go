package compose

import (
	"context"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// monitor is Interfaces by netlink.
type monitor struct{ *netlinkx.Monitor }

func newInterfaces() (Interfaces, error) {
	m, err := netlinkx.NewMonitor(0)
	if err != nil {
		return nil, err
	}
	return monitor{m}, nil
}

func (m monitor) Up(name string) bool {
	i, ok := m.Interface(name)
	return ok && i.Up
}

func (m monitor) Watch(ctx context.Context, changed func()) error {
	defer m.Close()
	defer m.Subscribe(changed)()
	changed()
	return m.Run(ctx)
}
