package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/scan"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

func scanCommand(status *int) *cobra.Command {
	var o Options
	var asJSON bool
	var listen time.Duration
	cmd := &cobra.Command{
		Use: "scan [INTERFACE ...]", Short: "List the VRIDs that are advertised on the network, and a free one",
		Long: "scan listens to the usual multicast groups, sends nothing, and lists whoever\n" +
			"advertises: two masters of one VRID are two lines. It proposes a VRID that it did\n" +
			"not hear and that the configuration of this machine has not got either. Without\n" +
			"an INTERFACE it listens on all that are up. It needs CAP_NET_RAW.\n\n" +
			"Exit status: 0, or 1 if it cannot listen.",
		Run: func(cmd *cobra.Command, interfaces []string) {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, listen)
			defer cancel()
			r, err := scanFor(ctx, o, interfaces)
			if err == nil && asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(r)
			} else if err == nil {
				err = r.write(cmd.OutOrStdout(), listen)
			}
			if errors.Is(err, fs.ErrPermission) {
				err = fmt.Errorf("not permitted; run as root, or with CAP_NET_RAW: %w", err)
			}
			if err != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "keepalived-lite: %v\n", err)
				*status = exitFatal
			}
		},
	}
	f := cmd.Flags()
	f.DurationVar(&listen, "for", 4*time.Second, "how long to listen: more than the longest advert_int")
	f.StringVarP(&o.ConfigFile, "use-file", "f", defaultConfig, "configuration `FILE` whose VRIDs are taken; it need not exist")
	f.BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// scanResult is what scan heard.
type scanResult struct {
	Interfaces []string        `json:"interfaces"`
	Heard      []scan.Sighting `json:"heard"`
	Configured []uint8         `json:"configured_vrids"`
	Free       uint8           `json:"free_vrid"` // 0: none
}

func scanFor(ctx context.Context, o Options, interfaces []string) (*scanResult, error) {
	if len(interfaces) == 0 {
		list, err := net.Interfaces()
		if err != nil {
			return nil, err
		}
		for _, i := range list {
			if i.Flags&net.FlagUp != 0 && i.Flags&net.FlagMulticast != 0 && i.Flags&net.FlagLoopback == 0 {
				interfaces = append(interfaces, i.Name)
			}
		}
		if len(interfaces) == 0 {
			return nil, errors.New("no interface is up that could carry multicast")
		}
	}
	for _, name := range interfaces {
		if _, err := net.InterfaceByName(name); err != nil {
			return nil, fmt.Errorf("interface %s: %w", name, err)
		}
	}
	r := &scanResult{Interfaces: interfaces, Configured: []uint8{}}
	if cfg, _ := confparse.ParseFile(o.ConfigFile, confparse.Options{AllowUnsupported: true}); cfg != nil {
		for _, i := range cfg.Instances {
			r.Configured = append(r.Configured, i.VRID)
		}
	}
	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		return nil, err
	}
	if r.Heard, err = scan.Listen(ctx, network, vrrp.WatchLinks(interfaces...)); err != nil {
		return nil, err
	}
	r.Free = scan.Free(r.Heard, r.Configured...)
	return r, nil
}

func (r *scanResult) write(w io.Writer, listened time.Duration) error {
	if len(r.Heard) == 0 {
		fmt.Fprintf(w, "nobody advertised on %v within %v\n", r.Interfaces, listened)
	} else {
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "INTERFACE\tVRID\tMASTER\tPRIORITY\tVERSION\tINTERVAL\tAUTH\tADDRESSES")
		for _, s := range r.Heard {
			fmt.Fprintf(out, "%s\t%d\t%v\t%d\t%d\t%v\t%s\t%v\n", s.Interface, s.VRID, s.Source, s.Priority, s.Version,
				time.Duration(s.IntervalMS*float64(time.Millisecond)), s.Auth, s.Addresses)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if r.Free == 0 {
		_, err := fmt.Fprintln(w, "\nno VRID is free")
		return err
	}
	_, err := fmt.Fprintf(w, "\nfree: virtual_router_id %d\n", r.Free)
	return err
}
