package compose

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Run does what the configuration says until ctx is done. It then hands over,
// removes all addresses, and returns nil, or what could not be undone. If a part
// fails for good before that, Run ends the same way and returns why. It can be
// called once.
func (c *Composition) Run(ctx context.Context) error {
	// What serves the routers outlives them: they release through it.
	serve, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	background := func(ctx context.Context, what string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("%s: %w", what, err))
				end()
			}
		})
	}
	c.applying.Lock()
	c.logLifetimes()
	if err := c.manager.Filter(c.layout.filter); err != nil {
		c.log.Error("no_accept and use_vmac are not what they should be", "err", err)
	}
	if err := c.manager.CleanUp(serve, c.objects()...); err != nil {
		c.log.Warn("cannot remove what a predecessor left", "err", err)
	}
	background(serve, "virtual addresses", c.manager.Run)
	c.makeVMACs(serve)
	if err := c.static.Acquire(serve); err != nil {
		c.log.Error("static addresses, routes and rules", "err", err)
	}
	c.spawn = wg.Go
	for _, r := range c.runners {
		c.listen(r)
	}
	initFiles(c.runners, c.log)
	background(serve, "virtual servers", c.lvs.run)
	transitions := c.host.Events()
	wg.Go(func() { c.lvs.follow(transitions, c.Instances) })
	background(ctx, "checks", c.checks.Run)
	c.phase = running
	c.applying.Unlock()
	err := c.host.Run(ctx)
	c.applying.Lock()
	c.phase = ended
	c.applying.Unlock()
	end()
	stop()
	wg.Wait()
	return errors.Join(append(errs, err)...)
}

// objects returns all that is held, or may be.
func (c *Composition) objects() []vip.Object {
	list := append(c.devices.Objects()[:0:0], c.devices.Objects()...)
	list = append(list, c.static.Objects()...)
	for _, i := range c.instances {
		list = append(list, i.set.Objects()...)
	}
	return list
}
