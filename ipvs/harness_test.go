package ipvs_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// bench is a Reconciler that runs on a kernel in memory, in a bubble.
type bench struct {
	t      *testing.T
	kernel ipvstest.Kernel
	*ipvs.Reconciler
	events <-chan ipvs.Event
	cancel context.CancelFunc
	done   chan error
}

func newBench(t *testing.T, cfg ipvs.Config, prepare ...func(*ipvstest.Kernel)) *bench {
	t.Helper()
	b := &bench{t: t, done: make(chan error, 1)}
	for _, f := range prepare {
		f(&b.kernel)
	}
	cfg.Kernel = &b.kernel
	var err error
	if b.Reconciler, err = ipvs.NewReconciler(cfg); err != nil {
		t.Fatal(err)
	}
	b.events = b.Events()
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	go func() { b.done <- b.Run(ctx) }()
	return b
}

// stop ends Run, which returns nil.
func (b *bench) stop() {
	b.t.Helper()
	b.cancel()
	if err := <-b.done; err != nil {
		b.t.Errorf("Run: %v", err)
	}
}

func (b *bench) apply(s ipvs.State) {
	b.t.Helper()
	if err := b.Apply(b.t.Context(), s); err != nil {
		b.t.Errorf("Apply: %v", err)
	}
}

// has checks the kernel's table.
func (b *bench) has(want string) {
	b.t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), b.kernel.String()); diff != "" {
		b.t.Errorf("kernel:\n%s", diff)
	}
}

// saw checks the events since the last time.
func (b *bench) saw(want string) {
	b.t.Helper()
	synctest.Wait()
	var got strings.Builder
	for len(b.events) > 0 {
		e := <-b.events
		got.WriteString(e.Kind.String())
		if e.Err != nil {
			got.WriteString(": " + e.Err.Error())
		}
		for _, m := range e.Missing {
			got.WriteString(" " + m.String())
		}
		got.WriteString("\n")
		got.WriteString(text(e.Changes))
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got.String()); diff != "" {
		b.t.Errorf("events:\n%s", diff)
	}
}

func (b *bench) meddle(c ipvs.Change) {
	b.t.Helper()
	if err := b.kernel.Meddle(c); err != nil {
		b.t.Fatal(err)
	}
}

var (
	web  = service(ipvs.TCP, "192.0.2.1:80", "wrr")
	mine = ipvs.State{Table: ipvs.Table{{Service: web, Destinations: []ipvs.Destination{nat("198.51.100.1:80", 1), nat("198.51.100.2:80", 1)}}}}

	foreign = service(ipvs.UDP, "192.0.2.9:53", "rr")
)

const mineText = `
-A -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1
-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1
`

const foreignText = `
-A -u 192.0.2.9:53 -s rr
`

func both(a, b string) string { return a + strings.TrimPrefix(b, "\n") }

func addForeign(k *ipvstest.Kernel) { _ = k.Meddle(ipvs.Change{Op: ipvs.AddService, Service: foreign}) }
