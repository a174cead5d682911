package netlab_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const vip = "192.0.2.100"

func keepalivedConf(priority int) string {
	return fmt.Sprintf(`
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 1
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`, priority)
}

// Two of Debian's keepalived: the backup takes over a crashed master's
// address, and everything that the lab has to say about it agrees.
func TestKeepalivedPair(t *testing.T) {
	lab := netlab.NewAlone(t, netlab.Keepalived, netlab.Tshark)
	a := lab.Host("a", "192.0.2.1/24")
	b := lab.Host("b", "192.0.2.2/24")
	client := lab.Host("client", "192.0.2.3/24")
	wire := lab.Capture()
	a.Keepalived(keepalivedConf(200))
	netlab.Eventually(t, 6*time.Second, "a to take the address", func() bool { return a.HasAddress(vip) })
	kb := b.Keepalived(keepalivedConf(100))
	probe := client.Probe(vip, time.Millisecond)
	netlab.Eventually(t, 3*time.Second, "answers", func() bool { return probe.Answers() > 1500 })
	if b.HasAddress(vip) {
		t.Fatal("both have the address")
	}

	a.Crash()
	a.SetPort("eth0", false)
	crash := time.Now()
	netlab.Eventually(t, 5*time.Second, "b to take the address", func() bool { return b.HasAddress(vip) })
	first := wire.WaitAdvert(crash, time.Second, "b's advert", func(ad netlab.Advert) bool { return ad.Host == "b" })
	garp := wire.Wait(crash, time.Second, "b's gratuitous ARP", func(f netlab.Frame) bool {
		arp, ok := f.ARP()
		return ok && f.Host == "b" && arp.Gratuitous() && arp.Sender == netip.MustParseAddr(vip)
	})
	answers := probe.Answers()
	netlab.Eventually(t, time.Second, "answers from b", func() bool { return probe.Answers() > answers+100 })
	outage := probe.Stop().Longest()

	var last netlab.Advert
	for _, ad := range wire.Adverts() {
		if ad.Host == "a" {
			last = ad
		}
		if ad.Priority == 0 {
			t.Errorf("a crashed host said goodbye")
		}
	}
	if first.VRID != 51 || first.Version != 2 || first.Priority != 100 || first.TTL != 255 || first.Source.String() != "192.0.2.2" || first.Destination.String() != "224.0.0.18" {
		t.Errorf("b's advert reads %+v", first)
	}
	// Three intervals and a skew time of 156/256 s after a's last advert.
	if d := first.At.Sub(last.At); d < 3600*time.Millisecond || d > 3800*time.Millisecond {
		t.Errorf("b took over %v after a's last advert", d)
	}
	if d := outage.Duration(); d < 2500*time.Millisecond || d > 4*time.Second {
		t.Errorf("outage of %v", d)
	}
	t.Logf("last advert to takeover %v, announced %v later, outage %v", first.At.Sub(last.At), garp.At.Sub(first.At), outage.Duration())
	if bad := wire.BadChecksums(); bad != nil {
		t.Errorf("bad checksums:\n%s", strings.Join(bad, "\n"))
	}
	if n := wire.Tshark("-Y", "vrrp"); len(n) < len(wire.Adverts())-1 || len(n) > len(wire.Adverts()) {
		t.Errorf("tshark sees %d adverts, we %d", len(n), len(wire.Adverts()))
	}
	if status := kb.Stop(); status != 0 {
		t.Errorf("keepalived ended with %d", status)
	}
	wire.WaitAdvert(crash, time.Second, "b's farewell", func(ad netlab.Advert) bool { return ad.Host == "b" && ad.Priority == 0 })
}

