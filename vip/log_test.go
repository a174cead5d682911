package vip_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// stuck is a log that blocks until it is let go.
type stuck struct {
	slog.Handler
	free chan struct{}
}

func (s stuck) Handle(ctx context.Context, r slog.Record) error {
	<-s.free
	return s.Handler.Handle(ctx, r)
}

// Whatever the log does: addresses come, are put back, are announced, and go.
func TestStuckLogDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		free := make(chan struct{})
		k := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{
			Kernel: k,
			Logger: slog.New(stuck{slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}), free}),
		})
		if err != nil {
			t.Fatal(err)
		}
		w := world{t, k, m, time.Now()}
		list := addresses("eth0", "192.0.2.100/32", "192.0.2.101/32")
		_ = w.Put(list[1])
		w.do(func(ctx context.Context) error { return m.CleanUp(ctx, objects(list...)...) }) // before Run, as programs do
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()

		start := time.Now()
		s := w.add(vip.SetConfig{Addresses: list, Schedule: vip.Schedule{Repeat: 1, Delay: time.Second}})
		w.do(s.Acquire)
		w.expect("eth0 192.0.2.100/32, eth0 192.0.2.101/32")
		time.Sleep(100 * time.Millisecond)
		_ = w.Take(list[0])
		time.Sleep(1900 * time.Millisecond)
		w.expect("eth0 192.0.2.101/32, eth0 192.0.2.100/32")
		w.expectAnnounced("\n0s 192.0.2.100 192.0.2.101\n100ms 192.0.2.100\n1s 192.0.2.100 192.0.2.101\n")
		w.do(s.Release)
		w.expect("")
		w.do(s.Acquire)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		w.expect("")
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("all that took %v", took)
		}
		close(free)
		synctest.Wait()
		if text := out.String(); !strings.Contains(text, "address put back") || strings.Count(text, "setting VIPs.") != 2 {
			t.Errorf("log:\n%s", text)
		}
	})
}
