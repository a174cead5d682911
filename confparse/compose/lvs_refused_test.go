package compose_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// Fault 21 of keepalived: servers that the kernel does not take count for the
// quorum, which lasts although nothing is served.
func TestRefusedByKernel(t *testing.T) {
	refuse := func(b *balancer, which func(ipvs.Change) bool) {
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Method == ipvstest.Change && which(c.Change) {
				return syscall.EINVAL
			}
			return nil
		})
	}
	t.Run("the service", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			refuse(b, func(c ipvs.Change) bool { return c.Op == ipvs.AddService })
			text := fmt.Sprintf(web, "", "")
			b.start(text)
			time.Sleep(time.Second)
			if got, want := b.told(), "(RS [.1]:tcp:80 UP), (RS [.2]:tcp:80 UP)"; got != want {
				t.Errorf("told %s\nwant %s", got, want)
			}
			if s := b.VirtualServers()[0]; s.Quorum || s.Sum != 0 || !s.Real[0].Refused || !s.Real[0].Alive || s.Real[0].Serves {
				t.Errorf("%+v", s)
			}
			// Time, results of checks and reloads do not bring it back.
			b.reload(strings.ReplaceAll(text, "weight 2", "weight 3"))
			b.reload("vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 192.0.2.1/24\n}\n}\n")
			b.told()
			b.reload(text)
			time.Sleep(time.Minute)
			if s := b.VirtualServers()[0]; s.Quorum {
				t.Errorf("%+v", s)
			}
			b.told()
			b.kernel.Intercept(nil)
			time.Sleep(31 * time.Second)
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
			if got, want := b.told(), "VS [192.0.2.100]:tcp:80 UP"; got != want {
				t.Errorf("told %s\nwant %s", got, want)
			}
			if want := "The kernel refuses service [198.51.100.1]:tcp:80 of VS [192.0.2.100]:tcp:80: it does not count for the quorum"; !strings.Contains(b.log.String(), want) {
				t.Errorf("no %q in the log:\n%s", want, b.log)
			}
		})
	})
	t.Run("its servers, with a sorry server", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.start(fmt.Sprintf(web, "sorry_server 198.51.100.9 80", ""))
			b.told()
			refuse(b, func(c ipvs.Change) bool { return c.Op == ipvs.AddDestination && c.Destination.Weight != 1 })
			if err := b.kernel.Meddle(ipvs.Change{Op: ipvs.Flush}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second)
			b.table("-A -s rr\n-a -r .9:80 -m -w 1\n")
			time.Sleep(5 * time.Minute)
			if got, want := b.told(), "VS [192.0.2.100]:tcp:80 DOWN"; got != want {
				t.Errorf("told %s\nwant %s", got, want)
			}
			b.kernel.Intercept(nil)
			time.Sleep(31 * time.Second)
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
			if got, want := b.told(), "VS [192.0.2.100]:tcp:80 UP"; got != want {
				t.Errorf("told %s\nwant %s", got, want)
			}
		})
	})
	// One address of a group that the kernel does not take is no loss of servers.
	t.Run("one service of several", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			refuse(b, func(c ipvs.Change) bool { return c.Service.Address.Port() == 81 })
			b.start("virtual_server_group g {\n 192.0.2.100 80\n 192.0.2.100 81\n}\n" + strings.Replace(fmt.Sprintf(web, "", ""), "192.0.2.100 80", "group g", 1))
			time.Sleep(time.Minute)
			if s := b.VirtualServers()[0]; !s.Quorum || s.Real[0].Refused {
				t.Errorf("%+v", s)
			}
			b.kernel.Intercept(nil)
		})
	})
}
