package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// healthCommand is a plugin for monitoring systems, whose exit statuses it has: 0
// good, 1 warning, 2 critical, 3 unknown.
func healthCommand(status *int) *cobra.Command {
	var o Options
	var format string
	var expect map[string]string
	cmd := &cobra.Command{
		Use: "check", Short: "Judge the running daemon, for Nagios, Checkmk and their kind", Args: noArguments,
		Long: "check asks the running daemon and judges the answer as a monitoring plugin does.\n\n" +
			"Critical: no daemon answers; an instance is in FAULT, has a second master beside\n" +
			"it, or is master without its addresses; it is not in the state that --expect\n" +
			"names; a virtual server has no quorum. Warning: a tracker takes priority away,\n" +
			"another router does not fit, a script does not end, the last reload failed or\n" +
			"waits for confirmation, an instance or a real server is drained, a real server is\n" +
			"down, the sorry server serves.\n\n" +
			"Exit status: 0 good, 1 warning, 2 critical, 3 the question was wrong. With\n" +
			"--format=checkmk the levels are in the lines, and the exit status is 0.",
		Run: func(cmd *cobra.Command, _ []string) {
			formats, states := []string{"nagios", "checkmk", "json"}, []string{"MASTER", "BACKUP", "FAULT", "INIT"}
			if !slices.Contains(formats, format) {
				fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: --format: %q is none of %s\n", format, strings.Join(formats, ", "))
				*status = int(report.Unknown)
				return
			}
			for name, state := range expect {
				if !slices.Contains(states, strings.ToUpper(state)) {
					fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: --expect %s=%s: a state is one of %s\n", name, state, strings.Join(states, ", "))
					*status = int(report.Unknown)
					return
				}
			}
			s, err := statusOf(cmd.Context(), control.NewClient(cmp.Or(o.controlSocket(), defaultControl)))
			*status = int(judge(forPeople(cmd), s, err, format, expect))
		},
	}
	addSocketFlags(cmd, &o)
	f := cmd.Flags()
	f.StringVar(&format, "format", "nagios", "how to say it: nagios, checkmk or json")
	f.StringToStringVar(&expect, "expect", nil, "`INSTANCE=STATE` that has to be, such as VI_1=MASTER; may be repeated")
	f.Lookup("expect").DefValue = ""
	completeWords(cmd, "format", "nagios", "checkmk", "json")
	return cmd
}

// judge writes the verdict on a status, or on the error that came instead of one.
func judge(out io.Writer, s *report.Status, err error, format string, expect map[string]string) report.Level {
	var list []report.Finding
	if err != nil {
		s = &report.Status{}
		list = []report.Finding{{Level: report.Critical, Text: err.Error()}}
	} else {
		list = append(s.Findings(), s.Expect(expect)...)
	}
	worst := report.Worst(list)
	switch format {
	case "checkmk":
		if err = s.WriteCheckmk(out, list); err == nil {
			return report.OK
		}
	case "json":
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		err = enc.Encode(struct {
			Level    report.Level     `json:"level"`
			Findings []report.Finding `json:"findings"`
		}{worst, append([]report.Finding{}, list...)})
	default:
		err = s.WriteNagios(out, list)
	}
	if err != nil {
		return report.Unknown
	}
	return worst
}

// addSocketFlags adds the flags that say which daemon is meant.
func addSocketFlags(cmd *cobra.Command, o *Options) {
	cmd.Flags().StringVar(&o.Control, "control", "", "control socket `FILE` (default "+defaultControl+")")
	cmd.Flags().StringVarP(&o.PIDFile, "pid", "p", defaultPIDFile, "pid `FILE` that the daemon was started with: its socket is FILE.sock, without .pid")
}

// drainCommand is drain, or undrain.
func drainCommand(status *int, on bool) *cobra.Command {
	var all bool
	var virtual string
	cmd := &cobra.Command{
		Use: "drain INSTANCE ... | --all | --server VIRTUAL REAL ...", Short: "Have instances hand over and stand back, for maintenance",
		Long: "drain has an instance, with its sync group, hand over: it says priority 0, gives\n" +
			"its addresses back, and from then on advertises the lowest priority there is. It\n" +
			"stays the last resort: if nobody else takes part, it is master again. undrain, or\n" +
			"a restart of the daemon, ends that.\n\n" +
			"With --server it has real servers of a virtual server get no new connections;\n" +
			"those that they have go on, and status says when none is left.\n\n" +
			"Exit status: 0 the instances stand back, 1 one could not, or nobody else took\n" +
			"its role.",
	}
	if !on {
		cmd = &cobra.Command{
			Use: "undrain INSTANCE ... | --all | --server VIRTUAL REAL ...", Short: "End what drain began",
			Long: "undrain gives an instance its priority back. Whether it becomes master again is a\n" +
				"matter of priorities and nopreempt; explain says.",
		}
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if (len(args) > 0) == all || all && virtual != "" {
			return fmt.Errorf("%s takes names of instances, or --all, or real servers behind --server; status lists them", cmd.Name())
		}
		return nil
	}
	question(status, cmd, func(ctx context.Context, c *control.Client, names []string, out io.Writer) error {
		if virtual != "" {
			for _, real := range names {
				if err := c.DrainServer(ctx, virtual, real, on); err != nil {
					return fmt.Errorf("%w; keepalived-lite status lists virtual servers, by the names that are meant", err)
				}
				if on {
					fmt.Fprintf(out, "%s: gets no new connections\n", real)
				} else {
					fmt.Fprintf(out, "%s: gets connections again\n", real)
				}
			}
			return nil
		}
		before, err := statusOf(ctx, c)
		if err != nil {
			return err
		}
		if all {
			for _, i := range before.Instances {
				names = append(names, i.Name)
			}
		}
		for _, name := range names { // before any of them hands over
			if !slices.ContainsFunc(before.Instances, func(i report.Instance) bool { return i.Name == name }) {
				return fmt.Errorf("the daemon has no instance %q: keepalived-lite status lists them", name)
			}
		}
		for _, name := range names {
			if err := c.Drain(ctx, name, on); err != nil {
				return err
			}
		}
		if !on {
			return takenBack(ctx, c, before, names, out)
		}
		return handedOver(ctx, c, before, names, out)
	})
	cmd.Flags().BoolVar(&all, "all", false, "all instances")
	cmd.Flags().StringVar(&virtual, "server", "", "the `VIRTUAL` server whose real servers are named, such as [192.0.2.100]:tcp:80")
	return cmd
}
