package daemon

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/notify"
	"github.com/vrrpkit/vrrpkit/internal/script"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// notifications is a notifier that follows the instances.
type notifications struct {
	*notify.Notifier
	rehearse bool
	log      *slog.Logger
}

// notifier prepares the notify scripts of all instances.
func notifier(cfg *confparse.Config, o Options, log *slog.Logger) (*notifications, error) {
	var errs []error
	scripts := map[string]notify.Scripts{}
	for _, i := range cfg.Instances {
		command := func(c *confparse.Command) *script.Command {
			r, err := notifyCommand(&cfg.Global, c, log.With("instance", i.Name))
			if err != nil {
				errs = append(errs, fmt.Errorf("%v: (%s) %w", c.Pos, i.Name, err))
			}
			return r
		}
		n := i.Notify
		scripts[i.Name] = notify.Scripts{
			Master: command(n.Master), Backup: command(n.Backup), Fault: command(n.Fault),
			Stop: command(n.Stop), Any: command(n.Any),
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &notifications{notify.New(scripts, log), o.Rehearse, log}, nil
}

// notifyCommand returns the program of a notify script, nil for none. What is
// wrong with it is told now and not at the first failover.
func notifyCommand(g *confparse.Global, c *confparse.Command, log *slog.Logger) (*script.Command, error) {
	if c == nil {
		return nil, nil
	}
	s := &script.Command{Discard: true}
	if c.Shell {
		s.Shell = c.Line
	} else {
		s.Argv = c.Argv
	}
	if u := compose.ScriptUser(g, c); u.Name != "" {
		id, err := script.LookupIdentity(u.Name, u.Group, u.Supplementary)
		if err != nil {
			return nil, err
		}
		s.User = id
	}
	path, err := s.Path()
	if err != nil {
		log.Warn("a notify script cannot be executed", "script", c.Line, "err", err)
		return s, nil
	}
	if err := script.CheckSecurity(path, s.User); err != nil {
		if g.ScriptSecurity {
			return nil, fmt.Errorf("script %q: %w", c.Line, err)
		}
		log.Warn("a notify script could be replaced by others than root", "script", c.Line, "err", err)
	}
	return s, nil
}

// follow runs scripts for events until the channel is closed.
func (n *notifications) follow(events <-chan vrrp.Event) {
	for e := range events {
		t := notify.Transition{Type: "INSTANCE", Name: e.Router.Name(), State: e.To.String(), Priority: e.Priority}
		if e.To == vrrp.Init {
			t.State = "STOP"
		}
		if !n.rehearse {
			n.Notify(t)
		} else if n.Has(t.Name) {
			n.log.Info(fmt.Sprintf("notify %s %s %s (rehearsal: no script is run)", t.Type, t.Name, t.State), "instance", t.Name)
		}
	}
}
