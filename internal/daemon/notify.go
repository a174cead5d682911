package daemon

import (
	"fmt"
	"log/slog"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/notify"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// notifyScripts returns the notify scripts of all instances and sync groups.
func notifyScripts(cfg *confparse.Config) map[notify.Source]notify.Scripts {
	program := func(c *confparse.Command) *check.ScriptConfig {
		if c == nil {
			return nil
		}
		p := compose.Program(c)
		return &p
	}
	all := func(n confparse.Notify) notify.Scripts {
		return notify.Scripts{
			Master: program(n.Master), Backup: program(n.Backup), Fault: program(n.Fault),
			Stop: program(n.Stop), Any: program(n.Any),
		}
	}
	scripts := map[notify.Source]notify.Scripts{}
	for _, i := range cfg.Instances {
		scripts[notify.Source{Type: "INSTANCE", Name: i.Name}] = all(i.Notify)
	}
	for _, g := range cfg.SyncGroups {
		scripts[notify.Source{Type: "GROUP", Name: g.Name}] = all(g.Notify)
	}
	return scripts
}

// source returns what an event is of.
func source(e *vrrp.Event) notify.Source {
	if e.Group != nil {
		return notify.Source{Type: "GROUP", Name: e.Name()}
	}
	return notify.Source{Type: "INSTANCE", Name: e.Name()}
}

// follow runs scripts for events until the channel is closed.
func follow(events <-chan vrrp.Event, scripts *notify.Notifier, rehearse bool, log *slog.Logger) {
	for e := range events {
		t := notify.Transition{Source: source(&e), State: e.To.String(), Priority: e.Priority}
		if e.To == vrrp.Init {
			t.State = notify.Stop
		}
		if !rehearse {
			scripts.Notify(t)
		} else if scripts.Has(t.Source) {
			log.Info(fmt.Sprintf("notify %s %s %s (rehearsal: no script is run)", t.Type, t.Name, t.State), "instance", t.Name)
		}
	}
}
