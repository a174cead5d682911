package compose

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
)

// Codes of what Inspect finds, beside confparse.CodeScriptSecurity.
const (
	CodeNoProgram   confparse.Code = "no-program"   // it does not exist, or its user may not execute it
	CodeNoUser      confparse.Code = "no-user"      // whoever is to run it does not exist
	CodeNoInterface confparse.Code = "no-interface" // it does not exist now
)

// Inspect looks for what cfg refers to on this machine: programs, whoever is to
// run them, interfaces. What keeps New or the daemon from starting is an error;
// what may appear later, as an interface or a program may, is a warning. Nothing
// is run or changed.
func Inspect(cfg *confparse.Config) confparse.Diagnostics {
	var found confparse.Diagnostics
	for _, s := range trackedScripts(cfg) {
		found = append(found, inspectProgram(&cfg.Global, s.Command, "the check counts as failed")...)
	}
	var notify []confparse.Notify
	for _, i := range cfg.Instances {
		notify = append(notify, i.Notify)
	}
	for _, g := range cfg.SyncGroups {
		notify = append(notify, g.Notify)
	}
	for _, n := range notify {
		for _, c := range []*confparse.Command{n.Any, n.Master, n.Backup, n.Fault, n.Stop, n.Deleted} {
			found = append(found, inspectProgram(&cfg.Global, c, "nobody is notified")...)
		}
	}
	for _, h := range []confparse.Hook{cfg.Global.Startup, cfg.Global.Shutdown} {
		found = append(found, inspectProgram(&cfg.Global, h.Command, "nothing is run")...)
	}
	for _, f := range []confparse.FIFO{cfg.Global.FIFO.All, cfg.Global.FIFO.VRRP, cfg.Global.FIFO.LVS} {
		found = append(found, inspectProgram(&cfg.Global, f.Script, "nobody reads "+f.Path)...)
	}
	found = append(found, inspectServers(cfg)...)
	return append(found, inspectInterfaces(cfg)...)
}

// inspectServers looks for the programs of virtual and real servers.
func inspectServers(cfg *confparse.Config) (found confparse.Diagnostics) {
	look := func(c *confparse.Command, otherwise string) {
		found = append(found, inspectProgram(&cfg.Global, c, otherwise)...)
	}
	for _, v := range cfg.VirtualServers {
		look(v.QuorumUp, "nobody is notified")
		look(v.QuorumDown, "nobody is notified")
		for _, r := range v.RealServers {
			look(r.Up, "nobody is notified")
			look(r.Down, "nobody is notified")
			for _, k := range r.Checks {
				if k.Misc != nil {
					look(k.Misc.Command, "the check counts as failed")
				}
			}
		}
	}
	return found
}

func inspectProgram(g *confparse.Global, c *confparse.Command, otherwise string) confparse.Diagnostics {
	if c == nil {
		return nil
	}
	d := confparse.Diagnostic{Pos: c.Pos, Severity: confparse.Error}
	s, err := check.NewScript(Program(g, c))
	if err != nil {
		d.Code, d.Message = CodeNoUser, err.Error()
		return confparse.Diagnostics{d}
	}
	if err := s.Executable(); err != nil {
		d.Code, d.Severity, d.Message = CodeNoProgram, confparse.Warning, fmt.Sprintf("%v; until it can, %s", err, otherwise)
		return confparse.Diagnostics{d}
	}
	if err := s.Secure(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		d.Code, d.Message = confparse.CodeScriptSecurity, strings.ReplaceAll(err.Error(), "\n", "; ")
		if !g.ScriptSecurity {
			d.Severity = confparse.Warning
		}
		return confparse.Diagnostics{d}
	}
	return nil
}

func inspectInterfaces(cfg *confparse.Config) (found confparse.Diagnostics) {
	// One by one they would be listed by the kernel for each that is asked for.
	// If they cannot be listed, none is there for the daemon either.
	interfaces, _ := net.Interfaces()
	exists := map[string]bool{"": true}
	for _, i := range interfaces {
		exists[i.Name] = true
	}
	missing := func(name string, pos confparse.Pos, otherwise string) {
		if !exists[name] {
			found = append(found, confparse.Diagnostic{
				Pos: pos, Code: CodeNoInterface, Severity: confparse.Warning,
				Message: fmt.Sprintf("interface %s does not exist: until it does, %s", name, otherwise),
			})
		}
	}
	for _, i := range cfg.Instances {
		missing(i.Interface, i.Pos, "vrrp_instance "+i.Name+" is in FAULT")
		for _, t := range i.TrackInterfaces {
			missing(t.Name, t.Pos, "it counts as down")
		}
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			if a.Interface != i.Interface {
				missing(a.Interface, a.Pos, "vrrp_instance "+i.Name+" is in FAULT")
			}
		}
	}
	for _, g := range cfg.SyncGroups {
		for _, t := range g.TrackInterfaces {
			missing(t.Name, t.Pos, "it counts as down")
		}
	}
	for _, a := range cfg.StaticAddresses {
		missing(a.Interface, a.Pos, "the address is not set")
	}
	return found
}

// trackedScripts returns the scripts that some instance or sync group tracks:
// the others are not run.
func trackedScripts(cfg *confparse.Config) []*confparse.Script {
	return slices.DeleteFunc(slices.Clone(cfg.Scripts), func(s *confparse.Script) bool {
		return !trackedBy(cfg, func(t *confparse.Trackers) bool {
			return slices.ContainsFunc(t.TrackScripts, func(e confparse.TrackScript) bool { return e.Script == s })
		})
	})
}
