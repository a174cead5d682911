package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
)

// logQueue is how many lines may wait to be written.
const logQueue = 4096

// newLog returns a logger that writes to out, or to syslog, from a goroutine of
// its own: whoever reads our standard error may be slow, and nothing waits for
// him. flush waits until all is written, but not for ever.
func newLog(out io.Writer, o Options) (log *slog.Logger, flush func()) {
	level := slog.LevelInfo
	if o.Detail > 0 {
		level = slog.LevelDebug
	}
	var lines slog.Handler = newTextHandler(out, level)
	switch o.LogFormat {
	case "json":
		lines = newJSONHandler(out, level)
	case "keepalived":
		lines = newClassicHandler(out, level)
	}
	switch to := o.syslog(); {
	case to != nil && o.LogConsole:
		lines = slog.NewMultiHandler(newSyslogHandler(to, level), lines)
	case to != nil:
		to.instead = lines
		lines = newSyslogHandler(to, level)
	}
	queue := asynclog.New(lines, logQueue)
	return slog.New(queue), queue.Start()
}

// textHandler writes one line per record in keepalived's manner, so that what
// people grep for is found: "(VI_1) Entering MASTER STATE", and then what else
// is known, as key=value.
type textHandler struct {
	mu    *sync.Mutex
	out   io.Writer
	level slog.Level
	who   string // value of the instance or set attribute
	attrs string // formatted
	group string
}

func newTextHandler(out io.Writer, level slog.Level) *textHandler {
	return &textHandler{mu: &sync.Mutex{}, out: out, level: level}
}

func (h *textHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *textHandler) Handle(_ context.Context, r slog.Record) error {
	line := *h // collects the record's attributes
	r.Attrs(func(a slog.Attr) bool { line.add(a); return true })
	var b bytes.Buffer
	b.WriteString(r.Time.Format("2006-01-02T15:04:05.000 "))
	if r.Level >= slog.LevelWarn {
		b.WriteString(r.Level.String() + " ")
	}
	if line.who != "" {
		fmt.Fprintf(&b, "(%s) ", line.who)
	}
	b.WriteString(r.Message)
	b.WriteString(line.attrs)
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.out.Write(b.Bytes())
	return err
}

func (h *textHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	for _, a := range attrs {
		c.add(a)
	}
	return &c
}

func (h *textHandler) WithGroup(name string) slog.Handler {
	c := *h
	c.group += name + "."
	return &c
}

func (h *textHandler) add(a slog.Attr) {
	value := a.Value.Resolve()
	switch {
	case h.group == "" && (a.Key == "instance" || a.Key == "set"):
		h.who = value.String()
	case value.Kind() == slog.KindGroup:
		for _, m := range value.Group() {
			h.add(slog.Attr{Key: a.Key + "." + m.Key, Value: m.Value})
		}
	case value.String() != "":
		h.attrs += " " + h.group + a.Key + "=" + quote(value.String())
	}
}

// quote quotes a value where it would not read as one word.
func quote(s string) string {
	if strings.ContainsAny(s, " \t\n\"=") {
		return strconv.Quote(s)
	}
	return s
}
