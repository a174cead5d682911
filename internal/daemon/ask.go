package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// askTimeout is how long a question to the daemon may take.
const askTimeout = 5 * time.Second

// question is a command that asks the running daemon. A daemon that does not
// answer makes its exit status 1.
func question(status *int, cmd *cobra.Command, ask func(ctx context.Context, c *control.Client, args []string, out io.Writer) error) *cobra.Command {
	var o Options
	cmd.Run = func(cmd *cobra.Command, args []string) {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		if err := ask(ctx, control.NewClient(cmp.Or(o.controlSocket(), defaultControl)), args, forPeople(cmd)); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: %s\n", pasteable(cmd, err.Error()))
			*status = exitFatal
		}
	}
	addSocketFlags(cmd, &o)
	completeInstances(cmd, &o)
	return cmd
}

// statusOf returns the daemon's status.
func statusOf(ctx context.Context, c *control.Client) (*report.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return c.Status(ctx)
}

func statusCommand(status *int) *cobra.Command {
	var asJSON bool
	var watch time.Duration
	cmd := question(status, &cobra.Command{
		Use: "status", Short: "Show how the running daemon stands", Args: noArguments,
	}, func(ctx context.Context, c *control.Client, _ []string, out io.Writer) error {
		show := func(s *report.Status) error { return s.WriteText(out) }
		if asJSON {
			enc := json.NewEncoder(out)
			enc.SetIndent("", "  ")
			show = func(s *report.Status) error { return enc.Encode(s) }
		}
		for {
			s, err := statusOf(ctx, c)
			if err != nil {
				return err
			}
			if err := show(s); err != nil || watch <= 0 {
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(watch):
				fmt.Fprintln(out)
			}
		}
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, whose fields are only ever added to")
	cmd.Flags().DurationVar(&watch, "watch", 0, "show it again every `INTERVAL` (1s if it is not said)")
	cmd.Flags().Lookup("watch").NoOptDefVal = "1s"
	return cmd
}

func explainCommand(status *int) *cobra.Command {
	return question(status, &cobra.Command{
		Use: "explain [INSTANCE]", Short: "Say why an instance is or is not master, and what would change that", Args: cobra.MaximumNArgs(1),
	}, func(ctx context.Context, c *control.Client, args []string, out io.Writer) error {
		s, err := statusOf(ctx, c)
		if err != nil {
			return err
		}
		name := ""
		if len(args) > 0 {
			name = args[0]
		}
		found, err := s.WriteExplanation(out, name)
		if err == nil && !found {
			err = fmt.Errorf("the daemon has no instance %q: keepalived-lite status lists them", name)
		}
		return err
	})
}

func eventsCommand(status *int) *cobra.Command {
	var asJSON bool
	cmd := question(status, &cobra.Command{
		Use: "events", Short: "Show the last transitions and incidents, and every one that comes", Args: noArguments,
	}, func(ctx context.Context, c *control.Client, _ []string, out io.Writer) error {
		enc := json.NewEncoder(out)
		return c.Events(ctx, func(e *report.Event) {
			if asJSON {
				_ = enc.Encode(e)
			} else {
				fmt.Fprintln(out, e)
			}
		})
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}
