package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

func testScriptCommand(status *int) *cobra.Command {
	var o Options
	var asJSON bool
	cmd := &cobra.Command{
		Use: "test-script NAME", Short: "Run a vrrp_script once, exactly as the daemon does", Args: cobra.ExactArgs(1),
		Long: "test-script runs the program of a vrrp_script with the user, the environment and\n" +
			"the timeout that it has under the daemon, and shows what came out. Nothing is\n" +
			"reported to a running daemon. Run it as root, as the daemon is.\n\n" +
			"Exit status: 0 the check succeeds, 1 it fails, 2 the configuration cannot be\n" +
			"used or has no such script, or the command line is wrong.",
		Run: func(cmd *cobra.Command, args []string) {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			t, err := testScript(ctx, o, args[0])
			if err != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: %v\n", err)
				*status = exitConfig
				return
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(t)
			} else {
				err = t.write(cmd.OutOrStdout())
			}
			if err != nil || !t.OK {
				*status = exitFatal
			}
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.ConfigFile, "use-file", "f", defaultConfig, "configuration `FILE`")
	f.StringVarP(&o.ConfigID, "config-id", "i", "", "`ID` that @ID lines compare with (default: the host name)")
	f.BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// scriptTest is one run of a script and its result.
type scriptTest struct {
	Script   string  `json:"script"`
	Command  string  `json:"command"`
	User     string  `json:"user"`
	OK       bool    `json:"ok"`
	Detail   string  `json:"detail"`
	ExitCode int     `json:"exit_code"`
	TookMS   float64 `json:"took_ms"`
	Output   string  `json:"output"`
	Means    string  `json:"means"` // what the daemon makes of it
}

func testScript(ctx context.Context, o Options, name string) (*scriptTest, error) {
	cfg, diags := confparse.ParseFile(o.ConfigFile, confparse.Options{ConfigID: o.ConfigID, AllowUnsupported: true})
	if cfg == nil || mistakes(diags) {
		return nil, fmt.Errorf("%w:\n%s", errConfig, strings.TrimRight(diags.Render(), "\n"))
	}
	n := slices.IndexFunc(cfg.Scripts, func(s *confparse.Script) bool { return s.Name == name })
	if n < 0 || cfg.Scripts[n].Command == nil {
		var names []string
		for _, s := range cfg.Scripts {
			names = append(names, s.Name)
		}
		return nil, fmt.Errorf("%s has no vrrp_script %q that runs a program; there are: %s", o.ConfigFile, name, cmp.Or(strings.Join(names, ", "), "none"))
	}
	s := cfg.Scripts[n]
	checker, err := compose.ScriptChecker(&cfg.Global, s)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", s.Pos, err)
	}
	timeout := cmp.Or(s.Timeout, s.Interval)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	begin := time.Now()
	r := checker.Check(ctx)
	took := time.Since(begin)
	return &scriptTest{
		Script: name, Command: s.Command.Line, User: cmp.Or(compose.Program(&cfg.Global, s.Command).User, "our own"), OK: r.OK, Detail: cmp.Or(r.Detail, "good"),
		ExitCode: r.ExitCode, TookMS: float64(took.Microseconds()) / 1000, Output: r.Output, Means: meaning(cfg, s, r, took),
	}, nil
}

// meaning says what the daemon makes of such results.
func meaning(cfg *confparse.Config, s *confparse.Script, r check.Result, took time.Duration) string {
	times, what := max(s.Rise, 1), "good"
	if !r.OK {
		times, what = max(s.Fall, 1), "failed"
	}
	text := fmt.Sprintf("%d such results in a row, one every %v, make the script %s", times, s.Interval, what)
	var users []string
	for _, i := range cfg.Instances {
		for _, t := range i.TrackScripts {
			if t.Script == s {
				users = append(users, fmt.Sprintf("%s (weight %d)", i.Name, t.Weight.Value))
			}
		}
	}
	for _, g := range cfg.SyncGroups {
		for _, t := range g.TrackScripts {
			if t.Script == s {
				users = append(users, fmt.Sprintf("%s (weight %d)", g.Name, t.Weight.Value))
			}
		}
	}
	if len(users) == 0 {
		text += "; nothing tracks it, so that the daemon does not run it"
	} else {
		text += ", for " + strings.Join(users, ", ")
	}
	if took > s.Interval/2 && r.OK {
		text += fmt.Sprintf("; it takes more than half of its interval: under load it may fail at its timeout of %v", s.Timeout)
	}
	return text
}

func (t *scriptTest) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "script   %s\ncommand  %s\nuser     %s\nresult   %s: %s\ntook     %.1f ms\nmeans    %s\n",
		t.Script, t.Command, t.User, map[bool]string{true: "success", false: "failure"}[t.OK], t.Detail, t.TookMS, t.Means)
	if err == nil && t.Output != "" {
		_, err = fmt.Fprintf(w, "output\n    %s\n", strings.ReplaceAll(strings.TrimRight(t.Output, "\n"), "\n", "\n    "))
	}
	return err
}
