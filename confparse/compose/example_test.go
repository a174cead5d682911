package compose_test

import (
	"context"
	"log"
	"net/netip"

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
	run := func(ctx context.Context) error {
		network, err := vrrp.NewNetwork(vrrp.NetworkConfig{}) // in a test: a port of vrrptest.NewSegment()
		if err != nil {
			return err
		}
		manager, err := vip.NewManager(vip.Config{}) // in a test: with Kernel: viptest.NewKernel("eth0")
		if err != nil {
			return err
		}
		vips := []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")}
		set, err := manager.Add(vip.SetConfig{Name: "web", Addresses: vip.Addresses("eth0", vips...)})
		if err != nil {
			return err
		}
		host := vrrp.NewHost(vrrp.HostConfig{Network: network})
		router, err := host.Add(vrrp.Config{
			Interface: "eth0", VRID: 51, Priority: 150, Addresses: vips,
			Owner: set, // takes the addresses when the router becomes master
		})
		if err != nil {
			return err
		}
		events := router.Events()
		go func() {
			for e := range events {
				log.Printf("%v -> %v: %v", e.From, e.To, e.Reason)
			}
		}()
		managerCtx, stop := context.WithCancel(context.WithoutCancel(ctx)) // the manager outlives the router
		defer stop()
		go manager.Run(managerCtx) // repeats the announcements, puts back what others remove
		return host.Run(ctx)       // until ctx is done; then hands over
	}
	log.Fatal(run(context.Background()))
}
