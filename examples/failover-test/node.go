// Package failover is a program whose failover is worth a test: two or more
// machines run a Node each, one of them holds the address, and one whose service
// fails yields it. failover_test.go tests that without a network, without root
// and without waiting; both files are meant to be copied.
package failover

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Config is what differs between machines, and between a machine and a test.
type Config struct {
	Network  vrrp.Network  // of vrrp.NewNetwork; in a test a port of a vrrptest.Segment
	Kernel   vip.Kernel    // nil: the machine's; in a test of viptest.NewKernel
	Service  check.Checker // whether the service works; in a test of checktest.New
	Priority uint8
	Address  netip.Prefix
	Logger   *slog.Logger // nil discards
}

// Node is one machine.
type Node struct {
	Router *vrrp.Router // its events, its state, and why it is in it

	host    *vrrp.Host
	manager *vip.Manager
	service *check.Runner
	track   *vrrp.Track
}

// New returns a node that is still to be Run.
func New(cfg Config) (*Node, error) {
	service, err := check.NewRunner(check.Config{
		Name: "service", Checker: cfg.Service,
		Interval: time.Second, Rise: 2, Fall: 3, // once is chance
		Logger: cfg.Logger,
	})
	if err != nil {
		return nil, err
	}
	manager, err := vip.NewManager(vip.Config{Kernel: cfg.Kernel, Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	set, err := manager.Add(vip.SetConfig{Name: "web", Addresses: vip.Addresses("eth0", cfg.Address)})
	if err != nil {
		return nil, errors.Join(err, manager.Close())
	}
	host := vrrp.NewHost(vrrp.HostConfig{Network: cfg.Network, Logger: cfg.Logger})
	// A failed service costs 100 points, enough to fall behind the others. Should
	// it fail everywhere, somebody still answers.
	worth := vrrp.Tracker{Name: "service", Weight: -100}
	router, err := host.Add(vrrp.Config{
		Interface: "eth0", VRID: 51, Priority: cfg.Priority,
		Addresses: []netip.Prefix{cfg.Address},
		Owner:     set, // takes the address when the router becomes master
		Trackers:  []vrrp.Tracker{worth},
	})
	if err != nil {
		return nil, errors.Join(err, host.Close(), manager.Close())
	}
	track, err := router.Track(worth.Name)
	if err != nil {
		return nil, errors.Join(err, host.Close(), manager.Close())
	}
	return &Node{Router: router, host: host, manager: manager, service: service, track: track}, nil
}

// Run takes part until ctx is done, then hands over and returns.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // if one part fails, all end
	// The manager outlives the router, which gives the address back on its way out.
	later, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	var parts sync.WaitGroup
	var managerErr, serviceErr error
	results := n.service.Results()
	parts.Go(func() { defer cancel(); managerErr = n.manager.Run(later) })
	parts.Go(func() { defer cancel(); serviceErr = n.service.Run(later) })
	parts.Go(func() {
		for e := range results {
			switch e.To {
			case check.Up:
				n.track.Set(vrrp.TrackUp)
			case check.Down:
				n.track.Set(vrrp.TrackDown)
			}
		}
	})
	err := n.host.Run(ctx)
	stop()
	parts.Wait()
	return errors.Join(err, managerErr, serviceErr)
}
