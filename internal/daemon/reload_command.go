package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/internal/control"
)

// reloadTimeout is how long a reload may take: those who leave have to give back
// what they hold.
const reloadTimeout = time.Minute

func reloadCommand(status *int) *cobra.Command {
	var req control.ReloadRequest
	var asJSON bool
	var cmd *cobra.Command
	cmd = question(status, &cobra.Command{
		Use:   "reload",
		Short: "Have the running daemon read its configuration again",
		Long: "reload has the daemon read its configuration, and go by it: all of it, or, if\n" +
			"anything is wrong, nothing. What does not change is not touched, and what can\n" +
			"change while it runs does. --plan says what would happen; --confirm undoes the\n" +
			"reload unless keepalived-lite confirm comes in time, as it cannot if you have\n" +
			"cut yourself off. SIGHUP does the same as reload.\n\n" +
			"Exit status: 0 it is done, or planned; 1 the running configuration stays.",
		Args: noArguments,
	}, func(ctx context.Context, c *control.Client, _ []string, out io.Writer) error {
		if confirm := cmd.Flags().Changed("confirm"); confirm && req.PlanOnly {
			return errors.New("--plan changes nothing: there is nothing to confirm after it")
		} else if confirm && req.Confirm <= 0 {
			return fmt.Errorf("--confirm=%v leaves no time to confirm; nothing has been done", req.Confirm)
		}
		ctx, cancel := context.WithTimeout(ctx, reloadTimeout)
		defer cancel()
		a, err := c.Reload(ctx, req)
		if err != nil {
			return err
		}
		if asJSON {
			enc := json.NewEncoder(out)
			enc.SetIndent("", "  ")
			return enc.Encode(a)
		}
		fmt.Fprint(out, a.Findings, a.Text)
		switch {
		case !a.Applied:
			fmt.Fprintln(out, "This is a plan: nothing has been done.")
		case a.Trouble != "":
			fmt.Fprintf(out, "Done, but for this, which is tried again:\n%s\n", a.Trouble)
		default:
			fmt.Fprintln(out, "Done.")
		}
		if !a.ConfirmUntil.IsZero() {
			fmt.Fprintf(out, "It is undone at %s, unless you say before: keepalived-lite confirm\n", a.ConfirmUntil.Local().Format(time.TimeOnly))
		}
		return nil
	})
	f := cmd.Flags()
	f.BoolVar(&req.PlanOnly, "plan", false, "say what would change, and whether a state change is expected; change nothing")
	f.DurationVar(&req.Confirm, "confirm", 0, "undo the reload after `TIME` (60s if it is not said) unless it is confirmed")
	f.Lookup("confirm").NoOptDefVal = "60s"
	f.BoolVar(&asJSON, "json", false, "as JSON, whose fields are only ever added to")
	return cmd
}

func confirmCommand(status *int) *cobra.Command {
	return question(status, &cobra.Command{
		Use: "confirm", Short: "Keep a reload that waits for it", Args: noArguments,
	}, func(ctx context.Context, c *control.Client, _ []string, out io.Writer) error {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		if err := c.Confirm(ctx); err != nil {
			return err
		}
		fmt.Fprintln(out, "The new configuration stays.")
		return nil
	})
}
