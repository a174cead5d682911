package daemon

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// helpCommand explains a subcommand, or a keyword of the configuration.
func helpCommand(root *cobra.Command, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | KEYWORD]",
		Short: "Explain a command, or a keyword of keepalived.conf",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return root.Help()
			}
			if sub, _, err := root.Find(args); err == nil && sub != root {
				return sub.Help()
			}
			*status = explainKeyword(args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
			return nil
		},
	}
}

func explainKeyword(name string, out, errOut io.Writer) int {
	found, suggestion := confparse.Lookup(name)
	if len(found) == 0 {
		fmt.Fprintf(errOut, "keepalived-lite: there is no command and no keyword %s", name)
		if suggestion != "" {
			fmt.Fprintf(errOut, "; did you mean %s?", suggestion)
		}
		fmt.Fprintln(errOut)
		return exitFatal
	}
	// Most who ask for priority mean an instance's, not a route's.
	slices.SortStableFunc(found, func(a, b confparse.Keyword) int { return ofInstance(b) - ofInstance(a) })
	for n, k := range found {
		if n > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprint(out, describe(k))
	}
	return exitOK
}

func ofInstance(k confparse.Keyword) int {
	if k.Block == "vrrp_instance" {
		return 1
	}
	return 0
}

// describe returns what there is to know about a keyword.
func describe(k confparse.Keyword) string {
	var b strings.Builder
	where := "at the top level"
	if k.Block != "" {
		where = "in " + strings.ReplaceAll(k.Block, ".", " > ")
	}
	fmt.Fprintf(&b, "%s\n", strings.TrimSpace(k.Name+" "+k.Args))
	fmt.Fprintf(&b, "    where    %s\n    meaning  %s\n", where, k.Help)
	if k.Default != "" {
		fmt.Fprintf(&b, "    default  %s\n", k.Default)
	}
	if s := k.Sample(); s != "" {
		fmt.Fprintf(&b, "    example  %s\n", s)
	}
	fmt.Fprintf(&b, "    status   %s\n", explainStatus(k.Status))
	if k.Instead != "" {
		fmt.Fprintf(&b, "    instead  %s\n", k.Instead)
	}
	if in := keywordsIn(k); len(in) > 0 {
		fmt.Fprintf(&b, "    contains %s\n", strings.Join(in, " "))
	}
	return b.String()
}

func explainStatus(s confparse.Status) string {
	switch s {
	case confparse.Active:
		return "works"
	case confparse.Known:
		return "accepted, without effect yet"
	case confparse.Deprecated:
		return "deprecated"
	case confparse.Refused:
		return "not supported: the daemon starts only with --allow-unsupported"
	}
	return s.String()
}

// keywordsIn returns the keywords of the block that k opens.
func keywordsIn(k confparse.Keyword) (names []string) {
	path := k.Name
	if k.Block != "" {
		path = k.Block + "." + k.Name
	}
	for _, inner := range confparse.Keywords() {
		if inner.Block == path {
			names = append(names, inner.Name)
		}
	}
	return names
}
