package ipvs_test

import (
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// The kernel's IPVS, with ipvsadm as the judge of what is in it.
func TestKernel(t *testing.T) {
	netlab.Require(t, "ipvsadm")
	if umllab.Run(t, "ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_wlc", "ip_vs_sh", "veth", "bridge") {
		return
	}
	k, err := ipvs.NewKernel(0)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	ipvsadm := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("ipvsadm", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("ipvsadm %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	t.Run("common", func(t *testing.T) {
		testKernel(t, k, func() string { return ipvsadm("-Sn") })
	})

	// What others made is listed, and not touched.
	t.Run("strangers", func(t *testing.T) {
		ipvsadm("-A", "-f", "7", "-s", "rr")
		ipvsadm("-A", "-u", "192.0.2.1:53", "-s", "rr", "-o")
		before := ipvsadm("-Sn")
		state, err := k.State()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("-A -u 192.0.2.1:53 -s rr -o\n-A -f 7 -s rr\n", state.Table.String()); diff != "" {
			t.Error(diff)
		}
		if made, err := ipvs.Apply(t.Context(), k, ipvs.State{}, nil); len(made) != 0 || err != nil || ipvsadm("-Sn") != before {
			t.Errorf("made %v, error %v, have:\n%s", made, err, ipvsadm("-Sn"))
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
