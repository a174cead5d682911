package check

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// maxStatLine is how long a line of statistics may be; usual are 500 bytes.
const maxStatLine = 16 << 10

// HAProxyConfig describes a check that asks a HAProxy through its runtime
// socket whether it serves. keepalived has no such check; what is usual there,
// "killall -0 haproxy", is satisfied with one that is stuck or has no servers left.
type HAProxyConfig struct {
	// Path is that of the Unix socket: "stats socket PATH" in haproxy.cfg;
	// level user is enough.
	Path string

	// Proxy is the frontend, backend or listen section that must serve. Empty:
	// HAProxy must answer and not be about to end, no more.
	Proxy string

	// Server is a server of the proxy, FRONTEND or BACKEND. Empty: all that the
	// proxy has of the latter two, so that a listen section must be open and have servers.
	Server string
}

// HAProxy is a Checker that asks a HAProxy. It may be used by many goroutines
// at a time.
type HAProxy struct{ cfg HAProxyConfig }

var _ Checker = (*HAProxy)(nil)

// NewHAProxy returns a checker of a HAProxy, which need not run yet.
func NewHAProxy(cfg HAProxyConfig) (*HAProxy, error) {
	switch {
	case cfg.Path == "":
		return nil, errors.New("HAProxy check: no path of a socket")
	case cfg.Proxy == "" && cfg.Server != "":
		return nil, fmt.Errorf("HAProxy check of %s: server %s of which proxy?", cfg.Path, cfg.Server)
	}
	return &HAProxy{cfg}, nil
}

// String returns "HAProxy /run/haproxy/admin.sock web/BACKEND".
func (c *HAProxy) String() string {
	s := "HAProxy " + c.cfg.Path
	if c.cfg.Proxy != "" {
		s += " " + c.name()
	}
	return s
}

func (c *HAProxy) name() string {
	if c.cfg.Server == "" {
		return c.cfg.Proxy
	}
	return c.cfg.Proxy + "/" + c.cfg.Server
}

// Check asks.
func (c *HAProxy) Check(ctx context.Context) Result {
	conn, err := dialUnix(ctx, c.cfg.Path)
	if err != nil {
		return failure(ctx, "connect to "+c.cfg.Path, err)
	}
	return converse(ctx, conn, func(conn net.Conn) Result {
		what := "HAProxy " + c.cfg.Path
		ask := "show info"
		if c.cfg.Proxy != "" {
			ask += ";show stat"
		}
		if _, err := io.WriteString(conn, ask+"\n"); err != nil {
			return failure(ctx, what, err)
		}
		state, err := c.read(bufio.NewReaderSize(conn, maxStatLine))
		switch {
		case errors.Is(err, errNotHAProxy):
			return failed(ReasonProtocol, "%s: %v", what, err)
		case err != nil:
			return failure(ctx, what, err)
		case state.stopping:
			return failed(ReasonContent, "%s: it is about to end", what)
		case c.cfg.Proxy == "":
			return success(what)
		case len(state.rows) == 0:
			return failed(ReasonContent, "%s: there is no %s", what, c.name())
		}
		for _, row := range state.rows {
			if !row.serves() {
				return failed(ReasonContent, "%s: %s", what, row)
			}
		}
		return success(fmt.Sprintf("%s: %s", what, state.rows[len(state.rows)-1]))
	})
}

var errNotHAProxy = errors.New("the answer is not HAProxy's")

// haproxyState is what matters of an answer.
type haproxyState struct {
	stopping bool
	rows     []haproxyRow // of what was asked for
}

// haproxyRow is one line of the statistics.
type haproxyRow struct{ proxy, server, status string }

// String returns "web/BACKEND is UP".
func (r haproxyRow) String() string { return r.proxy + "/" + r.server + " is " + r.status }

// serves: frontends are OPEN, backends and servers UP, "UP 1/3" on their way
// down, or "no check" where HAProxy does not look.
func (r haproxyRow) serves() bool {
	state, _, _ := strings.Cut(r.status, " ")
	return state == "UP" || state == "OPEN" || r.status == "no check"
}

// read reads the answers, of "name: value" lines and of comma-separated values,
// each ended by an empty line.
func (c *HAProxy) read(r *bufio.Reader) (haproxyState, error) {
	var s haproxyState
	ours := false
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return s, errNotHAProxy
		}
		if err != nil {
			return s, err
		}
		text := strings.TrimSpace(string(line))
		if text == "" {
			break
		}
		name, value, colon := strings.Cut(text, ":")
		ours = ours || colon && name == "Name"
		s.stopping = s.stopping || name == "Stopping" && strings.TrimSpace(value) != "0"
	}
	if !ours {
		return s, errNotHAProxy
	}
	if c.cfg.Proxy == "" {
		return s, nil
	}
	return s, c.readStat(r, &s)
}

// readStat goes by the names of the columns, which are more in each version.
func (c *HAProxy) readStat(r *bufio.Reader, s *haproxyState) error {
	var proxy, server, status = -1, -1, -1
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return errNotHAProxy
		}
		if err != nil {
			return err
		}
		text, header := strings.CutPrefix(strings.TrimSpace(string(line)), "# ")
		if text == "" {
			return nil
		}
		fields, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil {
			return errNotHAProxy
		}
		if header {
			for i, f := range fields {
				switch f {
				case "pxname":
					proxy = i
				case "svname":
					server = i
				case "status":
					status = i
				}
			}
			continue
		}
		if min(proxy, server, status) < 0 || max(proxy, server, status) >= len(fields) {
			return errNotHAProxy
		}
		row := haproxyRow{fields[proxy], fields[server], fields[status]}
		if row.proxy == c.cfg.Proxy && c.wants(row.server) && len(s.rows) < 2 {
			s.rows = append(s.rows, row)
		}
	}
}

func (c *HAProxy) wants(server string) bool {
	if c.cfg.Server == "" {
		return server == "FRONTEND" || server == "BACKEND"
	}
	return server == c.cfg.Server
}
