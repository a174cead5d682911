package daemon

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/notify"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// notifications tells scripts, pipes and people about transitions.
type notifications struct {
	log     *slog.Logger
	scripts *notify.Notifier
	pipes   []*notify.FIFO // all of them
	mail    *notify.Mailer // nil: nobody gets mail
	mailed  map[notify.Source]bool

	routerPipes, serverPipes []*notify.FIFO // of pipes, those that are told of routers, or of servers
	noCheckerMail            bool

	rehearse bool
}

// newNotifications opens what cfg asks for. What cannot be opened is logged and
// done without: nobody's address depends on it.
func newNotifications(cfg *confparse.Config, rehearse bool, log *slog.Logger) *notifications {
	n := &notifications{log: log, scripts: notify.New(notifyScripts(cfg), log), mailed: map[notify.Source]bool{}, rehearse: rehearse}
	if rehearse {
		return n
	}
	fifos := &cfg.Global.FIFO
	for _, f := range []*confparse.FIFO{&fifos.All, &fifos.VRRP, &fifos.LVS} {
		if f.Path == "" {
			continue
		}
		p, err := notify.OpenFIFO(notify.FIFOConfig{Path: f.Path, User: f.User.Name, Group: f.User.Group, Script: program(f.Script)}, log)
		if err != nil {
			log.Error("no lines are written", "err", err)
			continue
		}
		n.pipes = append(n.pipes, p)
		if f != &fifos.LVS {
			n.routerPipes = append(n.routerPipes, p)
		}
		if f != &fifos.VRRP {
			n.serverPipes = append(n.serverPipes, p)
		}
	}
	n.noCheckerMail = cfg.Global.Mail.NoCheckers
	for _, i := range cfg.Instances {
		n.mailed[instance(i.Name)] = i.SMTPAlert
	}
	for _, g := range cfg.SyncGroups {
		n.mailed[group(g.Name)] = g.SMTPAlert
	}
	if m := cfg.Global.Mail; m.Server != "" && len(m.To) > 0 {
		var err error
		if n.mail, err = notify.NewMailer(mailConfig(cfg), log); err != nil {
			log.Error("no mail is sent", "err", err)
		}
	}
	return n
}

func mailConfig(cfg *confparse.Config) notify.MailConfig {
	m := cfg.Global.Mail
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
	}
}

// tell keeps keepalived's order: scripts, pipes, mail. None of them waits for
// another, nor do we.
func (n *notifications) tell(t notify.Transition) {
	if n.rehearse {
		if n.scripts.Has(t.Source) {
			n.log.Info(fmt.Sprintf("notify %s %s %s (rehearsal: no script is run)", t.Type, t.Name, t.State), "instance", t.Name)
		}
		return
	}
	n.scripts.Notify(t)
	for _, p := range n.routerPipes {
		p.Notify(t)
	}
	if n.mail != nil && n.mailed[t.Source] {
		n.mail.Notify(t)
	}
}

// close lets what is under way come to an end, each kind for as long as
// patience and a little.
func (n *notifications) close(patience time.Duration) {
	n.scripts.Close(patience)
	for _, p := range n.pipes {
		if err := p.Close(patience); err != nil {
			n.log.Warn("closing a pipe", "err", err)
		}
	}
	if n.mail != nil {
		n.mail.Close(patience)
	}
}

func transition(e *vrrp.Event) notify.Transition {
	t := notify.Transition{
		Source: source(e), State: e.To.String(), Priority: e.Priority,
		From: e.From.String(), Reason: e.Reason.String(), Seq: e.Seq,
	}
	if e.To == vrrp.Init {
		t.State = notify.Stop
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

// notifyScripts returns the notify scripts of all instances and sync groups.
func notifyScripts(cfg *confparse.Config) map[notify.Source]notify.Scripts {
	all := func(n confparse.Notify) notify.Scripts {
		return notify.Scripts{
			Master: program(n.Master), Backup: program(n.Backup), Fault: program(n.Fault),
			Stop: program(n.Stop), Any: program(n.Any),
		}
	}
	scripts := map[notify.Source]notify.Scripts{}
	for _, i := range cfg.Instances {
		scripts[instance(i.Name)] = all(i.Notify)
	}
	for _, g := range cfg.SyncGroups {
		scripts[group(g.Name)] = all(g.Notify)
	}
	return scripts
}

func program(c *confparse.Command) *check.ScriptConfig {
	if c == nil {
		return nil
	}
	p := compose.Program(c)
	return &p
}
