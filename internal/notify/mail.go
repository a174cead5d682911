package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
)

const (
	// mailQueue is how many mails may wait for the relay; the oldest go first
	// when there are more.
	mailQueue = 256

	// mailAttempts is how often a mail is tried, mailRetry how long after the
	// first failure; it doubles with each further one.
	mailAttempts = 6
	mailRetry    = 10 * time.Second
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
	User     string // empty: no authentication
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

// Mailer sends a mail for each transition. It never delays who reports them.
type Mailer struct {
	cfg    MailConfig
	client *mail.Client
	log    *slog.Logger
	hurry  chan struct{} // closed by Close: do not wait between attempts

	mu      sync.Mutex
	conn    net.Conn          // of the attempt under way
	last    map[Source]string // the state that was mailed last
	queue   []*mail.Msg
	running bool
	done    sync.WaitGroup
	cancel  context.CancelFunc // of what runs
}

// NewMailer returns a Mailer, or what is wrong with cfg. A nil log discards.
func NewMailer(cfg MailConfig, log *slog.Logger) (*Mailer, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	options := []mail.Option{
		mail.WithTimeout(cmp.Or(cfg.Timeout, 30*time.Second)),
		mail.WithoutNoop(),
		mail.WithTLSConfig(&tls.Config{ServerName: cfg.Server, MinVersion: tls.VersionTLS12}),
	}
	switch cfg.TLS {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case ImplicitTLS:
		options = append(options, mail.WithSSL())
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	port := uint16(25)
	if cfg.TLS == ImplicitTLS {
		port = 465
	}
	options = append(options, mail.WithPort(int(cmp.Or(cfg.Port, port))))
	if cfg.Helo != "" {
		options = append(options, mail.WithHELO(cfg.Helo))
	}
	if cfg.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(cfg.User), mail.WithPassword(cfg.Password))
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	m := &Mailer{cfg: cfg, log: log, hurry: make(chan struct{}), last: map[Source]string{}}
	options = append(options, mail.WithDialContextFunc(m.dial))
	if cfg.Server == "" || len(cfg.To) == 0 {
		return nil, errors.New("mail needs smtp_server and notification_email")
	}
	var err error
	if m.client, err = mail.NewClient(cfg.Server, options...); err != nil {
		return nil, fmt.Errorf("mail through %s: %w", cfg.Server, err)
	}
	if _, err := m.message("test", "test"); err != nil {
		return nil, err
	}
	return m, nil
}

// Notify queues a mail about a transition, unless the last one about its source
// said the same. It never blocks.
func (m *Mailer) Notify(t Transition) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last[t.Source] == t.State {
		return
	}
	m.last[t.Source] = t.State
	if t.State == "FAULT" && m.cfg.NoFaults {
		return
	}
	m.queueMail(mailText(t))
}

// Send queues a mail: of servers, whose every change is worth one. It never
// blocks.
func (m *Mailer) Send(subject, body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queueMail(subject, body)
}

func (m *Mailer) queueMail(subject, body string) {
	msg, err := m.message(subject, body)
	if err != nil { // seen by NewMailer
		m.log.Error("mail", "err", err)
		return
	}
	if len(m.queue) == mailQueue {
		m.log.Warn("too many mails wait for the relay: one is dropped", "server", m.cfg.Server, "waiting", mailQueue)
		m.queue = m.queue[1:]
	}
	m.queue = append(m.queue, msg)
	if m.running {
		return
	}
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(context.Background())
	m.running = true
	m.done.Add(1)
	go m.run(ctx)
}

// mailText returns keepalived's words.
func mailText(t Transition) (subject, body string) {
	kind := map[string]string{"INSTANCE": "Instance", "GROUP": "Group"}[t.Type]
	entering := fmt.Sprintf("Entering %s state", t.State)
	switch {
	case t.State == Stop:
		entering = "Stopping"
		body = "VRRP Instance stopping"
		if kind == "Group" {
			body = "All VRRP group instances are now stopping"
		}
	case kind == "Group":
		body = fmt.Sprintf("All VRRP group instances are now in %s state", t.State)
	case t.State == "MASTER":
		body = "VRRP Instance is now owning VRRP VIPs"
	default:
		body = "VRRP Instance is no longer owning VRRP VIPs"
	}
	return fmt.Sprintf("VRRP %s %s - %s", kind, t.Name, entering), body
}

func (m *Mailer) message(subject, body string) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingUSASCII))
	msg.SetGenHeader(mail.HeaderXMailer, "Keepalived")
	if err := msg.From(m.cfg.From); err != nil {
		return nil, fmt.Errorf("notification_email_from %q: %w", m.cfg.From, err)
	}
	if err := msg.To(m.cfg.To...); err != nil {
		return nil, fmt.Errorf("notification_email %q: %w", strings.Join(m.cfg.To, " "), err)
	}
	msg.Subject(fmt.Sprintf("[%s] %s", m.cfg.RouterID, subject))
	msg.SetDate()
	msg.SetMessageID()
	// As it is: go-mail would write even plain ASCII as quoted-printable, and
	// people filter for the arrows.
	msg.SetBodyString(mail.TypeTextPlain, "=> "+body+" <=\r\n", mail.WithPartEncoding(mail.NoEncoding))
	return msg, nil
}

// run empties the queue.
func (m *Mailer) run(ctx context.Context) {
	defer m.done.Done()
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.cancel()
	for len(m.queue) > 0 {
		msg := m.queue[0]
		m.queue = m.queue[1:]
		m.mu.Unlock()
		m.deliver(ctx, msg)
		m.mu.Lock()
	}
	m.running = false
}

// deliver sends a mail, and tries again when that fails.
func (m *Mailer) deliver(ctx context.Context, msg *mail.Msg) {
	log := m.log.With("server", m.cfg.Server, "subject", msg.GetGenHeader(mail.HeaderSubject))
	for attempt, wait := 1, mailRetry; ; attempt, wait = attempt+1, 2*wait {
		err := m.attempt(ctx, msg)
		if err == nil {
			log.Debug("mail sent", "attempt", attempt)
			return
		}
		var refused *mail.SendError
		final := errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500
		last := false
		select {
		case <-m.hurry:
			last = true
		default:
		}
		if final || last || attempt == mailAttempts || ctx.Err() != nil {
			log.Error("mail is not sent", "attempts", attempt, "err", err)
			return
		}
		log.Warn("mail is not sent yet", "attempt", attempt, "again_in", wait, "err", err)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-m.hurry:
			t.Stop()
		case <-ctx.Done():
			t.Stop()
		}
	}
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
	m.conn = conn
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

// Close sends what waits, tries each mail only once more, and gives up after
// patience. Nothing may be notified after it.
func (m *Mailer) Close(patience time.Duration) {
	close(m.hurry)
	done := make(chan struct{})
	go func() { m.done.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-time.After(patience):
	}
	m.mu.Lock()
	if len(m.queue) > 0 {
		m.log.Warn("mails are dropped: there is no time left", "server", m.cfg.Server, "mails", len(m.queue))
		m.queue = nil
	}
	m.cancel() // set: something runs
	m.mu.Unlock()
	<-done
}
