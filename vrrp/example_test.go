package vrrp_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"os"
	"os/signal"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// One router on eth0 that logs its transitions, until it is interrupted. It holds
// nothing: that takes an Owner, such as a vip.Set.
func Example() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := vrrp.New(vrrp.Config{
		Interface: "eth0", VRID: 51, Priority: 150,
		Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
	})
	if err != nil {
		log.Fatal(err)
	}
	events := r.Events()
	go func() {
		for e := range events {
			log.Printf("%v -> %v: %v", e.From, e.To, e.Reason)
		}
	}()
	if err := r.Run(ctx); err != nil {
		log.Fatal(err)
	}
}

// Whatever keeps two routers on the LAN from agreeing on one master.
func ExampleWatch() {
	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err = vrrp.Watch(ctx, vrrp.WatchConfig{Network: network, Links: vrrp.WatchLinks("eth0")}, func(c vrrp.Conflict) {
		log.Printf("%s, VRID %d: %s", c.Interface, c.VRID, c.Detail)
	})
	if err != nil {
		log.Fatal(err)
	}
}

// A check whose failure costs 60 points of priority.
func ExampleRouter_Track() {
	r, err := vrrp.New(vrrp.Config{
		Interface: "eth0", VRID: 51, Priority: 150, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
		Trackers: []vrrp.Tracker{{Name: "web", Weight: -60}},
	})
	if err != nil {
		log.Fatal(err)
	}
	web, err := r.Track("web")
	if err != nil {
		log.Fatal(err)
	}
	web.Set(vrrp.TrackDown)
}

// A backup that hears its master for two seconds, and then no more.
func ExampleMachine() {
	m, err := vrrp.NewMachine(vrrp.Params{Version: vrrp.V3, Priority: 100, Interval: time.Second, DownAdverts: 3})
	if err != nil {
		log.Fatal(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	master := netip.MustParseAddr("192.0.2.1")
	tell := func(now time.Time, in vrrp.Input) {
		for _, o := range m.Handle(now, in, nil) {
			switch o.Kind {
			case vrrp.OutputAdvertise:
				fmt.Printf("%v: advertise priority %d\n", now.Sub(start), o.Priority)
			case vrrp.OutputAcquire:
				fmt.Printf("%v: take the addresses\n", now.Sub(start))
			case vrrp.OutputEvent:
				fmt.Printf("%v: %v -> %v (%v)\n", now.Sub(start), o.From, o.To, o.Reason)
			}
		}
	}
	tell(start, vrrp.Input{Kind: vrrp.InputLink, Up: true, Source: netip.MustParseAddr("192.0.2.2")})
	tell(start, vrrp.Input{Kind: vrrp.InputStart})
	for n := range 3 {
		now := start.Add(time.Duration(n) * time.Second)
		tell(now, vrrp.Input{Kind: vrrp.InputAdvert, Source: master, Priority: 200, Interval: time.Second})
	}
	tell(m.Deadline(), vrrp.Input{Kind: vrrp.InputTick})
	// Output:
	// 0s: INIT -> BACKUP (startup)
	// 5.609375s: advertise priority 100
	// 5.609375s: take the addresses
	// 5.609375s: BACKUP -> MASTER (no response)
}
