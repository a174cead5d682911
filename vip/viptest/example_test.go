package viptest_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// A takeover on a kernel that refuses one of two addresses: the other one is held
// and announced all the same.
func Example() {
	kernel := viptest.NewKernel("eth0", "eth1")
	manager, err := vip.NewManager(vip.Config{Kernel: kernel})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer manager.Close()
	set, err := manager.Add(vip.SetConfig{
		Name:      "web",
		Addresses: vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/24"), netip.MustParsePrefix("192.0.2.101/24")),
		Schedule:  vip.Schedule{Repeat: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	kernel.Fail(func(c vip.Change) error {
		if c.Object.(vip.Address).Prefix.Addr() == netip.MustParseAddr("192.0.2.101") {
			return errors.New("no room")
		}
		return nil
	})
	fmt.Println(set.Acquire(context.Background()))
	fmt.Print(kernel)
	for _, a := range kernel.Announced() {
		fmt.Println(a.Interface, a.Addr)
	}
	// Output:
	// vip: address add 192.0.2.101/24 dev eth0: no room
	// eth0
	//     192.0.2.100/24
	// eth1
	// eth0 192.0.2.100
}
