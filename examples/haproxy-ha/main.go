//go:build linux

// Haproxy-ha keeps a HAProxy and a virtual address together: the machine whose
// HAProxy serves holds the address. It runs on two machines or more, as root or
// with the capabilities NET_ADMIN and NET_RAW.
//
//	haproxy-ha -address 192.0.2.100/24 -interface eth0 -vrid 51 -priority 150 \
//		-config /etc/haproxy/haproxy.cfg -socket /run/haproxy/admin.sock \
//		-url http://127.0.0.1/health
//
// It starts HAProxy, and again if it ends; or, with -attach, it watches one that
// something else started. HAProxy must have "stats socket PATH" for -socket, and
// listen on all addresses ("bind :80") or on ones that come later ("bind
// 192.0.2.100:80 transparent").
//
// SIGHUP reloads HAProxy, if its configuration is good; no connection is lost.
// SIGTERM hands over: new connections are held off for the moment that the
// requests under way take to be answered, then another machine has the address.
// Clients do not see more of that than a second's delay, after which TCP tries
// again.
//
// The address goes away at once when HAProxy dies, and when its runtime socket,
// or the page at -url, does not answer -fall times in a row. A machine that is
// well again does not take the address back while another one has it (-preempt).
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// settings are the flags.
type settings struct {
	iface, address, peers            string
	vrid, priority                   uint
	interval                         time.Duration
	preempt                          bool
	binary, file, socket, proxy, url string
	attach                           string
	every, timeout                   time.Duration
	rise, fall                       int
	drain                            time.Duration
}

func flags() *settings {
	s := new(settings)
	flag.StringVar(&s.iface, "interface", "eth0", "network `interface` of the address")
	flag.StringVar(&s.address, "address", "", "virtual `addresses` with prefix lengths, separated by commas")
	flag.StringVar(&s.peers, "peers", "", "`addresses` of the other machines, where there is no multicast")
	flag.UintVar(&s.vrid, "vrid", 51, "virtual router `number`, 1..255, the same on all machines")
	flag.UintVar(&s.priority, "priority", 100, "the machine of the highest `priority`, 1..254, serves")
	flag.DurationVar(&s.interval, "interval", time.Second, "advertisement interval, the same on all machines")
	flag.BoolVar(&s.preempt, "preempt", false, "take the address from a machine of lower priority that serves")
	flag.StringVar(&s.binary, "haproxy", "haproxy", "`program` to start")
	flag.StringVar(&s.file, "config", "/etc/haproxy/haproxy.cfg", "HAProxy's configuration `file`")
	flag.StringVar(&s.attach, "attach", "", "start no HAProxy: one runs, and its master's pid is in this `file`")
	flag.StringVar(&s.socket, "socket", "/run/haproxy/admin.sock", "HAProxy's runtime `socket`")
	flag.StringVar(&s.proxy, "proxy", "", "frontend, backend or listen `section` that must serve")
	flag.StringVar(&s.url, "url", "", "`page` that HAProxy must serve, of an address and not a name")
	flag.DurationVar(&s.every, "every", 200*time.Millisecond, "time between two checks")
	flag.DurationVar(&s.timeout, "timeout", 500*time.Millisecond, "time that a check may take")
	flag.IntVar(&s.rise, "rise", 3, "checks in a row that make HAProxy well")
	flag.IntVar(&s.fall, "fall", 2, "checks in a row that make it ill")
	flag.DurationVar(&s.drain, "drain", 800*time.Millisecond, "time for requests under way at a hand-over")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: haproxy-ha -address ADDRESS/LENGTH [flags]\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	return s
}

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flags(), log); err != nil {
		fmt.Fprintln(os.Stderr, "haproxy-ha:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, and then hands over.
func run(ctx context.Context, s *settings, log *slog.Logger) error {
	prefixes, err := parse(s.address, netip.ParsePrefix)
	if err != nil || len(prefixes) == 0 {
		return fmt.Errorf("-address %q: want addresses with prefix lengths, as 192.0.2.100/24", s.address)
	}
	hold := newHold(prefixes)
	if err := hold.lift(); err != nil { // one that was left behind
		log.Warn("connections cannot be held off at a hand-over", "err", err)
	}
	p := &proxy{settings: s, log: log}
	n, err := newNode(s, prefixes, p, log)
	if err != nil {
		return err
	}
	go reloadOnHangup(ctx, p, log)
	return n.run(ctx, hold)
}

// reloadOnHangup reloads HAProxy whenever we get SIGHUP.
func reloadOnHangup(ctx context.Context, p *proxy, log *slog.Logger) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			if err := p.reload(ctx); err != nil {
				log.Error("HAProxy goes on with its old configuration", "err", err)
			}
		}
	}
}

// parse parses a list separated by commas.
func parse[T any](list string, one func(string) (T, error)) (all []T, err error) {
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		v, err := one(text)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
