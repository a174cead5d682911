package notify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// relay is a mail relay behind pipes.
type relay struct {
	refuse []string // answers to the first RCPTs, one each; then 250
	down   int      // how many connections fail
	silent bool     // says nothing at all

	tls      *tls.Config // nil: no encryption, and no login
	implicit bool        // encrypted from the first byte

	mu     sync.Mutex
	mails  []string
	logins []string    // as AUTH said it
	at     []time.Time // of every connection
	wg     sync.WaitGroup
}

func (r *relay) dial(context.Context, string, string) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = append(r.at, time.Now())
	if r.down > 0 {
		r.down--
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	if r.implicit {
		far = tls.Server(far, r.tls)
	}
	r.wg.Go(func() { r.serve(far) })
	return near, nil
}

func (r *relay) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	if r.silent {
		for in.Scan() {
		}
		return
	}
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	_, secure := c.(*tls.Conn)
	say("220 relay.example.com")
	for in.Scan() {
		switch verb, _, _ := strings.Cut(in.Text(), " "); verb {
		case "EHLO":
			switch {
			case secure:
				say("250-relay.example.com\r\n250 AUTH PLAIN")
			case r.tls != nil:
				say("250-relay.example.com\r\n250 STARTTLS")
			default:
				say("250 relay.example.com")
			}
		case "STARTTLS":
			say("220 go on")
			c, secure = tls.Server(c, r.tls), true
			in = bufio.NewScanner(c)
		case "AUTH":
			r.mu.Lock()
			r.logins = append(r.logins, in.Text())
			r.mu.Unlock()
			say("235 welcome")
		case "RCPT":
			r.mu.Lock()
			answer := "250 ok"
			if len(r.refuse) > 0 {
				answer, r.refuse = r.refuse[0], r.refuse[1:]
			}
			r.mu.Unlock()
			say(answer)
		case "DATA":
			say("354 go on")
			var text []string
			for in.Scan() && in.Text() != "." {
				text = append(text, in.Text())
			}
			r.mu.Lock()
			r.mails = append(r.mails, strings.Join(text, "\n"))
			r.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye") // and the other end hangs up
		default:
			say("250 ok")
		}
	}
}

// parts returns subject and body of what came.
func (r *relay) parts() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.mails {
		header, body, _ := strings.Cut(m, "\n\n")
		for line := range strings.Lines(header) {
			if s, ok := strings.CutPrefix(line, "Subject: "); ok {
				list = append(list, strings.TrimSpace(s)+" | "+strings.TrimSpace(body))
			}
		}
	}
	return list
}

// connections returns when they were made.
func (r *relay) connections() []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.at)
}

func mailer(t *testing.T, r *relay, change func(*MailConfig)) (*Mailer, *bytes.Buffer) {
	t.Helper()
	cfg := MailConfig{
		RouterID: "LVS_1", From: "lvs@example.com", To: []string{"a@example.com", "b@example.com"},
		Server: "192.0.2.1", Dial: r.dial,
	}
	if change != nil {
		change(&cfg)
	}
	var log bytes.Buffer
	m, err := NewMailer(cfg, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	return m, &log
}

// Seed 004.6.
func TestMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		m, log := mailer(t, r, nil)
		group := Source{"GROUP", "VG_1"}
		for _, n := range []Transition{
			{Source: group, State: "BACKUP", Priority: 0}, {Source: vi1, State: "BACKUP", Priority: 100}, {Source: vi1, State: "MASTER", Priority: 100}, {Source: vi1, State: "MASTER", Priority: 90},
			{Source: group, State: "MASTER", Priority: 0}, {Source: vi1, State: "FAULT", Priority: 100}, {Source: vi1, State: Stop, Priority: 100}, {Source: group, State: Stop, Priority: 0},
		} {
			m.Notify(n)
		}
		m.Close(time.Minute)
		r.wg.Wait()
		want := []string{
			"[LVS_1] VRRP Group VG_1 - Entering BACKUP state | => All VRRP group instances are now in BACKUP state <=",
			"[LVS_1] VRRP Instance VI_1 - Entering BACKUP state | => VRRP Instance is no longer owning VRRP VIPs <=",
			"[LVS_1] VRRP Instance VI_1 - Entering MASTER state | => VRRP Instance is now owning VRRP VIPs <=",
			"[LVS_1] VRRP Group VG_1 - Entering MASTER state | => All VRRP group instances are now in MASTER state <=",
			"[LVS_1] VRRP Instance VI_1 - Entering FAULT state | => VRRP Instance is no longer owning VRRP VIPs <=",
			"[LVS_1] VRRP Instance VI_1 - Stopping | => VRRP Instance stopping <=",
			"[LVS_1] VRRP Group VG_1 - Stopping | => All VRRP group instances are now stopping <=",
		}
		if d := cmp.Diff(want, r.parts()); d != "" {
			t.Fatal(d, log)
		}
		for _, header := range []string{
			"From: <lvs@example.com>", "To: <a@example.com>, <b@example.com>", "X-Mailer: Keepalived", "Date: ",
		} {
			if !strings.Contains(r.mails[0], header) {
				t.Errorf("no %q in\n%s", header, r.mails[0])
			}
		}
	})
}

func TestMailNoFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		m, _ := mailer(t, r, func(c *MailConfig) { c.NoFaults = true })
		m.Notify(Transition{Source: vi1, State: "FAULT", Priority: 1})
		m.Notify(Transition{Source: vi1, State: "MASTER", Priority: 1})
		m.Close(time.Minute)
		r.wg.Wait()
		if got := r.parts(); len(got) != 1 || !strings.Contains(got[0], "MASTER") {
			t.Error(got)
		}
	})
}

// A relay that is away for a while gets every mail in the end, in order, and
// nobody waits for it.
func TestMailRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{down: 2, refuse: []string{"451 later"}}
		m, _ := mailer(t, r, nil)
		start := time.Now()
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		m.Notify(Transition{Source: vi1, State: "MASTER", Priority: 1})
		if time.Since(start) != 0 {
			t.Error("Notify waits")
		}
		time.Sleep(2 * time.Minute)
		var at []time.Duration
		for _, c := range r.connections() {
			at = append(at, c.Sub(start))
		}
		if d := cmp.Diff([]time.Duration{0, 10 * time.Second, 30 * time.Second, 70 * time.Second, 70 * time.Second}, at); d != "" {
			t.Error(d)
		}
		if got := r.parts(); len(got) != 2 || !strings.Contains(got[0], "BACKUP") || !strings.Contains(got[1], "MASTER") {
			t.Error(got)
		}
		m.Close(time.Minute)
	})
}

// What the relay refuses for good is not tried again, and said.
func TestMailRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{refuse: []string{"550 no such user", "550 no such user"}}
		m, log := mailer(t, r, nil)
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		time.Sleep(time.Hour)
		m.Close(time.Minute)
		n := len(r.connections())
		if n != 1 || !strings.Contains(log.String(), "no such user") || !strings.Contains(log.String(), "mail is not sent") {
			t.Errorf("%d connections, log:\n%s", n, log)
		}
	})
}

// A relay that says nothing keeps the daemon from stopping for no longer than
// it is given.
func TestMailStuckAtClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{silent: true}
		m, log := mailer(t, r, nil)
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		m.Notify(Transition{Source: vi1, State: Stop, Priority: 1})
		time.Sleep(time.Second)
		start := time.Now()
		m.Close(5 * time.Second)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("Close took %v", took)
		}
		if !strings.Contains(log.String(), "mails are dropped") {
			t.Errorf("log:\n%s", log)
		}
	})
}

// A relay that wants encryption and a login gets both, in either way.
func TestMailWithTLS(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for _, how := range []MailTLS{StartTLS, ImplicitTLS} {
		r := &relay{tls: &tls.Config{Certificates: server.TLS.Certificates}, implicit: how == ImplicitTLS}
		m, log := mailer(t, r, func(c *MailConfig) {
			c.Server, c.TLS, c.Roots, c.User, c.Password = "example.com", how, roots, "lb1", "secret"
		})
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		m.Close(time.Minute)
		r.wg.Wait()
		want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00lb1\x00secret"))
		if len(r.parts()) != 1 || !slices.Equal(r.logins, []string{want}) {
			t.Errorf("%v: mails %v, logins %v, log:\n%s", how, r.parts(), r.logins, log)
		}

		// Somebody else's certificate is nobody to log in to.
		r = &relay{tls: r.tls, implicit: r.implicit}
		m, log = mailer(t, r, func(c *MailConfig) { c.Server, c.TLS, c.User, c.Password = "example.com", how, "lb1", "secret" })
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		m.Close(time.Minute)
		r.wg.Wait()
		if len(r.logins) != 0 || !strings.Contains(log.String(), "certificate") {
			t.Errorf("%v: logins %v, log:\n%s", how, r.logins, log)
		}
	}
}

// Where encryption is asked for nothing is said without.
func TestMailWithoutTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		m, log := mailer(t, r, func(c *MailConfig) { c.TLS = StartTLS })
		m.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 1})
		synctest.Wait()
		m.Close(time.Minute)
		r.wg.Wait()
		if len(r.parts()) != 0 || !strings.Contains(log.String(), "STARTTLS") {
			t.Errorf("%v, log:\n%s", r.parts(), log)
		}
	})
}

func TestMailConfig(t *testing.T) {
	for want, change := range map[string]func(*MailConfig){
		"smtp_server":             func(c *MailConfig) { c.Server = "" },
		"notification_email_from": func(c *MailConfig) { c.From = "nobody" },
		"notification_email \"":   func(c *MailConfig) { c.To = []string{"x y z"} },
	} {
		cfg := MailConfig{From: "a@b.c", To: []string{"a@b.c"}, Server: "192.0.2.1"}
		change(&cfg)
		if _, err := NewMailer(cfg, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
