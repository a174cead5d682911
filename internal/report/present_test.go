package report

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// A master that has not got what it should have is no good master: what the kernel
// refuses is told, and an address on another interface does not count.
func TestMasterThatLacksSomething(t *testing.T) {
	const text = `
global_defs {
    enable_script_security
}
static_ipaddress {
    198.51.100.1/24 dev eth7
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 200
    virtual_ipaddress {
        192.0.2.100/24
    }
    virtual_routes {
        10.0.0.0/8 via 192.0.2.7
    }
}
`
	synctest.Test(t, func(t *testing.T) {
		cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Render())
		}
		kernel := viptest.NewKernel("eth0", "lo")
		if err := kernel.Put(vip.Address{Interface: "lo", Prefix: netip.MustParsePrefix("192.0.2.100/24")}); err != nil {
			t.Fatal(err)
		}
		kernel.Fail(func(c vip.Change) error {
			if c.Op == vip.Add {
				return errors.New("network is unreachable")
			}
			return nil
		})
		c, err := compose.New(cfg, compose.Options{Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: kernel})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()
		look := func() (found []string, s Status) {
			time.Sleep(2 * time.Minute)
			s = Take(Node{}, ConfigStatus{}, cfg, c)
			for _, f := range s.Findings() {
				found = append(found, f.Level.String()+" "+f.String())
			}
			return found, s
		}
		found, s := look()
		want := []string{
			"CRITICAL VI_1: this machine has not got 192.0.2.100/24",
			"CRITICAL VI_1: the kernel refuses address 192.0.2.100/24 dev eth0 preferred_lft forever: network is unreachable",
			"CRITICAL VI_1: the kernel refuses route 10.0.0.0/8 via 192.0.2.7: network is unreachable",
			"CRITICAL the kernel refuses address 198.51.100.1/24 dev eth7 preferred_lft forever: network is unreachable",
		}
		if got := strings.Join(found, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("found:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
		}
		var b strings.Builder
		if _, err := s.WriteExplanation(&b, "VI_1"); err != nil || !strings.Contains(b.String(), "refuses route 10.0.0.0/8") {
			t.Errorf("explanation %v:\n%s", err, &b)
		}
		kernel.Fail(nil)
		kernel.AddInterface("eth7")
		if found, _ := look(); len(found) != 0 {
			t.Errorf("in the end: %q", found)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
