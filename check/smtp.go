package check

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

const (
	defaultHELO = "smtpchecker.keepalived.org"

	// maxReply is how long a reply may be, all its lines together.
	maxReply = 64 << 10
)

// SMTPConfig describes a check that says HELO to a mail server (keepalived's
// SMTP_CHECK): greeting 220, HELO 250, QUIT.
type SMTPConfig struct {
	Target

	// Hosts are asked instead of Target, one after another; all must answer
	// (host blocks). In keepalived 2.4 they do not work.
	Hosts []Target

	// HELO is the name to say (helo_name); empty: smtpchecker.keepalived.org.
	HELO string
}

// SMTP is a Checker that talks to a mail server. It may be used by many
// goroutines at a time.
type SMTP struct {
	dialers []*dialer
	hello   string
}

var _ Checker = (*SMTP)(nil)

// NewSMTP returns a checker of mail servers.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	if cfg.HELO == "" {
		cfg.HELO = defaultHELO
	}
	if len(cfg.Hosts) == 0 {
		cfg.Hosts = []Target{cfg.Target}
	}
	s := &SMTP{hello: cfg.HELO}
	var errs []error
	if strings.ContainsAny(s.hello, " \r\n\t") {
		errs = append(errs, fmt.Errorf("SMTP check: HELO name %q: white space is not possible there", s.hello))
	}
	for _, t := range cfg.Hosts {
		d, err := newDialer("tcp", t)
		if err != nil {
			errs = append(errs, fmt.Errorf("SMTP check of %v: %w", t, err))
		}
		s.dialers = append(s.dialers, d)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// Check has the dialogue with each host. The deadline of ctx is for all of it;
// keepalived gives each step connect_timeout.
func (s *SMTP) Check(ctx context.Context) Result {
	var r Result
	for _, d := range s.dialers {
		r = d.converse(ctx, func(c net.Conn) Result { return s.talk(ctx, d.addr, c) })
		if !r.OK {
			return r
		}
	}
	return r
}

// String returns "SMTP 192.0.2.1:25".
func (s *SMTP) String() string {
	var b strings.Builder
	b.WriteString("SMTP")
	for _, d := range s.dialers {
		b.WriteString(" " + d.addr)
	}
	return b.String()
}

func (s *SMTP) talk(ctx context.Context, addr string, c net.Conn) Result {
	in := bufio.NewReader(c)
	for _, step := range []struct {
		name, say string
		code      int
	}{
		{"greeting", "", 220},
		{"HELO", "HELO " + s.hello + "\r\n", 250},
		{"QUIT", "QUIT\r\n", 0},
	} {
		what := "SMTP " + addr + ": " + step.name
		var code int
		var text string
		_, err := io.WriteString(c, step.say)
		if err == nil {
			code, text, err = readReply(in)
		}
		switch {
		case step.code == 0 && err != nil && hungUp(err):
			// It said all that matters, and hangs up without an answer to QUIT.
		case errors.Is(err, errNotSMTP), errors.Is(err, errLongReply):
			return failed(ReasonProtocol, "%s: %v", what, err)
		case err != nil:
			return failure(ctx, what, err)
		case step.code != 0 && code != step.code:
			return failed(ReasonStatus, "%s: %d %s", what, code, printable(text))
		}
	}
	return success("SMTP " + addr)
}

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

var (
	errNotSMTP   = errors.New("the answer is not SMTP")
	errLongReply = fmt.Errorf("the answer is longer than %d bytes", maxReply)
)

// readReply reads a reply of one or more lines (RFC 5321 section 4.2) and
// returns its code and the text of its last line.
func readReply(r *bufio.Reader) (code int, text string, err error) {
	for total := 0; total <= maxReply; {
		line, err := r.ReadSlice('\n')
		total += len(line)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, "", err
		}
		c, more, t, ok := parseReplyLine(string(line))
		if !ok || code != 0 && c != code {
			return 0, "", errNotSMTP
		}
		code, text = c, t
		for errors.Is(err, bufio.ErrBufferFull) && total <= maxReply { // the rest of a long line
			line, err = r.ReadSlice('\n')
			total += len(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, "", err
		}
		if !more && total <= maxReply {
			return code, text, nil
		}
	}
	return 0, "", errLongReply
}

// parseReplyLine takes "250-text", "250 text" or "250" apart.
func parseReplyLine(line string) (code int, more bool, text string, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	if len(line) < 3 {
		return 0, false, "", false
	}
	for _, d := range line[:3] {
		if d < '0' || d > '9' {
			return 0, false, "", false
		}
		code = 10*code + int(d-'0')
	}
	if code < 100 {
		return 0, false, "", false
	}
	if len(line) == 3 {
		return code, false, "", true
	}
	more = line[3] == '-'
	if !more && line[3] != ' ' {
		return 0, false, "", false
	}
	return code, more, line[4:min(len(line), 4+200)], true
}
