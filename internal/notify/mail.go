package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
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
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	m := &Mailer{cfg: cfg, log: log, hurry: make(chan struct{}), last: map[Source]string{}}
	if cfg.Server == "" || len(cfg.To) == 0 {
		return nil, errors.New("mail needs smtp_server and notification_email")
	}
	var err error
	if m.client, err = mail.NewClient(cfg.Server, append(cfg.options(), mail.WithDialContextFunc(m.dial))...); err != nil {
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
