package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	defaultSyslog = "/dev/log"

	// syslogPatience is how long one line may take. The log's queue waits, and
	// nothing else.
	syslogPatience = 100 * time.Millisecond
)

// facilityWords are keepalived's words for syslog's facilities.
func facilityWords() []string {
	words := []string{"user", "daemon"}
	for i := range 8 {
		words = append(words, strconv.Itoa(i), "local"+strconv.Itoa(i))
	}
	return words
}

// facility returns the number of a facility.
func facility(word string) int {
	switch word {
	case "user":
		return 1
	case "daemon", "":
		return 3
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(word, "local")) // one of facilityWords
	return 16 + n
}

// syslog returns syslog if it is wanted, else nil.
func (o *Options) syslog() *syslog {
	if o.NoSyslog || o.Syslog == "" && o.Facility == "" {
		return nil
	}
	path := o.Syslog
	if path == "" {
		path = defaultSyslog
	}
	return &syslog{path: path, facility: facility(o.Facility)}
}

// syslog is the machine's collector of logs at the other end of a socket. It is
// for one goroutine at a time.
type syslog struct {
	path     string
	facility int
	conn     net.Conn
	away     bool         // it did not take the last line
	instead  slog.Handler // for what it does not take; nil: nobody wants that
}

// send sends a line, to a new socket if the collector has got one since. A
// collector that is restarted misses nothing that comes after it has its socket
// again.
func (s *syslog) send(line []byte) (err error) {
	for range 2 {
		if s.conn == nil {
			if s.conn, err = s.dial(); err != nil {
				return err
			}
		}
		if err = s.conn.SetWriteDeadline(time.Now().Add(syslogPatience)); err == nil {
			_, err = s.conn.Write(line)
		}
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) { // it is there, and busy
			return err
		}
		_ = s.conn.Close() // it serves no more
		s.conn = nil
	}
	return err
}

func (s *syslog) dial() (conn net.Conn, err error) {
	for _, network := range []string{"unixgram", "unix"} { // as the C library tries them
		if conn, err = net.DialTimeout(network, s.path, syslogPatience); err == nil {
			break
		}
	}
	return conn, err
}

// syslogHandler sends lines to syslog as keepalived's processes would.
type syslogHandler struct {
	*textHandler // keeps attributes; it writes nothing
	to           *syslog
	instead      slog.Handler // to.instead, with the same attributes
}

func newSyslogHandler(to *syslog, level slog.Level) *syslogHandler {
	return &syslogHandler{newTextHandler(nil, level), to, to.instead}
}

// Handle sends one record, as several lines where keepalived has several.
// Without syslog it goes where it would have gone otherwise.
func (h *syslogHandler) Handle(ctx context.Context, r slog.Record) error {
	severity := 6
	switch {
	case r.Level >= slog.LevelError:
		severity = 3
	case r.Level >= slog.LevelWarn:
		severity = 4
	case r.Level < slog.LevelInfo:
		severity = 7
	}
	process, lines := classicLines(h.textHandler, r)
	var err error
	h.mu.Lock()
	for _, line := range lines {
		if err == nil {
			err = h.to.send(fmt.Appendf(nil, "<%d>%s %s[%d]: %s\n", h.to.facility<<3|severity, r.Time.Format(time.Stamp), process, os.Getpid(), strings.ReplaceAll(line, "\n", " ")))
		}
	}
	first := err != nil && !h.to.away
	h.to.away = err != nil
	h.mu.Unlock()
	if err == nil || h.instead == nil {
		return err
	}
	if first {
		w := slog.NewRecord(r.Time, slog.LevelWarn, "syslog takes no lines: they come here until it does", 0)
		w.AddAttrs(slog.Any("err", err))
		_ = h.to.instead.Handle(ctx, w) // as what follows: there is no other place
	}
	return h.instead.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *syslogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := &syslogHandler{h.textHandler.WithAttrs(attrs).(*textHandler), h.to, h.instead}
	if c.instead != nil {
		c.instead = c.instead.WithAttrs(attrs)
	}
	return c
}

// WithGroup implements slog.Handler.
func (h *syslogHandler) WithGroup(name string) slog.Handler {
	c := &syslogHandler{h.textHandler.WithGroup(name).(*textHandler), h.to, h.instead}
	if c.instead != nil {
		c.instead = c.instead.WithGroup(name)
	}
	return c
}
