package compose

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A check that is replaced just after it has failed leaves what it found to its
// pool: its successor begins as it stood, and so has no news to tell.
func TestCommitAfterUnreadResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := check.Func(func(context.Context) check.Result { return check.Result{Detail: "it is broken"} })
		checker := func(*confparse.VirtualServer, *confparse.RealServer, *confparse.Check) (check.Checker, error) {
			return fails, nil
		}
		l := newLVS(&Options{IPVS: &ipvstest.Kernel{}, ServerChecker: checker}, slog.New(slog.DiscardHandler))
		reload := func(timeout int) {
			t.Helper()
			text := fmt.Sprintf("virtual_server 192.0.2.100 80 {\n real_server 198.51.100.1 80 {\n TCP_CHECK {\n connect_timeout %d\n}\n}\n}\n", timeout)
			cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
			if diags.HasErrors() {
				t.Fatal(diags.Render())
			}
			plan, err := l.plan(cfg)
			if err != nil {
				t.Fatal(err)
			}
			l.commit(plan)
		}
		reload(1)
		l.start()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.checks.Run(ctx) }()
		time.Sleep(5 * time.Minute) // nobody reads l.checks.Changes meanwhile
		pool, server := l.pools[0].pool, l.pools[0].servers[0]
		if s := server.checks[0].runner.Snapshot(); s.State != check.Down || !pool.Alive(server.address) {
			t.Fatalf("the check is %v, the server alive: %v; want it to have failed unheard", s.State, pool.Alive(server.address))
		}
		reload(2)
		if pool.Alive(server.address) {
			t.Error("the server lives on, though its check has failed")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
