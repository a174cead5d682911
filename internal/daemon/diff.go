package daemon

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// exitDiffers is the status of diff(1) for files that differ.
const exitDiffers = 1

func diffCommand(status *int) *cobra.Command {
	var opts confparse.Options
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what changes from one configuration to another",
		Long: "diff compares what two configurations mean, not their text: values after\n" +
			"defaults, includes and definitions. Instances are the same if a reload keeps\n" +
			"them: by virtual_router_id, family, interface, multicast group or unicast source,\n" +
			"and virtual MAC, whatever they are called. Passwords are not shown.\n\n" +
			"Exit status: 0 nothing changes, 1 something does, 4 a file cannot be read\n" +
			"or the command line is wrong, 5 a file has mistakes.",
		Args: cobra.ExactArgs(2),
		Run: func(cmd *cobra.Command, args []string) {
			defer collectLater()()
			var configs [2]*confparse.Config
			for i, file := range args {
				cfg, ds := confparse.ParseFile(file, opts)
				if mistakes(ds) {
					fmt.Fprint(cmd.ErrOrStderr(), ds.Render())
					*status = ds.ExitCode()
					return
				}
				configs[i] = cfg
			}
			d := confparse.Diff(configs[0], configs[1])
			fmt.Fprint(cmd.OutOrStdout(), d)
			if !d.Empty() {
				*status = exitDiffers
			}
		},
	}
	f := cmd.Flags()
	f.StringVarP(&opts.ConfigID, "config-id", "i", "", "`ID` that @ID lines compare with (default: the host name)")
	f.BoolVarP(&opts.StrictIncludes, "all-config", "e", false, "every problem with an include is an error")
	return cmd
}
