package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"github.com/wneessen/go-mail"
)

// MailConfig says who gets mail about transitions, and through which relay.
type MailConfig struct {
	RouterID string // router_id; in every subject
	From     string // notification_email_from
	To       []string
	Server   string // smtp_server
	Port     uint16 // 0: 25, or 465 with TLS from the start
	Helo     string // smtp_helo_name; empty: the local host name

	// Timeout limits each attempt (smtp_connect_timeout); 0: 30 s.
	Timeout time.Duration

	NoFaults bool // no_email_faults

	TLS      MailTLS
	Roots    *x509.CertPool // whose certificates the relay may have; nil: the system's
	User     string         // empty: no authentication
	Password string

	// Dial reaches the relay. Nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// MailTLS is how a mail relay is spoken to.
type MailTLS uint8

// Values of MailTLS.
const (
	PlainMail MailTLS = iota // as keepalived does
	StartTLS                 // refuse to go on without
	ImplicitTLS
)

// tls returns how the relay has to prove who it is.
func (c *MailConfig) tls() *tls.Config {
	return &tls.Config{ServerName: c.Server, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
}

// options returns what go-mail has to know.
func (c *MailConfig) options() []mail.Option {
	options := []mail.Option{
		mail.WithTimeout(cmp.Or(c.Timeout, 30*time.Second)),
		mail.WithoutNoop(),
		mail.WithTLSConfig(c.tls()),
	}
	port, policy := uint16(25), mail.NoTLS
	switch c.TLS {
	case StartTLS:
		policy = mail.TLSMandatory
	case ImplicitTLS:
		// dial has begun TLS; go-mail sees that, and dares to log in, only when
		// it looks for it.
		port, policy = 465, mail.TLSOpportunistic
	}
	options = append(options, mail.WithPort(int(cmp.Or(c.Port, port))), mail.WithTLSPolicy(policy))
	if c.Helo != "" {
		options = append(options, mail.WithHELO(c.Helo))
	}
	if c.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	return options
}

// attempt sends a mail. go-mail leaves the connection open when a relay that
// has answered turns out not to be usable, and heeds ctx only while it dials.
func (m *Mailer) attempt(ctx context.Context, msg *mail.Msg) error {
	defer m.hangUp()
	defer context.AfterFunc(ctx, m.hangUp)()
	return m.client.DialAndSendWithContext(ctx, msg)
}

func (m *Mailer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := m.cfg.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil { // nobody will hang up any more
		_ = conn.Close()
		return nil, err
	}
	m.conn = conn // without TLS, whose Close may wait for the other end
	if m.cfg.TLS == ImplicitTLS {
		conn = tls.Client(conn, m.cfg.tls())
	}
	return conn, nil
}

// hangUp closes the connection of an attempt, if there is one.
func (m *Mailer) hangUp() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conn != nil {
		_ = m.conn.Close() // most often it is closed already
		m.conn = nil
	}
}
