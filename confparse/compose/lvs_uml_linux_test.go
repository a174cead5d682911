package compose_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// ipvsModules are what a guest needs for any virtual server.
var ipvsModules = []string{
	"ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_wlc", "ip_vs_lblc", "ip_vs_lblcr", "ip_vs_sh", "ip_vs_mh", "ip_vs_dh",
	"ip_vs_sed", "ip_vs_nq", "ip_vs_fo", "ip_vs_ovf", "ip_vs_pe_sip", "dummy", "veth",
}

// TestTableLikeKeepalived starts keepalived and then us with a file of many
// virtual servers: ipvsadm is to show the same.
func TestTableLikeKeepalived(t *testing.T) {
	netlab.Require(t, "ipvsadm", "keepalived")
	if umllab.Run(t, ipvsModules...) {
		return
	}
	cases := tableCases()
	var conf strings.Builder
	for n, c := range cases {
		conf.WriteString(c.expand(c.text, n+1))
	}
	theirs := keepalivedTable(t, conf.String())
	mine := ourTable(t, conf.String())
	differ := 0
	for n, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lines := func(table []string) string {
				return strings.Join(slices.DeleteFunc(slices.Clone(table), func(s string) bool { return !owns(s, n+1) }), "")
			}
			want, got := lines(theirs), lines(mine)
			if want == "" {
				t.Error("keepalived has nothing")
			}
			if c.why != "" {
				if want == got {
					t.Error("nothing differs any more: ", c.why)
				}
				differ++
				want = c.expand(c.ours, n+1)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-keepalived +ours):\n%s\nof:\n%s", diff, c.expand(c.text, n+1))
			}
		})
	}
	t.Logf("%d configurations, %d of which differ for a reason", len(cases), differ)
}

// savedTable returns the lines of ipvsadm -Sn, sorted.
func savedTable(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("ipvsadm", "-Sn").Output()
	if err != nil {
		t.Fatal("ipvsadm: ", err)
	}
	return slices.Sorted(strings.Lines(string(out)))
}

// settledTable returns the table once it has not changed for a while.
func settledTable(t *testing.T, since []string) []string {
	t.Helper()
	last := savedTable(t)
	for quiet, deadline := 0, time.Now().Add(time.Minute); quiet < 4 || slices.Equal(last, since); quiet++ {
		if time.Now().After(deadline) {
			t.Fatalf("the table is still:\n%s", strings.Join(last, ""))
		}
		time.Sleep(150 * time.Millisecond)
		if now := savedTable(t); !slices.Equal(now, last) {
			last, quiet = now, 0
		}
	}
	return last
}

// keepalivedTable returns what keepalived makes of conf.
func keepalivedTable(t *testing.T, conf string) []string {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("keepalived.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command("keepalived", "-n", "-l", "-D", "-G", "-C", "-f", in("keepalived.conf"), "-p", in("pid"), "-r", in("vrrp.pid"), "-c", in("checkers.pid"))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	table := settledTable(t, nil)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("keepalived: %v\n%s", err, &log)
	}
	if left := savedTable(t); len(left) > 0 {
		t.Fatalf("keepalived leaves:\n%s", strings.Join(left, ""))
	}
	return table
}

// ourTable returns what we make of conf.
func ourTable(t *testing.T, conf string) []string {
	t.Helper()
	cfg, diags := confparse.Parse("keepalived.conf", []byte(conf), confparse.Options{})
	if cfg == nil {
		t.Fatal(diags.Render())
	}
	c, err := compose.New(cfg, compose.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	table := settledTable(t, nil)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left := savedTable(t); len(left) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(left, ""))
	}
	return table
}
