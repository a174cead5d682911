package daemon

import (
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// named finds our commands that ask a daemon, in text.
var named = regexp.MustCompile(`\bkeepalived-lite (?:status|explain|events|drain|undrain|confirm|reload|check|doctor)\b`)

// pasteable returns text with commands in it that work as they stand: they name
// the daemon as the command line of cmd did.
func pasteable(cmd *cobra.Command, text string) string {
	options := ""
	for _, name := range []string{"control", "pid"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			options = " --" + name + " " + shellWord(f.Value.String())
			break // --control counts for more
		}
	}
	options = strings.Replace(options, "--pid", "-p", 1)
	if options == "" {
		return text
	}
	return named.ReplaceAllStringFunc(text, func(s string) string { return s + options })
}

// plainWord is what a shell takes as it stands.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// pasting writes text that is pasteable. Each write holds whole commands.
type pasting struct {
	cmd *cobra.Command
	to  io.Writer
}

// Write implements io.Writer.
func (p pasting) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.to, pasteable(p.cmd, string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// forPeople returns where cmd writes what people read. Programs get JSON as it
// comes.
func forPeople(cmd *cobra.Command) io.Writer {
	if f := cmd.Flags().Lookup("json"); f != nil && f.Changed {
		return cmd.OutOrStdout()
	}
	if f := cmd.Flags().Lookup("format"); f != nil && f.Value.String() == "json" {
		return cmd.OutOrStdout()
	}
	return pasting{cmd, cmd.OutOrStdout()}
}
