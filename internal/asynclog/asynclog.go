// Package asynclog keeps a slow log from delaying whoever writes to it.
package asynclog

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Handler is a slog.Handler that queues records for another one. It never
// blocks: when the queue is full, records are dropped and counted, and the
// count is logged as soon as there is room.
type Handler struct {
	next  slog.Handler
	queue *queue
}

type queue struct {
	records chan record
	dropped atomic.Uint64
}

type record struct {
	slog.Record
	to slog.Handler
}

// New returns a handler that keeps at most size records for next.
func New(next slog.Handler, size int) *Handler {
	return &Handler{next: next, queue: &queue{records: make(chan record, size)}}
}

// For returns a handler that shares h's queue and its Run, but writes to next.
func (h *Handler) For(next slog.Handler) *Handler { return &Handler{next, h.queue} }

// Patience is how long a log that is stuck is waited for in the end.
const Patience = time.Second

// Start runs h in a goroutine of its own. What it returns ends that: it waits until
// all is written, but not for ever.
func (h *Handler) Start() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		h.Run(ctx)
		close(done)
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(Patience):
		}
	}
}

// Run writes queued records until ctx is done, and then what is left of them.
func (h *Handler) Run(ctx context.Context) {
	for {
		select {
		case r := <-h.queue.records:
			h.write(r)
		case <-ctx.Done():
			h.drain()
			return
		}
	}
}

func (h *Handler) drain() {
	for {
		select {
		case r := <-h.queue.records:
			h.write(r)
		default:
			return
		}
	}
}

// write ignores errors: there is no log left to report them to. What was
// dropped is told to whoever gets a record anyway and wants warnings: h's own
// handler may be one that nobody reads.
func (h *Handler) write(r record) {
	ctx := context.Background()
	_ = r.to.Handle(ctx, r.Record)
	if h.queue.dropped.Load() == 0 || !r.to.Enabled(ctx, slog.LevelWarn) {
		return
	}
	lost := slog.NewRecord(r.Time, slog.LevelWarn, "the log is too slow, records were dropped", 0)
	lost.AddAttrs(slog.Uint64("dropped", h.queue.dropped.Swap(0)))
	_ = r.to.Handle(ctx, lost)
}

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler. It never fails.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	select {
	case h.queue.records <- record{r.Clone(), h.next}:
	default:
		h.queue.dropped.Add(1)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.next.WithAttrs(attrs), h.queue}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{h.next.WithGroup(name), h.queue}
}
