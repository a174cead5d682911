package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/doctor"
)

func doctorCommand(status *int) *cobra.Command {
	var o Options
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look for what keeps the daemon from its work", Args: noArguments,
		Long: "doctor looks at capabilities, interfaces, the firewall, settings of the kernel,\n" +
			"ip_vs, other daemons and the clock of this machine, at the configuration, and at\n" +
			"what the running daemon says of its peers. It takes a second, changes nothing,\n" +
			"and sends one packet to itself.\n\n" +
			"Exit status: 0 good, 1 warning, 2 critical, 3 something could not be seen, or\n" +
			"the command line is wrong.",
		Run: func(cmd *cobra.Command, _ []string) {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			var p doctor.Patient
			p.Status, p.StatusErr = statusOf(ctx, control.NewClient(cmp.Or(o.controlSocket(), defaultControl)))
			if p.Status != nil {
				o.ConfigFile = cmp.Or(o.ConfigFile, p.Status.Config)
			}
			o.ConfigFile = cmp.Or(o.ConfigFile, defaultConfig)
			cfg, diags := confparse.ParseFile(o.ConfigFile, confparse.Options{ConfigID: o.ConfigID, AllowUnsupported: true})
			if p.Config = cfg; cfg == nil || mistakes(diags) {
				p.Config, p.ConfigErr = nil, fmt.Sprintf("%s cannot be used: %d findings", o.ConfigFile, len(diags))
			}
			list := doctor.Examine(ctx, &p)
			*status = int(doctor.Worst(list))
			var err error
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(list)
			} else {
				err = doctor.WriteText(forPeople(cmd), list)
			}
			if err != nil {
				*status = exitFatal
			}
		},
	}
	addSocketFlags(cmd, &o)
	f := cmd.Flags()
	f.StringVarP(&o.ConfigFile, "use-file", "f", "", "configuration `FILE` (default: the running daemon's, or "+defaultConfig+")")
	f.StringVarP(&o.ConfigID, "config-id", "i", "", "`ID` that @ID lines compare with (default: the host name)")
	f.BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
