package vip_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

func TestFakeKernelContract(t *testing.T) { testKernel(t, viptest.NewKernel("eth0")) }

// testKernel checks what a manager relies on. k has an interface eth0 and none
// called eth9.
func testKernel(t *testing.T, k vip.Kernel) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := make(chan struct{}, 1000)
	done := make(chan error, 1)
	go func() { done <- k.Watch(ctx, func() { calls <- struct{}{} }) }()
	called := func(why string) {
		t.Helper()
		select {
		case <-calls:
		case <-time.After(2 * time.Second):
			t.Errorf("changed was not called %s", why)
		}
	}
	called("at the start")

	list := func() (all []string) {
		t.Helper()
		interfaces, err := k.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range interfaces {
			for _, a := range i.Addresses {
				if a.Interface != i.Name {
					t.Errorf("%v on %s", a, i.Name)
				}
				if i.Name == "eth0" && !a.Prefix.Addr().IsLinkLocalUnicast() {
					all = append(all, a.String())
				}
			}
		}
		slices.Sort(all)
		return all
	}
	before := list()
	on := func(dev, prefix string) vip.Address {
		return vip.Address{Prefix: netip.MustParsePrefix(prefix), Interface: dev}
	}
	labelled := on("eth0", "10.9.9.1/24")
	labelled.Label, labelled.Scope, labelled.Broadcast = "eth0:x", vip.ScopeSite, netip.MustParseAddr("10.9.9.255")

	for _, tc := range []struct {
		name string
		op   vip.Op
		list []vip.Address
		errs []error // by position
		want []string
	}{
		{"add", vip.Add, []vip.Address{labelled}, nil, []string{labelled.String()}},
		{"add again: it keeps its looks", vip.Add, []vip.Address{on("eth0", "10.9.9.1/24")}, nil, []string{labelled.String()}},
		{
			"IPv4 prefix lengths differ", vip.Add, []vip.Address{on("eth0", "10.9.9.1/32")}, nil,
			[]string{labelled.String(), "10.9.9.1/32 dev eth0"},
		},
		{
			"delete one of them", vip.Delete, []vip.Address{labelled}, nil,
			[]string{"10.9.9.1/32 dev eth0"},
		},
		{
			"IPv6 prefix lengths do not", vip.Add, []vip.Address{on("eth0", "2001:db8:9::1/64"), on("eth0", "2001:db8:9::1/80")}, nil,
			[]string{"10.9.9.1/32 dev eth0", "2001:db8:9::1/64 dev eth0"},
		},
		{
			"delete what is not there", vip.Delete, []vip.Address{on("eth0", "10.9.9.2/32"), on("eth9", "10.9.9.2/32"), on("eth0", "2001:db8:9::1/128")}, nil,
			[]string{"10.9.9.1/32 dev eth0", "2001:db8:9::1/64 dev eth0"},
		},
		{
			"a failure in the middle", vip.Add, []vip.Address{on("eth0", "10.9.9.3/32"), on("eth9", "10.9.9.3/32"), on("eth0", "10.9.9.4/32")},
			[]error{nil, vip.ErrNoInterface, nil},
			[]string{"10.9.9.1/32 dev eth0", "10.9.9.3/32 dev eth0", "10.9.9.4/32 dev eth0", "2001:db8:9::1/64 dev eth0"},
		},
		{
			"delete several", vip.Delete,
			[]vip.Address{on("eth0", "10.9.9.1/32"), on("eth0", "10.9.9.3/32"), on("eth0", "10.9.9.4/32"), on("eth0", "2001:db8:9::1/64")}, nil,
			nil,
		},
	} {
		var changes []vip.Change
		for _, a := range tc.list {
			changes = append(changes, vip.Change{Op: tc.op, Object: a})
		}
		errs := k.Apply(changes)
		if len(errs) != len(tc.errs) {
			t.Errorf("%s: errors %v", tc.name, errs)
			continue
		}
		for i := range errs {
			if !errors.Is(errs[i], tc.errs[i]) {
				t.Errorf("%s: error %d is %v", tc.name, i, errs[i])
			}
		}
		got := slices.DeleteFunc(list(), func(s string) bool { return slices.Contains(before, s) })
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", tc.name, got, tc.want)
		}
		if tc.name == "add" {
			called("after a change")
		}
	}
	if err := k.Announce([]vip.Announcement{{Interface: "eth0", Addr: netip.MustParseAddr("10.9.9.1")}, {Interface: "eth0", Addr: netip.MustParseAddr("2001:db8:9::1")}}); err != nil {
		t.Errorf("announce: %v", err)
	}
	// What is told catches up with what is.
	if errs := k.Apply([]vip.Change{{Op: vip.Add, Object: labelled}}); errs != nil {
		t.Error(errs)
	}
	told := func() bool {
		i, err := k.Seen("eth0")
		return err == nil && i.Name == "eth0" && i.Index > 0 && i.Up && len(i.MAC) == 6 && slices.Contains(i.Addresses, labelled)
	}
	for end := time.After(2 * time.Second); !told(); {
		select {
		case <-calls:
		case <-end:
			t.Fatal("a change was not told")
		}
	}
	if errs := k.Apply([]vip.Change{{Op: vip.Delete, Object: labelled}}); errs != nil {
		t.Error(errs)
	}
	if _, err := k.Seen("eth9"); !errors.Is(err, vip.ErrNoInterface) {
		t.Errorf("a missing interface was seen: %v", err)
	}
	if err := k.Announce([]vip.Announcement{{Interface: "eth9", Addr: netip.MustParseAddr("10.9.9.1")}}); !errors.Is(err, vip.ErrNoInterface) {
		t.Errorf("announce on a missing interface: %v", err)
	}
	if errs := k.Apply(nil); errs != nil {
		t.Errorf("nothing: %v", errs)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Watch: %v", err)
	}
	if err := k.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}
