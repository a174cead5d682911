// Vip-only holds addresses for as long as it runs: it takes them, tells the
// neighbours, puts back what others remove, and gives them back when it is ended.
// Who holds them is somebody else's decision: an orchestrator's, a lease in a
// database, an operator's. It needs Linux, and root or the capabilities NET_ADMIN
// and NET_RAW.
//
//	vip-only -interface eth0 192.0.2.100/24 2001:db8::100/64
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"github.com/vrrpkit/vrrpkit/vip"
)

func main() {
	iface := flag.String("interface", "eth0", "network `interface` of the addresses")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: vip-only [-interface NAME] ADDRESS/LENGTH ...\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *iface, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "vip-only:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, iface string, args []string) error {
	if len(args) == 0 {
		return errors.New("give addresses with prefix lengths, as 192.0.2.100/24")
	}
	var prefixes []netip.Prefix
	for _, arg := range args {
		p, err := netip.ParsePrefix(arg)
		if err != nil {
			return fmt.Errorf("%q: want an address with its prefix length, as 192.0.2.100/24", arg)
		}
		prefixes = append(prefixes, p)
	}
	manager, err := vip.NewManager(vip.Config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	defer manager.Close()
	set, err := manager.Add(vip.SetConfig{Name: "vip-only", Addresses: vip.Addresses(iface, prefixes...)})
	if err != nil {
		return err
	}
	if err := set.Acquire(ctx); err != nil {
		return err
	}
	return manager.Run(ctx) // releases what is held when ctx is done
}
