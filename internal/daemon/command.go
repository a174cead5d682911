package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/demo"
	"github.com/vrrpkit/vrrpkit/internal/genhash"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// Main runs keepalived-lite with the given arguments, without the program's
// name, and returns its exit status.
func Main(args []string) int {
	status := exitOK
	root := rootCommand(&status)
	if len(args) > 0 && (args[0] == "-T" || args[0] == "--genhash") { // keepalived's way to say it
		args = append([]string{"genhash"}, args[1:]...)
	}
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if err == nil {
		return status
	}
	fmt.Fprintf(os.Stderr, "keepalived-lite: %v\n", err)
	if cmd.RunE != nil { // it has done something, and failed
		return max(status, exitFatal)
	}
	fmt.Fprintf(os.Stderr, "usage: %s; --help says more\n", cmd.UseLine())
	return cmp.Or(misuse[cmd.Name()], exitFatal)
}

// misuse has the exit status for a mistake in the command line of commands whose
// status 1 says something else: a monitor must not take it for a warning.
var misuse = map[string]int{
	"check": int(report.Unknown), "doctor": int(report.Unknown), "test-script": exitConfig, "diff": confparse.ExitCannot,
}

// noArguments is for commands that have options only.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if cmd.Flags().Changed("watch") {
		hint = ": its interval stands behind an equals sign, as in --watch=5s"
	}
	return fmt.Errorf("%s takes no argument %q%s", cmd.Name(), args[0], hint)
}

// rootCommand returns the command line. What a command returns as its exit
// status goes to *status; cobra's errors are mistakes in the command line.
func rootCommand(status *int) *cobra.Command {
	var o Options
	var test, format, signum string
	var showVersion bool
	root := &cobra.Command{
		Use:   "keepalived-lite",
		Short: "VRRP failover from a keepalived.conf",
		Long: "keepalived-lite runs the VRRP instances of a keepalived configuration, beside\n" +
			"keepalived or instead of it. It stays in the foreground and logs to standard\n" +
			"error. SIGTERM hands over: priority 0, addresses away, exit.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q; a configuration file stands behind -f, and help lists the commands", args[0])
			}
			return nil
		},
		SilenceErrors: true, SilenceUsage: true,
		Run: func(cmd *cobra.Command, _ []string) {
			switch {
			case showVersion:
				fmt.Fprintln(cmd.ErrOrStderr(), version())
			case signum != "":
				*status = printSignal(signum, cmd.OutOrStdout(), cmd.ErrOrStderr())
			case cmd.Flags().Changed("config-test"):
				defer collectLater()()
				*status = configTest(o, test, format, cmd.ErrOrStderr())
			default:
				*status = runForeground(o)
			}
		},
	}
	f := root.Flags()
	o.register(f)
	f.StringVarP(&test, "config-test", "t", "", "check the configuration and exit: 0 good, 4 unreadable or empty, 5 mistakes, those too that keepalived only warns of, 6 script security alone; findings to `FILE`, else standard error")
	f.Lookup("config-test").NoOptDefVal = "-"
	f.StringVar(&format, "format", "text", "how -t writes findings: text, json or sarif")
	f.StringVar(&signum, "signum", "", "print the number of the signal for `NAME` (STOP, RELOAD, DATA, STATS, JSON) and exit")
	f.BoolVarP(&showVersion, "version", "v", false, "show the version and exit")
	f.SortFlags = false
	completeWords(root, "format", "text", "json", "sarif")
	completeWords(root, "log-format", "text", "json", "keepalived")
	root.AddCommand(&cobra.Command{
		Use: "version", Short: "Show the version", Args: noArguments,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), version()) },
	}, demoCommand(status), lintCommand(status), renderCommand(status), fmtCommand(status), diffCommand(status), genhash.Command(),
		statusCommand(status), explainCommand(status), eventsCommand(status), reloadCommand(status), confirmCommand(status),
		healthCommand(status), drainCommand(status, true), drainCommand(status, false),
		doctorCommand(status), scanCommand(status), testScriptCommand(status), manCommand(root))
	root.AddCommand(&cobra.Command{
		Use: "reference", Short: "Print a configuration that shows every keyword", Args: noArguments,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), confparse.Reference()) },
	})
	plainUsage(root)
	root.SetHelpCommand(helpCommand(root, status))
	return root
}

func runForeground(o Options) int {
	log, flush := newLog(os.Stderr, o)
	ctx, asked, stop := untilSignal(log)
	o.dumps, o.reloads = asked.dumps, asked.reloads
	err := Run(ctx, o, log)
	stop()
	flush()
	if err != nil {
		fmt.Fprintf(os.Stderr, "keepalived-lite: %v\n", err)
	}
	return exitStatus(err)
}

// printSignal prints the number of a signal by keepalived's name for what it
// does, for scripts.
func printSignal(name string, out, errOut io.Writer) int {
	s, ok := signalNumbers[name]
	if !ok {
		names := slices.Sorted(maps.Keys(signalNumbers))
		fmt.Fprintf(errOut, "keepalived-lite: --signum=%s: no such signal here; there are %s\n", name, strings.Join(names, ", "))
		return exitFatal
	}
	fmt.Fprintln(out, int(s))
	return exitOK
}

