package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
)

func renderCommand(status *int) *cobra.Command {
	var opts confparse.Options
	cmd := &cobra.Command{
		Use:   "render [FILE]",
		Short: "Print the configuration as one host reads it",
		Long: "render prints a configuration as one file, without includes, conditions,\n" +
			"definitions, sequences and comments: what counts on the host that --config-id\n" +
			"names. It contains the passwords. A configuration with mistakes is not printed:\n" +
			"exit status 4 if it cannot be read, else 5.",
		Args: cobra.MaximumNArgs(1),
		Run: func(cmd *cobra.Command, args []string) {
			defer collectLater()()
			file := defaultConfig
			if len(args) > 0 {
				file = args[0]
			}
			doc, ds := confparse.ReadDocument(file, opts)
			if mistakes(ds) {
				fmt.Fprint(cmd.ErrOrStderr(), ds.Render())
				*status = ds.ExitCode()
				return
			}
			fmt.Fprint(cmd.OutOrStdout(), doc.Print())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&opts.ConfigID, "config-id", "i", "", "`ID` that @ID lines compare with (default: the host name)")
	f.BoolVarP(&opts.StrictIncludes, "all-config", "e", false, "every problem with an include is an error")
	return cmd
}

// mistakes reports whether a configuration cannot be read as it is meant. What
// is only not acted on can be printed and compared all the same.
func mistakes(ds confparse.Diagnostics) bool {
	for _, d := range ds {
		if d.Severity == confparse.Error && d.Code != confparse.CodeUnsupported {
			return true
		}
	}
	return false
}

func fmtCommand(status *int) *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE ...]",
		Short: "Lay out configuration files, with their comments",
		Long: "fmt prints each file in canonical layout: a statement to a line, four blanks a\n" +
			"level, comments where they are. What the file means does not change. Without a\n" +
			"file it reads standard input. Included files are not followed.\n\n" +
			"Exit status: 1 if a file cannot be read or written, 5 with --check if one is\n" +
			"not in canonical layout.",
		Run: func(cmd *cobra.Command, args []string) {
			if len(args) == 0 {
				text, err := io.ReadAll(cmd.InOrStdin())
				if err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: %v\n", err)
					*status = exitFatal
					return
				}
				fmt.Fprint(cmd.OutOrStdout(), confparse.Format(string(text)))
				return
			}
			for _, file := range args {
				err := formatFile(cmd.OutOrStdout(), file, write, check)
				switch {
				case errors.Is(err, errLayout):
					fmt.Fprintln(cmd.OutOrStdout(), file)
					*status = max(*status, confparse.ExitConfig)
				case err != nil:
					fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: %v\n", err)
					*status = exitFatal
					return
				}
			}
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&write, "write", "w", false, "change the files instead of printing them")
	f.BoolVar(&check, "check", false, "only name the files that would change")
	cmd.MarkFlagsMutuallyExclusive("write", "check")
	return cmd
}

var errLayout = errors.New("not in canonical layout")

func formatFile(out io.Writer, file string, write, check bool) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := confparse.Format(string(old))
	switch {
	case check && text != string(old):
		return errLayout
	case check, write && text == string(old):
		return nil
	case write:
		return replaceFile(file, text)
	}
	_, err = io.WriteString(out, text)
	return err
}
