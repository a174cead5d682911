package daemon

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"reflect"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/notify"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// notifications tells scripts, pipes and people about transitions.
type notifications struct {
	log      *slog.Logger
	scripts  *notify.Notifier
	rehearse bool
	ending   sync.WaitGroup // mailers that are not used any more

	mu         sync.Mutex // guards the rest
	pipes      []pipe
	mail       *notify.Mailer // nil: nobody gets mail
	mailConfig notify.MailConfig
	global     *confparse.Global
	sources    map[notify.Source]reporting
	before     map[notify.Source]reporting // the last adopt
}

// reporting is how a source is reported.
type reporting struct {
	mailed  bool
	deleted bool // as DELETED, when a reload removes it
}

// pipe is a notify_fifo.
type pipe struct {
	*notify.FIFO
	config           notify.FIFOConfig
	routers, servers bool // it is told of them
}

// newNotifications opens what cfg asks for. What cannot be opened is logged and
// done without: nobody's address depends on it.
func newNotifications(cfg *confparse.Config, rehearse bool, log *slog.Logger) *notifications {
	n := &notifications{log: log, scripts: notify.New(log), rehearse: rehearse}
	n.adopt(cfg)
	return n
}

// adopt has what comes from now on told as cfg says. Pipes and mail that stay the
// same are not interrupted.
func (n *notifications) adopt(cfg *confparse.Config) {
	n.scripts.Update(notifyRules(cfg))
	if n.rehearse {
		return
	}
	n.adoptPipes(&cfg.Global)
	sources := map[notify.Source]reporting{}
	for _, i := range cfg.Instances {
		sources[instance(i.Name)] = reporting{i.SMTPAlert, i.Notify.ReportDeleted}
	}
	for _, g := range cfg.SyncGroups {
		sources[group(g.Name)] = reporting{g.SMTPAlert, g.Notify.ReportDeleted}
	}
	m, err := mailConfig(cfg)
	if err != nil {
		n.log.Error("no mail is sent", "err", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.before, n.sources, n.global = n.sources, sources, &cfg.Global
	if reflect.DeepEqual(m, n.mailConfig) {
		return
	}
	if old := n.mail; old != nil {
		n.ending.Go(func() { old.Close(notifyPatience) })
	}
	n.mail, n.mailConfig = nil, m
	if m.Server != "" {
		if n.mail, err = notify.NewMailer(m, n.log); err != nil {
			n.log.Error("no mail is sent", "err", err)
		}
	}
}

// mailConfig returns who gets mail, or the zero MailConfig if nobody does.
func mailConfig(cfg *confparse.Config) (notify.MailConfig, error) {
	m := cfg.Global.Mail
	if m.Server == "" || len(m.To) == 0 {
		return notify.MailConfig{}, nil
	}
	var password vrrp.Secret
	if m.User != "" {
		var err error
		if password, err = vrrp.ReadSecret(m.PasswordFile); err != nil {
			return notify.MailConfig{}, fmt.Errorf("password of smtp_user: %w", err)
		}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := "root"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return notify.MailConfig{
		RouterID: cmp.Or(cfg.Global.RouterID, host), From: cmp.Or(m.From, name+"@"+host), To: m.To,
		Server: m.Server, Port: m.Port, Helo: m.Helo, Timeout: m.ConnectTimeout, NoFaults: m.NoFaults,
		TLS: mailTLS[m.TLS], User: m.User, Password: string(password),
	}, nil
}

var mailTLS = map[confparse.MailTLS]notify.MailTLS{
	confparse.MailPlain: notify.PlainMail, confparse.MailStartTLS: notify.StartTLS, confparse.MailTLSOnly: notify.ImplicitTLS,
}

// tell keeps keepalived's order: scripts, pipes, mail. None of them waits for
// another, nor do we. What a reload has removed is reported as FAULT, or as
// DELETED.
func (n *notifications) tell(t notify.Transition) {
	n.mu.Lock()
	how := n.sources[t.Source]
	if before, ok := n.before[t.Source]; ok && t.Removed {
		how = before
	}
	n.mu.Unlock()
	switch {
	case t.Removed && how.deleted:
		t.State = notify.Deleted
	case t.Removed:
		t.State = "FAULT"
	}
	if n.rehearse {
		if n.scripts.Has(t.Source) {
			n.log.Info(fmt.Sprintf("notify %s %s %s (rehearsal: no script is run)", t.Type, t.Name, t.State), "instance", t.Name)
		}
		return
	}
	n.scripts.Notify(t)
	n.write(t, func(p pipe) bool { return p.routers })
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mail != nil && how.mailed {
		n.mail.Notify(t)
	}
}

// close lets what is under way come to an end, each kind for as long as
// patience and a little.
func (n *notifications) close(patience time.Duration) {
	n.scripts.Close(patience)
	n.mu.Lock()
	pipes, mail := n.pipes, n.mail
	n.mu.Unlock()
	n.closePipes(pipes, patience)
	if mail != nil {
		mail.Close(patience)
	}
	n.ending.Wait()
}

func transition(e *vrrp.Event) notify.Transition {
	t := notify.Transition{
		Source: source(e), State: e.To.String(), Priority: e.Priority,
		From: e.From.String(), Reason: e.Reason.String(), Seq: e.Seq,
	}
	if e.To == vrrp.Init {
		t.State, t.Removed = notify.Stop, e.Reason == vrrp.ReasonRemoved
	}
	return t
}

// source returns what an event is of.
func source(e *vrrp.Event) notify.Source {
	if e.Group != nil {
		return group(e.Name())
	}
	return instance(e.Name())
}

func instance(name string) notify.Source { return notify.Source{Type: "INSTANCE", Name: name} }

func group(name string) notify.Source { return notify.Source{Type: "GROUP", Name: name} }

// notifyRules returns how all instances and sync groups are told.
func notifyRules(cfg *confparse.Config) notify.Rules {
	g := &cfg.Global
	all := func(n confparse.Notify) notify.Scripts {
		return notify.Scripts{
			Master: program(g, n.Master), Backup: program(g, n.Backup), Fault: program(g, n.Fault),
			Stop: program(g, n.Stop), Deleted: program(g, n.Deleted), Any: program(g, n.Any),
		}
	}
	r := notify.Rules{
		Scripts: map[notify.Source]notify.Scripts{}, Members: map[notify.Source][]notify.Source{},
		Timeout: g.NotifyScripts.Timeout, Latest: g.NotifyScripts.Latest,
	}
	for _, i := range cfg.Instances {
		r.Scripts[instance(i.Name)] = all(i.Notify)
	}
	for _, g := range cfg.SyncGroups {
		r.Scripts[group(g.Name)] = all(g.Notify)
		for _, member := range g.Members {
			r.Members[group(g.Name)] = append(r.Members[group(g.Name)], instance(member.Name))
		}
	}
	return r
}

func program(g *confparse.Global, c *confparse.Command) *check.ScriptConfig {
	if c == nil {
		return nil
	}
	p := compose.Program(g, c)
	return &p
}
