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
		if strings.Count(text, "msg=more") != 2 || strings.Count(text, "dropped=3") != 1 || strings.Count(text, "router=VI_1") != 4 {
			t.Errorf("log:\n%s", text)
		}
	})
}

// TestDropsAreToldToAReader has drops among handlers of which one is read: the
// queue's own discards, another one takes errors only.
func TestDropsAreToldToAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, errs bytes.Buffer
		free := make(chan struct{})
		h := New(slog.DiscardHandler, 2)
		strict := slog.New(h.For(stuck{slog.NewTextHandler(&errs, &slog.HandlerOptions{Level: slog.LevelError}), free}))
		read := slog.New(h.For(slog.NewTextHandler(&out, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { h.Run(ctx); close(done) }()
		strict.Error("one")
		synctest.Wait() // the writer is stuck in it
		for range 3 {
			strict.Error("more")
		}
		free <- struct{}{}
		synctest.Wait() // and in the next one
		read.Info("last words")
		close(free)
		cancel()
		<-done
		if text := out.String(); !strings.Contains(text, "last words") || !strings.Contains(text, "dropped=1") {
			t.Errorf("log:\n%s", text)
		}
		if text := errs.String(); strings.Contains(text, "dropped") {
			t.Errorf("log of errors:\n%s", text)
		}
	})
}

// TestLastWords: what was logged before ctx was done is written.
func TestLastWords(t *testing.T) {
	var out bytes.Buffer
	h := New(slog.NewTextHandler(&out, nil), 100)
	for range 100 {
		slog.New(h).Info("last words")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.Run(ctx)
	if n := strings.Count(out.String(), "last words"); n != 100 {
		t.Errorf("%d of 100 records were written", n)
	}
}
