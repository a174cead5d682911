package asynclog

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
)

// stuck is a handler that blocks until it is let go.
type stuck struct {
	slog.Handler
	free chan struct{}
}

func (s stuck) Handle(ctx context.Context, r slog.Record) error {
	<-s.free
	return s.Handler.Handle(ctx, r)
}

func (s stuck) WithAttrs(attrs []slog.Attr) slog.Handler {
	return stuck{s.Handler.WithAttrs(attrs), s.free}
}

func TestAStuckLogDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		free := make(chan struct{})
		h := New(stuck{slog.NewTextHandler(&out, nil), free}, 2)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { h.Run(ctx); close(done) }()
		log := slog.New(h).With("router", "VI_1")
		log.Info("one")
		synctest.Wait() // the writer is stuck in it
		for range 5 {
			log.Info("more") // two are queued, three dropped
		}
		close(free)
		cancel()
		<-done
		text := out.String()
		if strings.Count(text, "msg=more") != 2 || !strings.Contains(text, "dropped=3") || strings.Count(text, "router=VI_1") != 3 {
			t.Errorf("log:\n%s", text)
		}
	})
}
