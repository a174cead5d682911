package vip_test

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// A process that is killed leaves addresses, routes and rules. The next one,
// whose configuration no longer has them, removes what is marked as theirs, and
// nothing else.
func TestStateFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	k := viptest.NewKernel("eth0", "eth1")
	manager := func() *vip.Manager {
		m, err := vip.NewManager(vip.Config{Kernel: k, StateFile: file})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	old := vip.SetConfig{
		Addresses: addresses("eth0", "192.0.2.100/24", "192.0.2.101/24", "2001:db8::100/64"),
		Routes: []vip.Route{{
			Destination: netip.MustParsePrefix("198.51.100.0/24"), Hop: vip.Hop{Via: netip.MustParseAddr("192.0.2.254"), Interface: "eth0"},
			Metrics: []vip.Metric{{Kind: vip.MetricMTU, Value: 1400, Lock: true}},
			Expires: 0, TTLPropagate: vip.SwitchOff,
		}, {
			Destination: netip.MustParsePrefix("2001:db8:1::/48"), Expires: time.Minute,
			NextHops: []vip.NextHop{{Hop: vip.Hop{Via: netip.MustParseAddr("2001:db8::1")}, Weight: 2}},
		}},
		Rules: []vip.Rule{{
			Priority: 100, From: netip.MustParsePrefix("192.0.2.100/32"), Table: 7, SuppressPrefixLength: new(uint32(0)),
			UIDs: &vip.Range{Low: 1, High: 2},
		}},
	}
	// Strangers' objects look alike.
	foreign := addresses("eth0", "192.0.2.1/24", "192.0.2.101/24")
	for _, o := range append(objects(foreign...), vip.Rule{Priority: 99, From: netip.MustParsePrefix("192.0.2.100/32"), Table: 7, Owner: 4}) {
		if err := k.Put(o); err != nil {
			t.Fatal(err)
		}
	}
	before := k.String()

	m := manager()
	s, err := m.Add(old)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.CleanUp(t.Context(), s.Objects()...); err != nil {
		t.Fatal(err)
	}
	// The configuration had 192.0.2.101: that goes by the configuration alone.
	if err := k.Put(foreign[1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	const held = `eth0
    192.0.2.1/24
    192.0.2.101/24
    192.0.2.100/24
    2001:db8::100/64
eth1
rule priority 99 from 192.0.2.100/32 lookup 7 protocol 4
route 198.51.100.0/24 via 192.0.2.254 dev eth0 mtu lock 1400 ttl-propagate disabled
route 2001:db8:1::/48 expires 60 nexthop via 2001:db8::1 weight 2
rule priority 100 from 192.0.2.100/32 uidrange 1-2 lookup 7 suppress_prefixlength 0
`
	if got := k.String(); got != held {
		t.Errorf("held:\n%swant:\n%s", got, held)
	}

	// It is killed: nothing is released. The successor has other addresses.
	m = manager()
	next, err := m.Add(vip.SetConfig{Addresses: addresses("eth1", "203.0.113.1/32")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.CleanUp(t.Context(), next.Objects()...); err != nil {
			t.Error(err)
		}
		if got := k.String(); got != before {
			t.Errorf("left:\n%swas:\n%s", got, before)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "203.0.113.1/32") || strings.Contains(string(text), "192.0.2.100") {
		t.Errorf("noted: %s, %v", text, err)
	}
	// What is held stays, and stays noted, whatever is configured meanwhile.
	if err := next.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := m.CleanUp(t.Context()); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(file); !strings.Contains(string(text), "203.0.113.1/32") || !strings.Contains(k.String(), "203.0.113.1/32") {
		t.Errorf("noted: %s\nheld:\n%s", text, k)
	}

	// A regular end needs no notes.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Run(ctx); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

// So it is with interfaces, and with the packet filter's table that has another
// name now.
func TestStateFileOfVMACs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	k := viptest.NewKernel("eth0")
	old := vip.VMAC{Name: "vrrp.51", Parent: "eth0", MAC: vip.RouterMAC(51, false)}
	was := vip.Filter{Table: "old", Silent: []string{old.Name}}
	run := func(f vip.Filter, v vip.VMAC) *vip.Manager {
		t.Helper()
		m, err := vip.NewManager(vip.Config{Kernel: k, StateFile: file})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Add(vip.SetConfig{VMACs: []vip.VMAC{v}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(m.Filter(f), m.CleanUp(t.Context(), s.Objects()...)); err != nil {
			t.Error(err)
		}
		if strings.Contains(k.String(), "vrrp.5") {
			t.Errorf("before anything was acquired:\n%s", k)
		}
		if err := s.Acquire(t.Context()); err != nil {
			t.Error(err)
		}
		return m
	}
	run(was, old)
	next := vip.VMAC{Name: "vrrp.52", Parent: "eth0", MAC: vip.RouterMAC(52, false)}
	m := run(vip.Filter{Silent: []string{next.Name}}, next)
	if f := k.Filtered("old"); f.Silent != nil {
		t.Errorf("left: %+v", f)
	}
	if f := k.Filtered(""); len(f.Silent) != 1 {
		t.Errorf("the filter in force is %+v", f)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Run(ctx); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) || k.String() != "eth0\n" {
		t.Errorf("%v; left:\n%s", err, k)
	}
}

func TestStateFileThatIsNone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "state")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{file: "unexpected end", filepath.Join(dir, "no", "state"): "no such file"} {
		k := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{Kernel: k, StateFile: name})
		if err != nil {
			t.Fatal(err)
		}
		left := addresses("eth0", "192.0.2.1/32")
		if err := k.Put(left[0]); err != nil {
			t.Fatal(err)
		}
		if err := m.CleanUp(t.Context(), objects(left...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		if k.String() != "eth0\n" {
			t.Errorf("the rest has not been done:\n%s", k)
		}
	}
}