// configTest is keepalived's -t.
func configTest(o Options, file, format string, out io.Writer) int {
	f, err := confparse.ParseReportFormat(format)
	if err != nil {
		fmt.Fprintf(out, "keepalived-lite: --format: %v\n", err)
		return exitFatal
	}
	if file != "-" && file != "" {
		if isConfig(file, o.ConfigFile) {
			fmt.Fprintf(out, "keepalived-lite: -t %s: findings would overwrite a configuration; the one to check stands behind -f\n", file)
			return exitFatal
		}
		f, err := os.Create(file)
		if err != nil {
			fmt.Fprintf(out, "keepalived-lite: %v\n", err)
			return exitPermission
		}
		defer f.Close()
		out = f
	}
	cfg, diags := confparse.ParseFile(o.ConfigFile, o.parse())
	if cfg != nil && !diags.HasErrors() {
		diags = append(diags, compose.Inspect(cfg)...)
		if err := compose.Validate(cfg); err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				diags = append(diags, confparse.Diagnostic{Severity: confparse.Error, Code: confparse.CodeInvalid, Message: line})
			}
		}
	}
	status := diags.ExitCode()
	if err := diags.ErrorsFirst().Write(out, f, status); err != nil {
		fmt.Fprintf(os.Stderr, "keepalived-lite: %v\n", err)
		return exitFatal
	}
	return status
}

// isConfig reports whether a file, to which findings are to go, is what is to be
// checked, or looks like it.
func isConfig(file, config string) bool {
	a, errA := os.Stat(file)
	b, errB := os.Stat(config)
	return errA == nil && (filepath.Ext(file) == ".conf" || errB == nil && os.SameFile(a, b))
}

// version names the program as keepalived does: exporters parse it.
func version() string {
	v, date := "v0.1.0", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if m := info.Main.Version; m != "" && m != "(devel)" {
			v = m
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.time" && len(s.Value) >= 10 {
				date = fmt.Sprintf(" (%s/%s,%s)", s.Value[5:7], s.Value[8:10], s.Value[:4])
			}
		}
	}
	return "Keepalived-lite " + v + date
}

// dump logs the configuration as it was understood.
func dump(cfg *confparse.Config, log *slog.Logger) {
	for _, i := range cfg.Instances {
		log.Info("configured", "instance", i.Name, "interface", i.Interface, "vrid", i.VRID, "priority", i.Priority,
			"version", i.Version, "advert_int", i.AdvertInterval, "auth", i.Auth.Type, "unicast", i.Unicast(),
			"nopreempt", i.NoPreempt, "addresses", fmt.Sprint(len(i.Addresses)), "excluded", fmt.Sprint(len(i.Excluded)))
		for _, a := range append(i.Addresses[:len(i.Addresses):len(i.Addresses)], i.Excluded...) {
			log.Info("configured", "instance", i.Name, "address", a.Prefix, "dev", a.Interface, "label", a.Label)
		}
	}
	for _, s := range cfg.Scripts {
		if s.Command != nil {
			log.Info("configured", "script", s.Name, "command", s.Command.Line, "interval", s.Interval, "timeout", s.Timeout,
				"rise", s.Rise, "fall", s.Fall, "weight", s.Weight.Value)
		}
	}
}

// demoCommand returns the demo, whose nodes are this daemon without scripts.
func demoCommand(status *int) *cobra.Command {
	o := demo.Options{
		Out: os.Stdout,
		Node: func(ctx context.Context, file string) error {
			o := Options{ConfigFile: file, Rehearse: true}
			log, flush := newLog(os.Stderr, o)
			defer flush()
			return Run(ctx, o, log)
		},
	}
	cmd := &cobra.Command{
		Use:   "demo [A.conf B.conf]",
		Short: "Show a failover of two nodes, on this machine, in 20 seconds",
		Long: "demo runs two nodes and a client in network namespaces of its own, cuts the\n" +
			"master's power, shows what the client saw beside what the protocol allows, and\n" +
			"brings it back. It needs no root where the kernel has user namespaces, and\n" +
			"changes nothing outside. With two files it rehearses your own pair; scripts\n" +
			"are not run. It exits with 0 only if the failover happened as it must.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return fmt.Errorf("demo takes two configuration files, or none; there are %d", len(args))
			}
			return nil
		},
		Run: func(_ *cobra.Command, args []string) {
			copy(o.Configs[:], args)
			o.Live = terminal(os.Stdout)
			o.Color = o.Live && os.Getenv("NO_COLOR") == ""
			ctx, _, stop := untilSignal(slog.New(slog.DiscardHandler))
			defer stop()
			err := demo.Run(ctx, o)
			if err != nil && !errors.Is(err, demo.ErrFailed) {
				fmt.Fprintf(os.Stderr, "keepalived-lite: %v\n", err)
			}
			*status = exitStatus(err)
		},
	}
	cmd.Flags().BoolVar(&o.InMemory, "in-memory", false, "do without namespaces: both nodes in one process, on a segment in memory")
	return cmd
}

// terminal reports whether f is one.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Mode()&os.ModeDevice != 0
}