// Two of FRR's vrrpd, both families.
func TestFRRPair(t *testing.T) {
	lab := netlab.New(t, netlab.FRR, netlab.Tshark)
	a := lab.Host("a", "192.0.2.1/24")
	b := lab.Host("b", "192.0.2.2/24")
	wire := lab.Capture()
	conf := netlab.FRRConfig{VRID: 10, Priority: 200, Version: 3, Interval: 200 * time.Millisecond,
		Addresses: []string{"192.0.2.100/24", "fe80::5e:100/64", "2001:db8:1::100/64"}}
	vrrpd := a.FRR(conf)
	from := func(h *netlab.Host, v6 bool) func(netlab.Advert) bool {
		return func(ad netlab.Advert) bool { return ad.Host == h.Name && ad.Source.Is6() == v6 && ad.Version == 3 }
	}
	wire.WaitAdvert(time.Time{}, 10*time.Second, "a's IPv4 advert", from(a, false))
	wire.WaitAdvert(time.Time{}, 10*time.Second, "a's IPv6 advert", from(a, true))
	conf.Priority = 100
	b.FRR(conf)
	time.Sleep(3 * time.Second)
	stop := time.Now()
	vrrpd.Stop()
	wire.WaitAdvert(stop, 5*time.Second, "b's IPv4 advert", from(b, false))
	ad := wire.WaitAdvert(stop, 5*time.Second, "b's IPv6 advert", from(b, true))
	if got := ad.SourceMAC.String(); got != "00:00:5e:00:02:0a" {
		t.Errorf("b advertises from %s", got)
	}
	wire.Wait(stop, time.Second, "b's neighbour advertisement", func(f netlab.Frame) bool {
		target, ok := f.NeighborAdvert()
		return ok && f.Host == "b" && target.String() == "2001:db8:1::100"
	})
	if bad := wire.BadChecksums(); bad != nil {
		t.Errorf("bad checksums:\n%s", strings.Join(bad, "\n"))
	}
}

// The judge does find a wrong checksum.
func TestBadChecksums(t *testing.T) {
	lab := netlab.New(t, netlab.Tshark, netlab.Keepalived)
	a := lab.Host("a", "192.0.2.1/24")
	wire := lab.Capture()
	a.Keepalived(keepalivedConf(200))
	wire.WaitAdvert(time.Time{}, 6*time.Second, "an advert", func(netlab.Advert) bool { return true })
	if bad := wire.BadChecksums(); bad != nil {
		t.Fatalf("bad checksums:\n%s", strings.Join(bad, "\n"))
	}
	frames := wire.Frames()
	for _, f := range frames {
		if ad, ok := f.Advert(); ok {
			ad.Payload[2]++ // the priority, in place
		}
	}
	if bad := wire.BadChecksums(); len(bad) == 0 {
		t.Error("nothing found wrong with changed adverts")
	}
}

func ping(h *netlab.Host, addr string) bool {
	p := h.Probe(addr, 5*time.Millisecond)
	defer p.Stop()
	for end := time.Now().Add(400 * time.Millisecond); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if p.Answers() > 0 {
			return true
		}
	}
	return false
}

