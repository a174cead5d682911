package vip_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// machine returns all that a VMAC could change on a host: interfaces with their
// details, addresses, and the settings of all interfaces.
func machine(t *testing.T, h *netlab.Host) string {
	t.Helper()
	links := h.Run("ip", "-d", "link") + h.Run("ip", "addr")
	// Lifetimes run, and the kernel takes its time to call an interface up.
	links = regexp.MustCompile(`valid_lft \S+ preferred_lft \S+|state (UP|UNKNOWN)`).ReplaceAllString(links, "")
	return links + h.Run("sh", "-c", "sysctl -a 2>/dev/null | grep -E '^net.ipv[46].conf' | sort")
}

// whoHas returns the hardware addresses that answer an ARP request of h.
func whoHas(h *netlab.Host, addr string) string {
	out := h.Run("sh", "-c", "arping -q -c 1 -w 1 -I eth0 "+addr+"; arping -c 3 -w 2 -I eth0 "+addr+" || true")
	macs := regexp.MustCompile(`[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}`).FindAllString(out, -1)
	for i, m := range macs {
		macs[i] = strings.ToLower(m)
	}
	slices.Sort(macs)
	return strings.Join(slices.Compact(macs), " ")
}

// neighbourPause is how long after the first answer a second one may come.
const neighbourPause = 20 * time.Millisecond

var labVMAC = vip.VMAC{Name: "vrrp.51", Parent: "eth0", MAC: vip.RouterMAC(51, false)}

// The virtual address is at the virtual MAC address and the machine's own at its
// real one; in the end everything is as it was, after a crash too.
func TestKernelVMAC(t *testing.T) {
	lab := netlab.New(t, "arping", "sysctl")
	h, client := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64"), lab.Host("client", "192.0.2.2/24", "2001:db8::2/64")
	before := machine(t, h)
	own := strings.TrimSpace(h.Run("sh", "-c", "ip -o link show eth0 | grep -o '02:00:[0-9a-f:]*' | head -1"))

	m, stop := manage(t, h)
	six := vip.VMAC{Name: "vrrp6.51", Parent: "eth0", MAC: vip.RouterMAC(51, true), IPv6: true, Group: 7}
	devices := set(t, m, vip.SetConfig{VMACs: []vip.VMAC{labVMAC, six}})
	s := set(t, m, vip.SetConfig{Interface: "vrrp.51", Addresses: []vip.Address{
		{Prefix: netip.MustParsePrefix("192.0.2.100/32")}, {Prefix: netip.MustParsePrefix("2001:db8::100/128"), Interface: "vrrp6.51"},
	}})
	for _, s := range []*vip.Set{devices, s} {
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"macvlan mode private", "00:00:5e:00:01:33", "00:00:5e:00:02:33", "group 7", "addrgenmode none"} {
		if !strings.Contains(machine(t, h), want) {
			t.Errorf("no %q in\n%s", want, h.Run("ip", "-d", "link"))
		}
	}
	if got := whoHas(client, "192.0.2.100"); got != "00:00:5e:00:01:33" {
		t.Errorf("192.0.2.100 is at %q", got)
	}
	if got := whoHas(client, "192.0.2.1"); got != own {
		t.Errorf("192.0.2.1 is at %q, want %q", got, own)
	}
	if !answers(client, "192.0.2.100") || !answers(client, "192.0.2.1") {
		t.Error("an address does not answer")
	}
	linkLocal := h.Addresses("eth0")[slices.IndexFunc(h.Addresses("eth0"), func(p netip.Prefix) bool { return p.Addr().IsLinkLocalUnicast() })].Addr()
	for addr, mac := range map[string]string{
		"2001:db8::100": "00:00:5e:00:02:33", "2001:db8::1": own, linkLocal.WithZone("eth0").String(): own,
	} {
		if !answers(client, addr) {
			t.Errorf("%s does not answer", addr)
		}
		time.Sleep(neighbourPause) // for a second answer, of which the last one counts
		if got := client.Run("ip", "-6", "neigh", "show", netip.MustParseAddr(addr).WithZone("").String(), "dev", "eth0"); !strings.Contains(got, mac) {
			t.Errorf("%s is at %q, want %s", addr, got, mac)
		}
	}

	h.IP("link del vrrp.51")
	netlab.Eventually(t, 2*time.Second, "the interface to be back with its address", func() bool { return h.HasAddress("192.0.2.100") })
	if got := whoHas(client, "192.0.2.100"); got != "00:00:5e:00:01:33" {
		t.Errorf("back again, 192.0.2.100 is at %q", got)
	}
	stop()
	if after := machine(t, h); after != before {
		t.Errorf("left:\n%s", differences(before, after))
	}
}

