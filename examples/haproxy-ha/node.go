//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// lifetime is how long the kernel keeps the addresses when nobody renews them,
// because we have been killed or hang.
const lifetime = 3 * time.Second

// node is this machine's part: a virtual router, the addresses, and the checks.
type node struct {
	log     *slog.Logger
	proxy   *proxy
	router  *vrrp.Router
	manager *vip.Manager
	set     *vip.Set
	checks  *check.Group
	tracks  map[string]*vrrp.Track // by the name of a check
	started *vrrp.Track            // whether HAProxy runs at all; nil: it is not ours
}

// newNode returns a node that takes part once it is run.
func newNode(s *settings, prefixes []netip.Prefix, p *proxy, log *slog.Logger) (*node, error) {
	if s.vrid > 255 || s.priority > 255 {
		return nil, errors.New("-vrid and -priority are numbers up to 255")
	}
	peers, err := parse(s.peers, netip.ParseAddr)
	if err != nil {
		return nil, fmt.Errorf("-peers: %w", err)
	}
	n := &node{log: log, proxy: p, checks: check.NewGroup(), tracks: map[string]*vrrp.Track{}}
	checkers, err := s.checkers()
	if err != nil {
		return nil, err
	}
	// A tracker without a weight: while it is down the machine does not take
	// part. Until all have reported it does not begin to.
	var trackers []vrrp.Tracker
	for name, c := range checkers {
		trackers = append(trackers, vrrp.Tracker{Name: name})
		_, err := n.checks.Add(check.Config{
			Name: name, Checker: c, Interval: s.every, Timeout: s.timeout, Rise: s.rise, Fall: s.fall, Logger: log,
		})
		if err != nil {
			return nil, err
		}
	}
	if s.attach == "" {
		trackers = append(trackers, vrrp.Tracker{Name: "process"})
	}

	if n.manager, err = vip.NewManager(vip.Config{Lifetime: lifetime, Logger: log}); err != nil {
		return nil, err
	}
	n.set, err = n.manager.Add(vip.SetConfig{Name: "haproxy", Addresses: vip.Addresses(s.iface, prefixes...)})
	if err != nil {
		return nil, errors.Join(err, n.manager.Close())
	}
	n.router, err = vrrp.New(vrrp.Config{
		Interface: s.iface, VRID: uint8(s.vrid), Priority: uint8(s.priority), Interval: s.interval,
		Addresses: prefixes, Peers: peers, NoPreempt: !s.preempt,
		Owner: n.set, Trackers: trackers, Logger: log,
	})
	if err != nil {
		return nil, errors.Join(err, n.manager.Close())
	}
	for _, t := range trackers {
		if n.tracks[t.Name], err = n.router.Track(t.Name); err != nil {
			return nil, errors.Join(err, n.router.Close(), n.manager.Close())
		}
	}
	n.started = n.tracks["process"]
	return n, nil
}

// checkers returns what HAProxy has to pass.
func (s *settings) checkers() (map[string]check.Checker, error) {
	socket, err := check.NewHAProxy(check.HAProxyConfig{Path: s.socket, Proxy: s.proxy})
	if err != nil {
		return nil, err
	}
	all := map[string]check.Checker{"socket": socket}
	if s.url == "" {
		return all, nil
	}
	u, err := url.Parse(s.url)
	if err != nil {
		return nil, err
	}
	host := u.Host
	if u.Port() == "" {
		host += ":80"
	}
	addr, err := netip.ParseAddrPort(host)
	if err != nil || u.Scheme != "http" {
		return nil, fmt.Errorf("-url %s: want http:// and an address: %w", s.url, err)
	}
	all["http"], err = check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: addr},
		URLs:   []check.URL{{Path: u.RequestURI()}},
	})
	return all, err
}

// run takes part until ctx is done, then hands over.
func (n *node) run(ctx context.Context, hold *hold) error {
	if err := n.manager.CleanUp(ctx, n.set.Objects()...); err != nil { // of one that was killed
		return errors.Join(err, n.router.Close(), n.manager.Close())
	}
	// Each part outlives those that need it: checks, router, addresses, HAProxy.
	detached := context.WithoutCancel(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	serving, leave := context.WithCancel(detached)
	defer leave()
	needed, stop := context.WithCancel(detached)
	defer stop()

	var checks, router, rest sync.WaitGroup
	var checkErr, routerErr, managerErr error
	changes := n.checks.Changes()
	events := n.router.Events()
	rest.Go(func() {
		for e := range changes {
			n.report(n.tracks[e.Name], e.To == check.Up)
		}
	})
	rest.Go(func() {
		for e := range events {
			n.log.Info("transition", "from", e.From, "to", e.To, "reason", e.Reason, "detail", e.Detail, "err", e.Err)
		}
	})
	if n.started != nil {
		rest.Go(func() { n.proxy.run(needed, func(up bool) { n.report(n.started, up) }) })
	}
	rest.Go(func() { defer cancel(); managerErr = n.manager.Run(needed) })
	router.Go(func() { defer cancel(); routerErr = n.router.Run(serving) })
	checks.Go(func() { defer cancel(); checkErr = n.checks.Run(ctx) })

	<-ctx.Done()
	checks.Wait() // or they would find a HAProxy that is about to end
	lift := n.drain(hold)
	leave()
	router.Wait()
	stop()
	rest.Wait()
	return errors.Join(checkErr, routerErr, managerErr, lift())
}

func (n *node) report(t *vrrp.Track, up bool) {
	if up {
		t.Set(vrrp.TrackUp)
	} else {
		t.Set(vrrp.TrackDown)
	}
}

// drain has a master's requests answered before it hands over, and holds new ones
// off until lift is called: they would be cut off.
func (n *node) drain(hold *hold) (lift func() error) {
	lift = func() error { return nil }
	if n.router.Snapshot().State != vrrp.Master {
		return lift
	}
	ctx, cancel := context.WithTimeout(context.Background(), n.proxy.settings.drain)
	defer cancel()
	if err := hold.on(); err != nil {
		n.log.Warn("new connections are not held off, some may fail", "err", err)
	} else {
		lift = hold.lift
	}
	if err := n.proxy.drain(ctx); err != nil {
		n.log.Warn("handing over", "err", err)
	}
	return lift
}
