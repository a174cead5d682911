// Embedded-lb is a load balancer for TCP in one small program, on two machines or
// more: it holds a virtual address and listens on it while it is master, passes
// connections on to the backends that pass their checks, and lets connections end
// before the address goes. It needs Linux, and root or the capabilities NET_ADMIN
// and NET_RAW.
//
//	embedded-lb -address 192.0.2.100/24 -port 80 -priority 150 192.0.2.50:8080 192.0.2.51:8080
//
// balancer.go knows nothing of failover; service.go ties it to the address; node.go
// puts the parts together, and node_test.go tests them without a network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "embedded-lb:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	iface := flag.String("interface", "eth0", "network `interface` of the address")
	address := flag.String("address", "", "virtual `address` with prefix length")
	port := flag.Uint("port", 80, "TCP `port` to listen on")
	vrid := flag.Uint("vrid", 51, "virtual router `number`, the same on all machines")
	priority := flag.Uint("priority", 100, "1..254: the highest serves")
	interval := flag.Duration("interval", time.Second, "advertisement interval, the same on all machines")
	patience := flag.Duration("drain", 500*time.Millisecond, "time for connections to end before the address goes")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: embedded-lb -address ADDRESS/LENGTH [flags] BACKEND:PORT ...\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	cfg := config{
		iface: *iface, vrid: uint8(*vrid), priority: uint8(*priority), interval: *interval, patience: *patience,
		log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	var err error
	if cfg.address, err = netip.ParsePrefix(*address); err != nil {
		return fmt.Errorf("-address %q: want an address with its prefix length, as 192.0.2.100/24", *address)
	}
	if *vrid > 255 || *priority > 255 || *port > 65535 {
		return fmt.Errorf("-vrid %d, -priority %d or -port %d is too large", *vrid, *priority, *port)
	}
	for _, arg := range flag.Args() {
		b, err := netip.ParseAddrPort(arg)
		if err != nil {
			return fmt.Errorf("backend %q: want ADDRESS:PORT, as 192.0.2.50:8080", arg)
		}
		cfg.backends = append(cfg.backends, b)
	}
	if len(cfg.backends) == 0 {
		return errors.New("give backends to pass connections on to, as 192.0.2.50:8080")
	}
	cfg.checker = func(b netip.AddrPort) (check.Checker, error) {
		return check.NewTCP(check.TCPConfig{Target: check.Target{Addr: b}})
	}
	at := netip.AddrPortFrom(cfg.address.Addr(), uint16(*port)).String()
	cfg.listen = func(ctx context.Context) (net.Listener, error) { return new(net.ListenConfig).Listen(ctx, "tcp", at) }
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	cfg.dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", to.String())
	}
	if cfg.network, err = vrrp.NewNetwork(vrrp.NetworkConfig{Logger: cfg.log}); err != nil {
		return err
	}
	n, err := newNode(cfg)
	if err != nil {
		return err
	}
	return n.run(ctx)
}