// differences returns the lines that are not in both.
func differences(before, after string) string {
	var b strings.Builder
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, l := range was {
		if !slices.Contains(is, l) {
			b.WriteString("- " + l + "\n")
		}
	}
	for _, l := range is {
		if !slices.Contains(was, l) {
			b.WriteString("+ " + l + "\n")
		}
	}
	return b.String()
}

func TestKernelVMACLeftover(t *testing.T) {
	lab := netlab.New(t, "sysctl")
	h := lab.Host("h", "192.0.2.1/24")
	before := machine(t, h)
	crash := func(v vip.VMAC) {
		t.Helper()
		k, err := vip.NewKernel(h.NS())
		if err != nil {
			t.Fatal(err)
		}
		if errs := k.Apply([]vip.Change{{Op: vip.Add, Object: v}}); errs != nil {
			t.Fatal(errs)
		}
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	crash(labVMAC)
	if machine(t, h) == before {
		t.Fatal("nothing is left")
	}
	m, stop := manage(t, h)
	if err := m.CleanUp(t.Context(), labVMAC); err != nil {
		t.Error(err)
	}
	if after := machine(t, h); after != before {
		t.Errorf("left by CleanUp:\n%s", differences(before, after))
	}

	// Without CleanUp it is taken over, even if it is of a former configuration.
	crash(labVMAC)
	other := labVMAC
	other.MAC = vip.RouterMAC(52, false)
	if err := set(t, m, vip.SetConfig{VMACs: []vip.VMAC{other}}).Acquire(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(machine(t, h), "00:00:5e:00:01:34") {
		t.Error("not taken over")
	}
	stop()
	if after := machine(t, h); after != before {
		t.Errorf("left:\n%s", differences(before, after))
	}
}

// Somebody else's interface of that name stays as it is.
func TestKernelVMACForeign(t *testing.T) {
	lab := netlab.New(t, "sysctl")
	h := lab.Host("h", "192.0.2.1/24")
	h.IP("link add vrrp.51 link eth0 type macvlan mode bridge")
	before := machine(t, h)
	m, stop := manage(t, h)
	if err := m.CleanUp(t.Context(), labVMAC); err != nil {
		t.Error(err)
	}
	err := set(t, m, vip.SetConfig{VMACs: []vip.VMAC{labVMAC}}).Acquire(t.Context())
	if err == nil || !strings.Contains(err.Error(), "there is another interface vrrp.51 (macvlan)") {
		t.Errorf("error %v", err)
	}
	stop()
	if after := machine(t, h); after != before {
		t.Errorf("changed:\n%s", differences(before, after))
	}
}

func TestVMACIsChecked(t *testing.T) {
	for _, v := range []vip.VMAC{
		{}, {Name: "a", Parent: "a", MAC: vip.RouterMAC(1, false)}, {Name: "a", Parent: "b"},
		{Name: "a/b", Parent: "b", MAC: vip.RouterMAC(1, false)}, {Name: "a", Parent: "b", MAC: []byte{1, 0, 0, 0, 0, 1}},
	} {
		if v.Validate() == nil {
			t.Errorf("%v: no error", v)
		}
	}
	if err := labVMAC.Validate(); err != nil {
		t.Error(err)
	}
}

// A VMAC comes when its parent does, and again when it does so again, with its
// addresses.
func TestVMACFollowsParent(t *testing.T) {
	inWorld(t, func(w world) {
		v := vip.VMAC{Name: "vrrp.51", Parent: "eth7", MAC: vip.RouterMAC(51, false)}
		devices := w.add(vip.SetConfig{VMACs: []vip.VMAC{v}})
		if err := devices.Acquire(w.Context()); err == nil {
			w.Error("no error")
		}
		s := w.add(vip.SetConfig{Addresses: addresses("vrrp.51", "192.0.2.100/32")})
		_ = s.Acquire(w.Context())
		for range 2 {
			time.Sleep(time.Minute)
			w.expect("")
			w.AddInterface("eth7")
			time.Sleep(time.Second)
			w.expect("vrrp.51 192.0.2.100/32")
			w.RemoveInterface("vrrp.51")
			w.RemoveInterface("eth7")
		}
	})
}
