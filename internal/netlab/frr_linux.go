package netlab

import (
	"fmt"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// FRRConfig is one virtual router of FRR's vrrpd, on eth0.
type FRRConfig struct {
	VRID, Priority int
	Version        int // 2 or 3
	Interval       time.Duration
	// Addresses are virtual addresses with their prefix lengths, of one family
	// or both. Those of IPv6 begin with a link-local one.
	Addresses []string
}

// FRR starts FRR's vrrpd, and the zebra that it talks to, with one virtual
// router. Its virtual addresses sit, in Master and Backup alike, on macvlans
// vrrp4-VRID and vrrp6-VRID, which is how FRR wants it: a port that is merely
// unplugged does not silence them. Needs [FRR].
func (h *Host) FRR(c FRRConfig) *Proc {
	t := h.lab.t
	t.Helper()
	Require(t, FRR)
	var conf strings.Builder
	fmt.Fprintf(&conf, "hostname frr\ndebug vrrp\ninterface eth0\n vrrp %d version %d\n vrrp %[1]d priority %[3]d\n vrrp %[1]d advertisement-interval %[4]d\n",
		c.VRID, c.Version, c.Priority, c.Interval.Milliseconds())
	made := map[int]bool{}
	for _, a := range c.Addresses {
		addr, family, keyword, option := netip.MustParsePrefix(a).Addr(), 4, "ip", ""
		if addr.Is6() {
			family, keyword, option = 6, "ipv6", " nodad"
		}
		dev := fmt.Sprintf("vrrp%d-%d", family, c.VRID)
		if !made[family] {
			made[family] = true
			h.IP("link add "+dev+" link eth0 type macvlan mode bridge",
				fmt.Sprintf("link set %s addrgenmode none address 00:00:5e:00:%02x:%02x", dev, family/2-1, c.VRID))
			if family == 6 {
				h.IP(fmt.Sprintf("addr add fe80::f:%d/64 dev %s nodad", h.index, dev)) // what it sends from
			}
		}
		fmt.Fprintf(&conf, " vrrp %d %s %s\n", c.VRID, keyword, addr)
		h.IP("addr add " + a + " dev " + dev + option)
	}
	for family := range made {
		h.IP(fmt.Sprintf("link set vrrp%d-%d up", family, c.VRID))
	}
	return h.frr(conf.String() + "exit\n")
}

// frr starts both daemons with files and sockets in a directory of their own.
func (h *Host) frr(conf string) *Proc {
	t := h.lab.t
	t.Helper()
	dir := h.dir("frr")
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"vrrpd.conf": conf, "zebra.conf": "hostname frr\n"} {
		if err := os.WriteFile(in(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	frr, err := user.Lookup("frr") // they give up root for this user
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(frr.Uid)
	gid, _ := strconv.Atoi(frr.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	start := func(name string) *Proc {
		return h.Start("/usr/lib/frr/"+name, "-f", in(name+".conf"), "-i", in(name+".pid"), "-z", in("zserv"),
			"--vty_socket", dir, "-A", "127.0.0.1", "-P", "0", "--log", "stdout")
	}
	start("zebra")
	Eventually(t, 5*time.Second, "zebra's socket", func() bool {
		_, err := os.Stat(in("zserv"))
		return err == nil
	})
	return start("vrrpd")
}
