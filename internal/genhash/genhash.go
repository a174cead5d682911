// Package genhash is keepalived's genhash: it gets a page and prints the digest
// that HTTP_GET and SSL_GET compare.
package genhash

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/check"
)

// maxShown is how much of a body is printed with --verbose.
const maxShown = 1 << 20

type options struct {
	server, path, host string
	port               uint16
	tls, sni, verbose  bool
	protocol           string
	mark               uint32
	timeout            time.Duration
}

// Command returns the command genhash. Its error says why there is no digest.
func Command() *cobra.Command {
	var o options
	var seconds float64
	cmd := &cobra.Command{
		Use:   "genhash -s ADDRESS -p PORT -u PATH",
		Short: "Print the digest of a page, for HTTP_GET and SSL_GET",
		Long: "genhash gets a page and prints the MD5 of its body, as the keyword digest wants\n" +
			"it. Whatever the status code is, the body counts; a code other than 200-299 is\n" +
			"reported. It exits with 1 if there is no complete answer.",
		Example:       "  genhash -s 192.0.2.1 -p 80 -u /health\n  genhash -S -s 192.0.2.1 -p 443 -u / -V www.example.com",
		Args:          cobra.NoArgs,
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.timeout = time.Duration(seconds * float64(time.Second))
			return run(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.server, "server", "s", "", "`ADDRESS` to connect to, IPv4 or IPv6")
	f.Uint16VarP(&o.port, "port", "p", 0, "`PORT` to connect to")
	f.StringVarP(&o.path, "url", "u", "", "`PATH` of the page, as /index.html")
	f.BoolVarP(&o.tls, "use-ssl", "S", false, "connect by TLS")
	f.BoolVarP(&o.sni, "use-sni", "I", false, "send the virtual host as the server name of TLS")
	f.StringVarP(&o.host, "use-virtualhost", "V", "", "`HOST` to ask for, instead of the address")
	f.StringVarP(&o.protocol, "protocol", "P", "1.0", "HTTP `VERSION`: 1.0, 1.0c (with Connection: close) or 1.1")
	f.Float64VarP(&seconds, "timeout", "t", 0, "give up after so many `SECONDS`; 0: never")
	f.Uint32VarP(&o.mark, "fwmark", "m", 0, "`MARK` to put on packets")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show the answer too")
	f.SortFlags = false
	for _, name := range []string{"server", "port", "url"} {
		_ = cmd.MarkFlagRequired(name) // fails for unknown names only
	}
	return cmd
}

func (o options) checker() (*check.HTTP, error) {
	addr, err := netip.ParseAddr(o.server)
	if err != nil {
		return nil, fmt.Errorf("server %q is not an IP address", o.server)
	}
	cfg := check.HTTPConfig{
		Target:  check.Target{Addr: netip.AddrPortFrom(addr, o.port), Mark: o.mark},
		URLs:    []check.URL{{Path: o.path}},
		Host:    o.host,
		Version: check.HTTPVersion(strings.ToUpper(o.protocol)),
		SNI:     o.sni,
	}
	if o.tls {
		if cfg.TLS, err = (check.TLSFiles{}).Config(); err != nil {
			return nil, err
		}
	}
	return check.NewHTTP(cfg)
}

func run(ctx context.Context, o options, out, warn io.Writer) error {
	h, err := o.checker()
	if err != nil {
		return err
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	begun := time.Now()
	body := &start{}
	page, result := h.Fetch(ctx, body)
	took := time.Since(begun)
	if o.verbose {
		section(out, "HTTP Header Buffer", page.Header)
		fmt.Fprintf(out, "%s\n%s", frame("HTTP Header Ascii Buffer"), page.Header)
		section(out, "HTML Buffer", body.Bytes())
		if page.Length > maxShown {
			fmt.Fprintf(out, "... of %d bytes\n", page.Length)
		}
	}
	if !result.OK {
		return fmt.Errorf("no digest: %s", result.Detail)
	}
	if page.Length == 0 {
		return fmt.Errorf("no digest: %s has no body", h)
	}
	if page.Status < 200 || page.Status > 299 {
		fmt.Fprintf(warn, "genhash: the answer's status is %d\n", page.Status)
	}
	if o.verbose {
		section(out, "HTML hash final resulting", page.Digest[:])
	}
	fmt.Fprintf(out, "MD5SUM = %x\n", page.Digest)
	if o.verbose {
		fmt.Fprintf(out, "\nGlobal response time for [%s] = %d usecs\n", o.path, took.Microseconds())
	}
	return nil
}

func frame(title string) string {
	const line = "-----------------------"
	return line + "[ " + title + " ]" + line
}

func section(out io.Writer, title string, data []byte) {
	fmt.Fprintf(out, "%s\n%s", frame(title), hex.Dump(data))
}

// start keeps the start of what is written to it.
type start struct{ bytes.Buffer }

func (s *start) Write(p []byte) (int, error) {
	s.Buffer.Write(p[:min(len(p), maxShown-s.Len())])
	return len(p), nil
}
