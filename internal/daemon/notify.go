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

// notifyScripts returns the notify scripts of all instances.
func notifyScripts(cfg *confparse.Config) map[notify.Source]notify.Scripts {
	program := func(c *confparse.Command) *check.ScriptConfig {
		if c == nil {
			return nil
		}
		p := compose.Program(c)
		return &p
	}
	scripts := map[notify.Source]notify.Scripts{}
	for _, i := range cfg.Instances {
		n := i.Notify
		scripts[instance(i.Name)] = notify.Scripts{
			Master: program(n.Master), Backup: program(n.Backup), Fault: program(n.Fault),
			Stop: program(n.Stop), Any: program(n.Any),
		}
	}
	return scripts
}

func instance(name string) notify.Source { return notify.Source{Type: "INSTANCE", Name: name} }

// follow runs scripts for events until the channel is closed.
func follow(events <-chan vrrp.Event, scripts *notify.Notifier, rehearse bool, log *slog.Logger) {
	for e := range events {
		t := notify.Transition{Source: instance(e.Router.Name()), State: e.To.String(), Priority: e.Priority}
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