// Cables, partitions and frozen hosts do what they say.
func TestFaults(t *testing.T) {
	lab := netlab.New(t, netlab.NFT)
	a := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
	b := lab.Host("b", "192.0.2.2/24", "2001:db8::2/64")
	c := lab.Host("c", "192.0.2.3/24", "2001:db8::3/64")
	a.AddLink("eth1", "back", "198.51.100.1/24")
	b.AddLink("eth1", "back", "198.51.100.2/24")

	reach := func(what string, from *netlab.Host, addr string, want bool) {
		t.Helper()
		if got := ping(from, addr); got != want {
			t.Errorf("%s: %s reaches %s: %v", what, from.Name, addr, got)
		}
	}
	reach("whole", a, "192.0.2.2", true)
	reach("whole", a, "2001:db8::2", true)
	reach("whole", a, "fe80::ff:fe00:200%eth0", true)
	reach("whole", a, "198.51.100.2", true)

	lab.Partition([]*netlab.Host{a}, []*netlab.Host{b})
	reach("partition", a, "192.0.2.2", false)
	reach("partition", b, "198.51.100.1", false)
	reach("partition", a, "192.0.2.3", true)
	reach("partition", c, "192.0.2.2", true)
	lab.Heal()
	reach("healed", a, "192.0.2.2", true)

	a.SetPort("eth0", false)
	carrier := func() (up bool) {
		err := a.Do(func() error {
			eth0, err := net.InterfaceByName("eth0")
			up = err == nil && eth0.Flags&net.FlagRunning != 0
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return up
	}
	netlab.Eventually(t, 3*time.Second, "loss of carrier", func() bool { return !carrier() })
	reach("unplugged", b, "192.0.2.1", false)
	reach("unplugged", b, "198.51.100.1", true)
	a.SetPort("eth0", true)
	netlab.Eventually(t, 3*time.Second, "carrier", carrier)
	reach("plugged in", b, "192.0.2.1", true)

	ticks := a.Start("sh", "-c", "while :; do echo tick; sleep 0.01; done")
	netlab.Eventually(t, 2*time.Second, "ticks", func() bool { return len(ticks.Log()) > 20 })
	a.Freeze()
	n := len(ticks.Log())
	time.Sleep(100 * time.Millisecond)
	if len(ticks.Log()) > n+len("tick\n") {
		t.Error("a frozen host goes on")
	}
	a.Thaw()
	netlab.Eventually(t, 2*time.Second, "ticks", func() bool { return len(ticks.Log()) > n+20 })
	a.Crash()
	if got := ticks.Wait(time.Second); got != -1 {
		t.Errorf("killed, it exits with %d", got)
	}
}

// A lab whose process was killed is removed by the next one: its namespaces,
// its files, and the programs that it left running.
func TestSweep(t *testing.T) {
	if os.Getenv("NETLAB_ABANDON") != "" {
		lab := netlab.New(t)
		h := lab.Host("a", "192.0.2.1/24")
		fmt.Printf("%s %d\n", h.Netns(), h.Start("sleep", "1000").PID())
		select {}
	}
	netlab.Require(t, netlab.Root, "ip")
	cmd := exec.Command(os.Args[0], "-test.run=^TestSweep$")
	cmd.Env = append(os.Environ(), "NETLAB_ABANDON=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var netns string
	var pid int
	if _, err := fmt.Fscan(out, &netns, &pid); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	exists := func(path string) bool { _, err := os.Stat(path); return err == nil }
	dir := filepath.Join(os.TempDir(), strings.TrimSuffix(netns, "-a"))
	proc := fmt.Sprintf("/proc/%d/exe", pid)
	if !exists("/run/netns/"+netns) || !exists(dir) || !exists(proc) {
		t.Fatal("the killed test left nothing to remove")
	}
	netlab.New(t)
	for _, left := range []string{"/run/netns/" + netns, dir, proc} {
		if exists(left) {
			t.Errorf("the killed test's %s is still there", left)
		}
	}
}

// A lab that measures waits for the others to end.
func TestAlone(t *testing.T) {
	var order []string
	started := make(chan bool)
	t.Run("group", func(t *testing.T) {
		t.Run("shared", func(t *testing.T) {
			t.Parallel()
			netlab.New(t)
			netlab.Busy(t) // nothing new: shared is shared
			close(started)
			time.Sleep(300 * time.Millisecond)
			order = append(order, "shared")
		})
		t.Run("alone", func(t *testing.T) {
			t.Parallel()
			netlab.Require(t, netlab.Root, "ip")
			<-started
			netlab.NewAlone(t)
			order = append(order, "alone")
		})
	})
	if len(order) == 2 && order[0] != "shared" {
		t.Errorf("order: %s", order)
	}
}

func TestOwners(t *testing.T) {
	lab := netlab.New(t)
	a, b := lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")
	for _, vip := range []string{"192.0.2.100", "2001:db8::100"} {
		set := func(h *netlab.Host, op string) { h.IP("addr " + op + " " + vip + "/32 dev lo") }
		set(a, "add")
		owners := lab.Owners(vip, a, b)
		set(b, "add")
		time.Sleep(100 * time.Millisecond)
		set(a, "del")
		set(b, "del")
		time.Sleep(200 * time.Millisecond)
		set(b, "add")
		netlab.Eventually(t, time.Second, "all changes", func() bool { return len(owners.Changes()) == 5 })
		if d := owners.Together(); d < 90*time.Millisecond || d > time.Second {
			t.Errorf("%s: both for %v", vip, d)
		}
		if d := owners.Nobody(); d < 190*time.Millisecond || d > time.Second {
			t.Errorf("%s: nobody for %v", vip, d)
		}
	}
}

// A new host is heard at once.
func TestNewHost(t *testing.T) {
	for range netlab.Count(5, 100) {
		lab := netlab.New(t)
		a := lab.Host("a", "192.0.2.1/24")
		b := lab.Host("b", "192.0.2.2/24")
		send, receive := udp(t, a, "192.0.2.1:0"), udp(t, b, "192.0.2.2:9")
		if _, err := send.WriteTo([]byte("x"), receive.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if err := receive.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := receive.ReadFrom(make([]byte, 1)); err != nil {
			t.Errorf("the first packet: %v", err)
		}
	}
}

func udp(t *testing.T, h *netlab.Host, addr string) (conn net.PacketConn) {
	t.Helper()
	err := h.Do(func() (err error) {
		conn, err = net.ListenPacket("udp4", addr)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
