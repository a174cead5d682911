package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// config is all that a node is made of. The seams to the machine are in it, so
// that a test can put its own there.
type config struct {
	iface    string
	vrid     uint8
	priority uint8
	interval time.Duration
	address  netip.Prefix
	backends []netip.AddrPort
	patience time.Duration

	network vrrp.Network // belongs to the node
	kernel  vip.Kernel   // belongs to the node; nil: the machine's
	checker func(backend netip.AddrPort) (check.Checker, error)
	listen  func(ctx context.Context) (net.Listener, error)
	dial    func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	log     *slog.Logger
}

// node is a load balancer on one machine: checks, balancer, addresses, router.
type node struct {
	cfg     config
	checks  *check.Group
	backend map[*check.Runner]netip.AddrPort
	manager *vip.Manager
	service *service
	host    *vrrp.Host
	router  *vrrp.Router
	some    *vrrp.Track // whether any backend is up
}

func newNode(cfg config) (_ *node, err error) {
	n := &node{cfg: cfg, checks: check.NewGroup(), backend: map[*check.Runner]netip.AddrPort{}}
	n.host = vrrp.NewHost(vrrp.HostConfig{Network: cfg.network, Logger: cfg.log})
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	for _, b := range cfg.backends {
		c, err := cfg.checker(b)
		if err != nil {
			return nil, err
		}
		r, err := n.checks.Add(check.Config{
			Name: b.String(), Checker: c, Interval: time.Second, Fall: 2, Retry: 200 * time.Millisecond, Logger: cfg.log,
		})
		if err != nil {
			return nil, err
		}
		n.backend[r] = b
	}
	if n.manager, err = vip.NewManager(vip.Config{Kernel: cfg.kernel, Logger: cfg.log}); err != nil {
		return nil, err
	}
	set, err := n.manager.Add(vip.SetConfig{Name: "lb", Addresses: vip.Addresses(cfg.iface, cfg.address)})
	if err != nil {
		return nil, err
	}
	n.service = &service{
		Set: set, listen: cfg.listen, patience: cfg.patience, log: cfg.log,
		balancer: &balancer{dial: cfg.dial, conns: map[net.Conn]context.CancelFunc{}},
	}
	// Without a weight: a machine without backends does not take part.
	some := vrrp.Tracker{Name: "backends"}
	n.router, err = n.host.Add(vrrp.Config{
		Interface: cfg.iface, VRID: cfg.vrid, Priority: cfg.priority, Interval: cfg.interval,
		Addresses: []netip.Prefix{cfg.address},
		Owner:     n.service, OwnerTimeout: cfg.patience + time.Second,
		Trackers: []vrrp.Tracker{some},
	})
	if err != nil {
		return nil, fmt.Errorf("virtual router: %w", err)
	}
	n.some, err = n.router.Track(some.Name)
	return n, err
}

// close frees a node that is not run.
func (n *node) close() error {
	err := n.host.Close()
	if n.manager != nil {
		err = errors.Join(err, n.manager.Close())
	}
	return err
}

// run balances until ctx is done, then hands over and drains.
func (n *node) run(ctx context.Context) error {
	if err := n.manager.CleanUp(ctx, n.service.Objects()...); err != nil { // of one that was killed
		return errors.Join(err, n.close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Checks and addresses are needed until the router has left.
	needed, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var parts sync.WaitGroup
	var managerErr, checkErr error
	changes := n.checks.Changes()
	parts.Go(func() {
		for e := range changes {
			if n.service.balancer.set(n.backend[e.Runner], e.To == check.Up) {
				n.some.Set(vrrp.TrackUp)
			} else if n.settled() {
				n.some.Set(vrrp.TrackDown)
			}
		}
	})
	parts.Go(func() { defer cancel(); managerErr = n.manager.Run(needed) })
	parts.Go(func() { defer cancel(); checkErr = n.checks.Run(needed) })
	err := n.host.Run(ctx)
	stop()
	parts.Wait()
	return errors.Join(err, managerErr, checkErr)
}

// settled reports whether every backend has been checked: the first one to be
// found down says nothing about the others.
func (n *node) settled() bool {
	for r := range n.backend {
		if r.Snapshot().State == check.Unknown {
			return false
		}
	}
	return true
}
