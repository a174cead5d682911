package daemon

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
)

// classicHandler writes lines as keepalived's are in a file of syslog: with the
// names of its three processes, and with the lines about one transition that
// people grep for. What else is known of a transition follows as key=value.
type classicHandler struct {
	*textHandler
	host string
}

func newClassicHandler(out io.Writer, level slog.Level) *classicHandler {
	host, _ := os.Hostname()
	return &classicHandler{newTextHandler(out, level), host}
}

// Handle writes one record, as several lines where keepalived has several.
func (h *classicHandler) Handle(_ context.Context, r slog.Record) error {
	process, lines := classicLines(h.textHandler, r)
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "%s %s %s[%d]: %s\n", r.Time.Format(time.Stamp), h.host, process, os.Getpid(), line)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.out, b.String())
	return err
}

// classicLines returns what keepalived says where we say r, and which of its
// processes does. h has the attributes that are known already.
func classicLines(h *textHandler, r slog.Record) (process string, lines []string) {
	line := *h
	var from, cause string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "from":
			from = a.Value.String()
		case "cause":
			cause = a.Value.String()
		}
		line.add(a)
		return true
	})
	who := ""
	if line.who != "" {
		who = "(" + line.who + ") "
	}
	before, after := around(r.Message, from, cause)
	for _, text := range []string{before, r.Message + line.attrs, after} {
		if text != "" {
			lines = append(lines, who+text)
		}
	}
	return processOf(line.who, r.Message), lines
}

// around returns what keepalived says before and after a transition.
func around(message, from, cause string) (before, after string) {
	switch {
	case message == "Entering MASTER STATE":
		switch cause {
		case "no response":
			before = "Receive advertisement timeout"
		case "preemption":
			before = "received lower priority advert, forcing new election"
		}
		return before, "setting VIPs."
	case strings.HasPrefix(message, "Entering ") && from == "MASTER":
		switch cause {
		case "higher priority", "higher address":
			before = "Master received advert from a better router"
		case "shutdown", "asked to yield":
			before = "sent 0 priority"
		}
		return before, "removing VIPs."
	}
	return "", ""
}

// processOf returns the name of keepalived's process that would say it.
func processOf(who, message string) string {
	if strings.HasPrefix(who, "[") || strings.HasPrefix(who, "FWM ") { // a virtual or real server
		return "Keepalived_healthcheckers"
	}
	if who != "" || strings.HasPrefix(message, "VRRP_Script") || strings.HasPrefix(message, "Syncing ") || strings.HasPrefix(message, "Netlink ") {
		return "Keepalived_vrrp"
	}
	for _, word := range []string{"service", "Virtual Server", " VS ", "quorum", "sorry", "_CHECK", "_GET"} {
		if strings.Contains(message, word) {
			return "Keepalived_healthcheckers"
		}
	}
	return "Keepalived"
}

// WithAttrs implements slog.Handler.
func (h *classicHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &classicHandler{h.textHandler.WithAttrs(attrs).(*textHandler), h.host}
}

// WithGroup implements slog.Handler.
func (h *classicHandler) WithGroup(name string) slog.Handler {
	return &classicHandler{h.textHandler.WithGroup(name).(*textHandler), h.host}
}

// newJSONHandler writes a JSON object a line, for those who collect logs: time,
// level, msg, and what is known besides. The instance is under instance.
func newJSONHandler(out io.Writer, level slog.Level) slog.Handler {
	return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == "set" {
			a.Key = "instance"
		}
		if a.Value.Kind() == slog.KindDuration {
			return slog.Float64(a.Key+"_ms", float64(a.Value.Duration().Microseconds())/1000)
		}
		if a.Value.Kind() == slog.KindAny { // a state or a cause is a word, not its number
			switch v := a.Value.Any().(type) {
			case encoding.TextMarshaler, json.Marshaler, error:
			case fmt.Stringer:
				a.Value = slog.StringValue(fmt.Sprint(v))
			}
		}
		return a
	}})
}
