package compose

import (
	"os/user"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
)

// defaultScriptUser runs scripts that name no user, if it exists.
const defaultScriptUser = "keepalived_script"

// Program returns how a command of the configuration is run: what it is, and as
// whom. That is the user it names itself, else script_user, else
// keepalived_script if there is such a user, else ourselves. Under
// enable_script_security it is not run as root while others could replace it.
func Program(g *confparse.Global, c *confparse.Command) check.ScriptConfig {
	cfg := check.ScriptConfig{User: c.User.Name, Group: c.User.Group, Supplementary: c.User.Supplementary, Secure: g.ScriptSecurity}
	if c.Shell {
		cfg.Shell = c.Line
	} else {
		cfg.Argv = c.Argv
	}
	if cfg.User == "" {
		cfg.Group, cfg.Supplementary = "", false
		if _, err := user.Lookup(defaultScriptUser); err == nil {
			cfg.User = defaultScriptUser
		}
	}
	return cfg
}

// ScriptChecker returns the checker that runs the program of a vrrp_script. One
// that others could replace is refused under enable_script_security; one that
// cannot be executed may be installed later, and counts as failed until then.
func ScriptChecker(g *confparse.Global, s *confparse.Script) (check.Checker, error) {
	return commandChecker(g, s.Command, false)
}

// commandChecker returns the checker that runs a command; see ScriptChecker.
// With dynamic, the exit status is a weight.
func commandChecker(g *confparse.Global, c *confparse.Command, dynamic bool) (check.Checker, error) {
	cfg := Program(g, c)
	cfg.NoNewPrivs = g.ScriptSecurity && cfg.User != "" && cfg.User != "root" // root has all it could gain
	cfg.Dynamic = dynamic
	ch, err := check.NewScript(cfg)
	if err == nil && g.ScriptSecurity && ch.Executable() == nil {
		err = ch.Secure()
	}
	return ch, err
}
