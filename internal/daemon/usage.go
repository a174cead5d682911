package daemon

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// optionalValue is how pflag writes an option whose value may be left out, with
// what counts then, and the blanks behind it.
var optionalValue = regexp.MustCompile(`(--[a-z-]+) (\S+?)\[="?[^"\]]*"?\]( *)`)

// plainUsage has cmd and its subcommands write such options as manuals do:
// --watch[=INTERVAL].
func plainUsage(cmd *cobra.Command) {
	usage := cmd.UsageFunc()
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		to := c.OutOrStderr()
		var b strings.Builder
		c.SetOut(&b)
		err := usage(c)
		c.SetOut(to)
		if err != nil {
			return err
		}
		_, err = to.Write([]byte(optionalValue.ReplaceAllStringFunc(b.String(), func(s string) string {
			m := optionalValue.FindStringSubmatch(s)
			short := m[1] + "[=" + m[2] + "]"
			return short + strings.Repeat(" ", max(len(s)-len(short), 0)) // the columns stay
		})))
		return err
	})
}
