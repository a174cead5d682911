package vip_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

func Example() {
	kernel := viptest.NewKernel("eth0") // leave it out for the real one
	manager, err := vip.NewManager(vip.Config{Kernel: kernel})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := manager.Add(vip.SetConfig{
		Name:      "VI_1",
		Interface: "eth0",
		Addresses: []vip.Address{{Prefix: netip.MustParsePrefix("192.0.2.100/24"), Label: "eth0:web"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// A crashed predecessor may have left the address.
	if err := manager.CleanUp(context.Background(), set.Objects()...); err != nil {
		fmt.Println(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- manager.Run(ctx) }()

	// A VRRP router with the set as its Owner calls this when it becomes master.
	if err := set.Acquire(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Print(kernel)
	fmt.Println(len(kernel.Announced()), "announcements")

	cancel()
	fmt.Println(<-done)
	fmt.Print(kernel)
	// Output:
	// eth0
	//     192.0.2.100/24 label eth0:web
	// 5 announcements
	// <nil>
	// eth0
}
