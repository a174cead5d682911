// Package demo is keepalived-lite's demo: two nodes share an address, a client
// asks for it all the time, the master loses its power and gets it back, and
// what the client saw stands beside what the protocol allows.
//
// It all happens in network namespaces that the demo makes, as root or in a user
// namespace; where the kernel has neither, on a segment in memory. For the
// namespaces the program starts itself again, with the same arguments and an
// environment variable, so that its main function ends up in Run once more.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// ErrFailed means that the failover did not happen as it must, or could not be
// tried. The reason has been shown; there is no need to print the error.
var ErrFailed = errors.New("demo: failed")

// refusal is why there can be no namespaces.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

// Options say what is shown, and to whom.
type Options struct {
	// Out is where the demo writes. It must be what it is in the program that
	// the demo starts again: standard output, for one.
	Out io.Writer

	// Live redraws a status line, which takes a terminal. Color uses colours.
	Live, Color bool

	// Configs are the configuration files of nodes A and B. Empty: a pair of
	// the demo's own.
	Configs [2]string

	// InMemory asks for the segment in memory at once.
	InMemory bool

	// Node runs one node from a configuration file, in the network namespace
	// of the process, until ctx is done. It must run no scripts, which would
	// act on the real machine. What it writes to standard error is shown if the
	// demo fails; lines with the word "rehearsal" are shown at once, without
	// their first word, which is the time. Not needed in memory.
	Node func(ctx context.Context, configFile string) error
}

// Run runs the demo until its end, or until ctx is done. It blocks for about 20
// seconds where the nodes advertise once per second. It returns nil if the
// address failed over within the protocol's limit and went where the
// configuration says when the master came back; ErrFailed if not.
func Run(ctx context.Context, o Options) error {
	if s, ok := startedAs(); ok {
		return s.run(ctx, o)
	}
	files := o.Configs
	if files == [2]string{} {
		dir, err := os.MkdirTemp("", "keepalived-lite-demo-")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(dir)
		if files, err = writeDefaults(dir); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	cfgs, err := load(files, o.Out)
	if err != nil {
		return err
	}
	p, err := newPlan(cfgs)
	if err != nil {
		fmt.Fprintln(o.Out, err)
		return ErrFailed
	}
	why := &refusal{"as asked for"}
	if !o.InMemory {
		if err := inNamespaces(ctx, o, files); !errors.As(err, &why) {
			return err
		}
	}
	return inMemory(ctx, o, p, cfgs, why)
}

// tell runs the story in a lab, which open makes when there is something to
// report to.
func tell(ctx context.Context, o Options, p *plan, where []string, open func(see func(sight)) (lab, error)) error {
	start := time.Now()
	j := &journal{o: newObserver(start)}
	place, err := open(j.see)
	if err != nil {
		return err
	}
	defer place.close()
	s := &story{screen: &screen{out: o.Out, live: o.Live, color: o.Color, start: start}, plan: p, lab: place, journal: j}
	s.intro(p, where)
	return s.run(ctx)
}

// aboutScripts is what to say about the scripts of a pair of configurations.
func aboutScripts(cfgs [2]*confparse.Config) []string {
	for _, cfg := range cfgs {
		for _, i := range cfg.Instances {
			if len(i.TrackScripts) > 0 || i.Notify != (confparse.Notify{}) {
				return []string{"no script is run: track scripts count as good, notify scripts are only shown"}
			}
		}
	}
	return nil
}
