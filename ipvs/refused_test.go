package ipvs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// What the kernel refuses once, and has the next time, is not missing.
func TestRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		tries := 0
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Method == ipvstest.Change && c.Change.Op == ipvs.AddService {
				if tries++; tries == 1 {
					return syscall.ENOBUFS
				}
			}
			return nil
		})
		err := b.Apply(t.Context(), mine)
		const want = "ipvs: -A -t 192.0.2.1:80 -s wrr: no buffer space available; without it, its destinations (2) cannot be added"
		if err == nil || err.Error() != want {
			t.Errorf("Apply: %v\nwant   %s", err, want)
		}
		time.Sleep(time.Second)
		b.saw("failed: " + want + "\napplied\n" + mineText[1:] + "recovered\n")
		b.stop()
	})
}

// Of a service that the kernel refuses no destination is missing by itself, and
// what is no longer desired is not missing.
func TestRefusedService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Change.Op == ipvs.AddService && c.Change.Service.Key == web.Key {
				return syscall.ENOENT
			}
			return nil
		})
		other := ipvs.Entry{Service: service(ipvs.TCP, "192.0.2.2:80", "rr"), Destinations: mine.Table[0].Destinations}
		_ = b.Apply(t.Context(), state(append(mine.Table.Clone(), other)))
		time.Sleep(time.Second)
		if got := b.Snapshot().Missing; len(got) != 1 || got[0] != (ipvs.Missing{Service: web.Key}) {
			t.Errorf("missing: %v", got)
		}
		b.apply(state(ipvs.Table{other}))
		if got := b.Snapshot().Missing; got != nil {
			t.Errorf("missing: %v", got)
		}
		b.stop()
	})
}

// An Apply whose caller does not wait any longer is no failure of the kernel's:
// nothing is said about it, and the rest follows.
func TestApplyCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t, ipvs.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithCancel(t.Context())
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Change.Op == ipvs.AddDestination {
				cancel()
			}
			return nil
		})
		if err := b.Apply(ctx, mine); !errors.Is(err, context.Canceled) {
			t.Errorf("Apply: %v", err)
		}
		time.Sleep(time.Second)
		lines := strings.SplitAfter(mineText[1:], "\n")
		b.saw("applied\n" + lines[0] + lines[1] + "applied\n" + lines[2])
		b.stop()
		if log.Len() > 0 {
			t.Errorf("in the log:\n%s", &log)
		}
	})
}
