package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/demo"
)

// TestMain is the demo's program: the demo starts the test binary again for the
// lab and the nodes. The arguments after -- are configuration files.
func TestMain(m *testing.M) {
	if os.Getenv("VRRPKIT_DEMO_MAIN") == "" {
		os.Exit(m.Run())
	}
	live := os.Getenv("VRRPKIT_DEMO_MAIN") == "live"
	o := demo.Options{Out: os.Stdout, Live: live, Color: live, Node: runNode}
	copy(o.Configs[:], os.Args[1:])
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo.Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runNode is a daemon that runs no scripts.
func runNode(ctx context.Context, file string) error {
	cfg, diags := confparse.ParseFile(file, confparse.Options{})
	if diags.HasErrors() {
		return fmt.Errorf("%s", diags.Render())
	}
	c, err := compose.New(cfg, compose.Options{
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Checker: func(*confparse.Script) (check.Checker, error) {
			return check.Func(func(context.Context) check.Result { return check.Result{OK: true} }), nil
		},
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}
