package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// service is what the master holds: addresses, and a listener on one of them. It
// is a vip.Set that does more when it is acquired and released.
type service struct {
	*vip.Set // its Announce, Renew and Trouble are good as they are
	balancer *balancer
	listen   func(ctx context.Context) (net.Listener, error)
	patience time.Duration // with connections, when the addresses go
	log      *slog.Logger

	listener net.Listener // nil: not master. The router calls one method at a time
	serving  sync.WaitGroup
}

var _ vrrp.Owner = (*service)(nil)

// Acquire takes the addresses, and listens.
func (s *service) Acquire(ctx context.Context) error {
	if err := s.Set.Acquire(ctx); err != nil {
		return err
	}
	if s.listener != nil {
		return nil // a Release was overtaken before it began
	}
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.listener = l
	ctx = context.WithoutCancel(ctx) // connections outlive this call
	s.serving.Go(func() {
		if err := s.balancer.serve(ctx, l); err != nil {
			s.log.Error("no more connections are taken", "err", err)
		}
	})
	return nil
}

// Release stops listening, lets the connections that there are end, for a while,
// and gives the addresses back: without them nothing would reach a client.
func (s *service) Release(ctx context.Context) error {
	var err error
	if s.listener != nil {
		err = s.listener.Close()
		s.serving.Wait()
		s.listener = nil
	}
	drainCtx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if cut := s.balancer.drain(drainCtx); cut > 0 {
		s.log.Warn("connections were cut off", "connections", cut)
	}
	// Even if ctx is done by now: it was for the drain, not for the addresses.
	return errors.Join(err, s.Set.Release(context.WithoutCancel(ctx)))
}
