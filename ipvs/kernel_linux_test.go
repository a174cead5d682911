package ipvs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// The kernel's IPVS, with ipvsadm as the judge of what is in it.
func TestKernel(t *testing.T) {
	netlab.Require(t, "ipvsadm")
	modules := []string{"ip_vs", "ip_vs_pe_sip", "veth", "bridge", "dummy"}
	for _, scheduler := range []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "fo", "ovf"} {
		modules = append(modules, "ip_vs_"+scheduler)
	}
	if umllab.Run(t, modules...) {
		return
	}
	k, err := ipvs.NewKernel(0)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	t.Run("common", func(t *testing.T) {
		testKernel(t, k, func() string { return ipvsadm(t, "-Sn") })
	})

	t.Run("options", func(t *testing.T) { testOptions(t, k) })
	t.Run("edits keep", func(t *testing.T) { testEditsKeep(t, k) })
	t.Run("daemons", func(t *testing.T) { testDaemons(t, k) })
	t.Run("timeouts", func(t *testing.T) { testTimeouts(t, k) })

	t.Run("reconciler", func(t *testing.T) { testReconciler(t, k) })
	t.Run("leaves nothing", testLeavesNothing)
	t.Run("scale", func(t *testing.T) { testScale(t, k) })
	t.Run("keepalived's scale", func(t *testing.T) { testKeepalivedScale(t) })

	// What others made is listed, and not touched.
	t.Run("strangers", func(t *testing.T) {
		ipvsadm(t, "-A", "-f", "7", "-s", "rr")
		ipvsadm(t, "-A", "-u", "192.0.2.1:53", "-s", "rr", "-o")
		before := ipvsadm(t, "-Sn")
		state, err := k.State()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("-A -u 192.0.2.1:53 -s rr -o\n-A -f 7 -s rr\n", state.Table.String()); diff != "" {
			t.Error(diff)
		}
		if made, err := ipvs.Apply(t.Context(), k, ipvs.State{}, nil); len(made) != 0 || err != nil || ipvsadm(t, "-Sn") != before {
			t.Errorf("made %v, error %v, have:\n%s", made, err, ipvsadm(t, "-Sn"))
		}
	})

	// A namespace of its own has a table of its own.
	t.Run("namespace", func(t *testing.T) {
		h := netlab.New(t).Host("a", "192.0.2.1/24")
		there, err := ipvs.NewKernel(h.NS())
		if err != nil {
			t.Fatal(err)
		}
		defer there.Close()
		want := ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.77:80", "rr")}}
		if _, err := ipvs.Apply(t.Context(), there, state(want), nil); err != nil {
			t.Fatal(err)
		}
		if got := h.Run("ipvsadm", "-Sn"); got != want.String() {
			t.Errorf("the namespace has:\n%s", got)
		}
		if here, _ := k.State(); len(here.Table) == 0 || cmp.Equal(here.Table.String(), want.String()) {
			t.Errorf("the guest has:\n%v", here)
		}
	})
}
