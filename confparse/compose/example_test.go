package compose_test

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// What keepalived-lite does, without its command line.
func Example() {
	cfg, diags := confparse.ParseFile("/etc/keepalived/keepalived.conf", confparse.Options{})
	if diags.HasErrors() {
		log.Fatal(diags.Render())
	}
	c, err := compose.New(cfg, compose.Options{})
	if err != nil {
		log.Fatal(err)
	}
	events := c.Events()
	go func() {
		for e := range events {
			log.Printf("%s: %v -> %v: %v", e.Name(), e.From, e.To, e.Reason)
		}
	}()
	log.Fatal(c.Run(context.Background()))
}

// The same without a configuration file: the listing of README.
func Example_withoutConfiguration() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := float(ctx, slog.Default()); err != nil {
		log.Fatal(err)
	}
}

// float holds 192.0.2.100 while this is the best machine whose port 8080 answers.
func float(ctx context.Context, logger *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{Logger: logger}) // in a test: a port of vrrptest.NewSegment()
	if err != nil {
		return err
	}
	host := vrrp.NewHost(vrrp.HostConfig{Network: network, Logger: logger}) // logs every transition
	defer host.Close()
	manager, err := vip.NewManager(vip.Config{ // in a test: with Kernel: viptest.NewKernel("eth0")
		Lifetime: 2 * time.Second, // should this process be killed or hang, the kernel removes the address
		Logger:   logger,
	})
	if err != nil {
		return err
	}
	defer manager.Close()

	vips := []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")}
	set, err := manager.Add(vip.SetConfig{Name: "web", Addresses: vip.Addresses("eth0", vips...)})
	if err != nil {
		return err
	}
	if err := manager.CleanUp(ctx, set.Objects()...); err != nil { // what a crash has left
		return err
	}
	router, err := host.Add(vrrp.Config{
		Interface: "eth0", VRID: 73, Priority: 150, Addresses: vips,
		Owner:    set,                                        // takes the address when the router becomes master
		Trackers: []vrrp.Tracker{{Name: "web", Weight: -60}}, // and this makes it give way
	})
	if err != nil {
		return err
	}
	track, err := router.Track("web")
	if err != nil {
		return err
	}
	probe, err := check.NewTCP(check.TCPConfig{Target: check.Target{Addr: netip.MustParseAddrPort("127.0.0.1:8080")}})
	if err != nil {
		return err
	}
	web, err := check.NewRunner(check.Config{Name: "web", Checker: probe, Interval: time.Second, Fall: 3, Rise: 2, Logger: logger})
	if err != nil {
		return err
	}

	// What the router needs on its way out outlives it; if one part fails, all end.
	later, stop := context.WithCancel(context.WithoutCancel(ctx))
	var parts sync.WaitGroup
	var managerErr, webErr error
	results := web.Results()
	parts.Go(func() { defer cancel(); managerErr = manager.Run(later) }) // renews, announces, puts back what others remove
	parts.Go(func() { defer cancel(); webErr = web.Run(later) })
	parts.Go(func() {
		for e := range results {
			switch e.To {
			case check.Up:
				track.Set(vrrp.TrackUp)
			case check.Down:
				track.Set(vrrp.TrackDown)
			}
		}
	})
	err = host.Run(ctx) // until ctx is done; then hands over
	stop()
	parts.Wait()
	return errors.Join(err, managerErr, webErr)
}
