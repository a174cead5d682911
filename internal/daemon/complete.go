package daemon

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/internal/control"
)

// completeInstances has shells complete the instances of the running daemon, for
// commands that take them.
func completeInstances(cmd *cobra.Command, o *Options) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, given []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		if strings.Contains(cmd.Use, "[INSTANCE]") && len(given) > 0 || !strings.Contains(cmd.Use, "INSTANCE") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if s, err := statusOf(context.Background(), control.NewClient(cmp.Or(o.controlSocket(), defaultControl))); err == nil {
			for _, i := range s.Instances {
				names = append(names, i.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeWords has shells complete an option that is one of a few words.
func completeWords(cmd *cobra.Command, option string, words ...string) {
	err := cmd.RegisterFlagCompletionFunc(option, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // there is no such option
	}
}
