// Check-once makes one check, says what it found, and exits with 0 if all is
// well and with 1 if not: for shells, cron jobs and monitoring.
//
//	check-once tcp 192.0.2.1:80
//	check-once http 192.0.2.1:80 /health
//	check-once https 192.0.2.1:443 /health
//	check-once smtp 192.0.2.1:25
//	check-once dns 192.0.2.1:53 www.example.com
//	check-once udp 192.0.2.1:514
//	check-once grpc 192.0.2.1:50051 my.Service
//	check-once unix /run/app.sock
//	check-once haproxy /run/haproxy/admin.sock www
//	check-once ping 192.0.2.1
//	check-once process nginx
//	check-once file /run/drain
//	check-once -t 3s run /usr/local/bin/check.sh arg
package main

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

const kinds = `  tcp, udp, smtp      ADDRESS:PORT
  http, https         ADDRESS:PORT /PATH
  dns                 ADDRESS:PORT NAME
  grpc                ADDRESS:PORT SERVICE
  ping                ADDRESS
  unix                SOCKET
  haproxy             SOCKET PROXY
  process             NAME
  file                FILE
  run                 PROGRAM ARGUMENT ...
`

func main() {
	timeout := flag.Duration("t", 5*time.Second, "give up after this time")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: check-once [-t TIME] KIND [WHAT [MORE]]\n"+kinds)
		flag.PrintDefaults()
	}
	flag.Parse()
	c, err := checker(flag.Arg(0), flag.Arg(1), flag.Arg(2))
	if err != nil {
		fmt.Fprintln(os.Stderr, "check-once:", err)
		os.Exit(2)
	}
	// Whoever interrupts us also means the program that we run.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, *timeout)
	defer cancel()
	r := c.Check(ctx)
	fmt.Printf("%s: %s\n", r.Reason, r.Detail)
	if r.Output != "" {
		fmt.Println(r.Output)
	}
	if !r.OK {
		os.Exit(1)
	}
}

func checker(kind, what, more string) (check.Checker, error) {
	switch kind {
	case "unix":
		return check.NewUnix(check.UnixConfig{Path: what})
	case "haproxy":
		return check.NewHAProxy(check.HAProxyConfig{Path: what, Proxy: more})
	case "process":
		return check.NewProcess(check.ProcessConfig{Name: what})
	case "file":
		return check.NewFile(check.FileConfig{Path: what})
	case "run":
		return check.NewScript(check.ScriptConfig{Argv: flag.Args()[1:]})
	case "ping":
		ip, err := netip.ParseAddr(what)
		if err != nil {
			return nil, fmt.Errorf("ping of %q: want an address, as 192.0.2.1", what)
		}
		return check.NewPing(check.PingConfig{Target: check.Target{Addr: netip.AddrPortFrom(ip, 0)}})
	}
	if !slices.Contains([]string{"tcp", "udp", "smtp", "http", "https", "dns", "grpc"}, kind) {
		return nil, fmt.Errorf("there is no check %q; there are\n%s", kind, kinds)
	}
	addr, err := netip.ParseAddrPort(what)
	if err != nil {
		return nil, fmt.Errorf("%s of %q: want ADDRESS:PORT, as 192.0.2.1:80 or [2001:db8::1]:80", kind, what)
	}
	to := check.Target{Addr: addr}
	switch kind {
	case "http":
		return check.NewHTTP(check.HTTPConfig{Target: to, URLs: []check.URL{{Path: more}}})
	case "https":
		config, err := check.TLSFiles{}.Config() // no certificate is verified
		if err != nil {
			return nil, err
		}
		return check.NewHTTP(check.HTTPConfig{Target: to, TLS: config, URLs: []check.URL{{Path: more}}})
	case "udp":
		return check.NewUDP(check.UDPConfig{Target: to})
	case "grpc":
		return check.NewGRPC(check.GRPCConfig{Target: to, Service: more})
	case "smtp":
		return check.NewSMTP(check.SMTPConfig{Target: to})
	case "dns":
		return check.NewDNS(check.DNSConfig{Target: to, Type: "A", Name: more})
	}
	return check.NewTCP(check.TCPConfig{Target: to})
}
