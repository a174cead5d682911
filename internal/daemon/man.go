package daemon

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// manCommand prints manual pages, made of what commands and keywords say of
// themselves.
func manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man [8 | 5]", Short: "Print the manual page of the commands (8), or of the keywords (5)",
		Long: "man prints a manual page for man(1): keepalived-lite man | man -l -",
		Args: cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"8", "5"},
		Run: func(cmd *cobra.Command, args []string) {
			if len(args) > 0 && args[0] == "5" {
				writeKeywordsPage(cmd.OutOrStdout())
				return
			}
			writeCommandsPage(cmd.OutOrStdout(), root)
		},
	}
}

func writeCommandsPage(w io.Writer, root *cobra.Command) {
	fmt.Fprintf(w, ".TH KEEPALIVED-LITE 8 \"\" %q\n.ad l\n.SH NAME\nkeepalived-lite \\- %s\n", version(), roff(root.Short))
	fmt.Fprintln(w, ".SH SYNOPSIS\n.B keepalived-lite\n[OPTION ...]\n.br\n.B keepalived-lite\nCOMMAND [OPTION ...] [ARGUMENT ...]")
	fmt.Fprintf(w, ".SH DESCRIPTION\n%s\n.SH OPTIONS\n", paragraphs(root.Long))
	flags(w, root.Flags())
	fmt.Fprintln(w, ".SH COMMANDS")
	for _, c := range root.Commands() {
		if !c.IsAvailableCommand() || c.Name() == "completion" || c.Name() == "help" {
			continue
		}
		fmt.Fprintf(w, ".SS %s\n%s.\n", roff(c.Use), roff(c.Short))
		if c.Long != "" {
			fmt.Fprintf(w, ".PP\n%s\n", paragraphs(c.Long))
		}
		flags(w, c.Flags())
	}
	fmt.Fprintln(w, `.SH "EXIT STATUS"
The daemon: 0 it was told to end; 1 it failed; 2 the configuration has errors; 4
it lacks a permission; 6 there is no configuration. Those of commands are with
them.
.SH FILES
.TP
.I `+defaultConfig+`
the configuration, see
.BR keepalived-lite.conf (5)
.TP
.I `+defaultPIDFile+`
process number, locked while the daemon runs
.TP
.I `+defaultControl+`
where commands ask the daemon: HTTP
.SH SIGNALS
HUP has the configuration read again, as reload does. TERM and INT hand over and
end; a second one ends at once. USR1, USR2 and what
.B \-\-signum=JSON
prints write keepalived.data, keepalived.stats and keepalived.json.
.SH "SEE ALSO"
.BR keepalived-lite.conf (5)`)
}

func writeKeywordsPage(w io.Writer) {
	fmt.Fprintf(w, ".TH KEEPALIVED-LITE.CONF 5 \"\" %q\n.ad l\n.SH NAME\nkeepalived-lite.conf \\- keywords of keepalived.conf, and what becomes of them\n", version())
	fmt.Fprintln(w, ".SH DESCRIPTION\nThe language is keepalived's. Each keyword is listed in its block, with its\narguments and its default.\n.B keepalived-lite reference\nprints a configuration that shows them all.")
	block := "-"
	for _, k := range confparse.Keywords() {
		if k.Block != block {
			block = k.Block
			title := strings.ToUpper(strings.ReplaceAll(block, ".", " > "))
			if block == "" {
				title = "TOP LEVEL"
			}
			fmt.Fprintf(w, ".SH \"%s\"\n", roff(title))
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s.", roff(strings.TrimSpace(k.Name+" "+k.Args)), roff(k.Help))
		if k.Default != "" {
			fmt.Fprintf(w, " Default: %s.", roff(k.Default))
		}
		if k.Status != confparse.Active {
			fmt.Fprintf(w, " (%s)", roff(explainStatus(k.Status)))
		}
		fmt.Fprintln(w)
	}
}

func flags(w io.Writer, f *pflag.FlagSet) {
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		text := "\\-\\-" + roff(f.Name)
		if f.Shorthand != "" {
			text = "\\-" + f.Shorthand + ", " + text
		}
		switch {
		case name == "" || f.Value.Type() == "count":
		case f.NoOptDefVal != "" && f.Value.Type() != "bool":
			text += "[=" + roff(name) + "]"
		default:
			text += " " + roff(name)
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", text, roff(usage))
	})
}

// paragraphs writes text whose paragraphs are parted by empty lines.
func paragraphs(text string) string {
	return strings.ReplaceAll(roff(text), "\n\n", "\n.PP\n")
}

// roff returns text with nothing that roff takes for its own.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for n, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[n] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
