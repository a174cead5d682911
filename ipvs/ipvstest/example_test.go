package ipvstest_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A load balancer whose second write the kernel refuses: the error says which, and
// the next Apply makes it good.
func Example() {
	var kernel ipvstest.Kernel
	kernel.Intercept(func(c ipvstest.Call) error {
		if c.Method == ipvstest.Change && c.Change.Op == ipvs.AddDestination {
			return syscall.ENOMEM
		}
		return nil
	})
	table, err := ipvs.ParseTable("-A -t 192.0.2.100:80 -s rr\n-a -t 192.0.2.100:80 -r 198.51.100.1:80 -m -w 1\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = ipvs.Apply(context.Background(), &kernel, ipvs.State{Table: table}, nil)
	fmt.Println(errors.Is(err, syscall.ENOMEM), err)

	kernel.Intercept(nil)
	changes, err := ipvs.Apply(context.Background(), &kernel, ipvs.State{Table: table}, nil)
	fmt.Println(changes, err)
	fmt.Print(&kernel)
	// Output:
	// true ipvs: -a -t 192.0.2.100:80 -r 198.51.100.1:80 -m -w 1: cannot allocate memory
	// [-a -t 192.0.2.100:80 -r 198.51.100.1:80 -m -w 1] <nil>
	// -A -t 192.0.2.100:80 -s rr
	// -a -t 192.0.2.100:80 -r 198.51.100.1:80 -m -w 1
}
