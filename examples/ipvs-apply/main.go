// Ipvs-apply makes the kernel's IPVS table what a file says, in the words of
// `ipvsadm -Sn`. Unlike `ipvsadm -R` it makes the difference only: connections
// and counters of what stays live on.
//
//	ipvsadm -Sn >table       # edit it, then
//	ipvs-apply -n table      # what would be done
//	ipvs-apply [-all] table  # do it; with -all, services that are not in the file go
//	ipvs-apply -keep table   # hold it so until interrupted, whoever changes it; then undo it
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, func() (ipvs.Kernel, error) { return ipvs.NewKernel(0) }, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ipvs-apply:", err)
		os.Exit(1)
	}
}

// run opens the kernel once it knows what to do: a mistake is told without IPVS too.
func run(ctx context.Context, open func() (ipvs.Kernel, error), args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ipvs-apply", flag.ExitOnError)
	plan := flags.Bool("n", false, "only say what would be done")
	all := flags.Bool("all", false, "delete services that are not in the file")
	keep := flags.Bool("keep", false, "hold the table until interrupted, then undo it")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "usage: ipvs-apply [-n | -keep] [-all] FILE\n")
		flags.PrintDefaults()
	}
	_ = flags.Parse(args) // exits
	if flags.NArg() != 1 {
		return errors.New("give a file in the words of ipvsadm -Sn; -h says more")
	}
	text, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	table, err := ipvs.ParseTable(string(text))
	if err != nil {
		return err
	}
	kernel, err := open()
	if err != nil {
		return err
	}
	desired := ipvs.State{Table: table}
	if *keep {
		return hold(ctx, ipvs.Config{Kernel: kernel, FlushAtStart: *all}, desired, out)
	}
	defer kernel.Close()
	owned := func(ipvs.Key) bool { return *all }
	actual, err := kernel.State()
	changes := ipvs.Plan(desired, actual, owned)
	if err == nil && !*plan {
		changes, err = ipvs.Apply(ctx, kernel, desired, owned)
	}
	for _, c := range changes {
		fmt.Fprintln(out, "ipvsadm", c)
	}
	return err
}

func hold(ctx context.Context, cfg ipvs.Config, desired ipvs.State, out io.Writer) error {
	r, err := ipvs.NewReconciler(cfg)
	if err != nil {
		return err
	}
	events, done := r.Events(), make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	_ = r.Apply(ctx, desired) // what fails is an event, and tried again
	for e := range events {
		fmt.Fprintln(out, e.Kind, e.Changes, e.Err)
	}
	return <-done
}
