package compose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// balancer is a composition with virtual servers over the fakes.
type balancer struct {
	*compose.Composition
	t      *testing.T
	kernel *ipvstest.Kernel
	log    *bytes.Buffer
	stop   func() error

	mu        sync.Mutex
	results   map[string]check.Result // by address of the server, and what it is checked for: "1 TCP_CHECK"
	asked     map[string]int
	addresses []netip.Addr
	refuse    bool // to make checkers
	changed   func()
	events    []string
	collected sync.WaitGroup
}

// answer has checks of a server, 198.51.100.N, answer from now on.
func (b *balancer) answer(which string, r check.Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results[which] = r
}

func (b *balancer) fail(which string) { b.answer(which, check.Result{Detail: "it is broken"}) }
func (b *balancer) pass(which string) { b.answer(which, check.Result{OK: true}) }

// checker is a compose.ServerChecker.
func (b *balancer) checker(_ *confparse.VirtualServer, r *confparse.RealServer, k *confparse.Check) (check.Checker, error) {
	which := fmt.Sprintf("%d %v", r.Address.AsSlice()[len(r.Address.AsSlice())-1], k.Type)
	if b.refuse {
		return nil, errors.New("there is no such thing")
	}
	return check.Func(func(context.Context) check.Result {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.asked[which]++
		if r, ok := b.results[which]; ok {
			return r
		}
		return check.Result{OK: true}
	}), nil
}

// Addresses, Watch and have are compose.Addresses by hand.
func (b *balancer) Addresses() []netip.Addr {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.addresses)
}

func (b *balancer) Watch(ctx context.Context, changed func()) error {
	b.mu.Lock()
	b.changed = changed
	b.mu.Unlock()
	changed()
	<-ctx.Done()
	return nil
}

func (b *balancer) have(addresses ...string) {
	b.mu.Lock()
	b.addresses = nil
	for _, a := range addresses {
		b.addresses = append(b.addresses, netip.MustParseAddr(a))
	}
	changed := b.changed
	b.mu.Unlock()
	changed()
}

// options are where a balancer lives.
func (b *balancer) options(port *vrrptest.Port) compose.Options {
	return compose.Options{
		Network: port, Kernel: viptest.NewKernel("eth0", "eth1"),
		IPVS: b.kernel, ServerChecker: b.checker, Addresses: b, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
	}
}

func newBalancer(t *testing.T) *balancer {
	return &balancer{
		t: t, kernel: &ipvstest.Kernel{}, log: &bytes.Buffer{},
		results: map[string]check.Result{}, asked: map[string]int{},
	}
}

// start runs text. The zero time of a bubble is when it starts.
func (b *balancer) start(text string, change ...func(*compose.Options)) {
	b.t.Helper()
	o := b.options(vrrptest.NewSegment().Attach("192.0.2.1"))
	for _, f := range change {
		f(&o)
	}
	c, err := compose.New(parse(b.t, text), o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Composition = c
	events := c.ServerEvents()
	b.collected.Go(func() {
		for e := range events {
			b.mu.Lock()
			b.events = append(b.events, eventText(&e))
			b.mu.Unlock()
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	b.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		b.collected.Wait()
		return err
	})
	b.t.Cleanup(func() {
		if err := b.stop(); err != nil {
			b.t.Error(err)
		}
	})
	synctest.Wait()
}

// eventText is an event in short, in brackets where keepalived would be quiet.
func eventText(e *compose.ServerEvent) string {
	what := map[compose.ServerEventKind]string{
		compose.CheckChanged: "check", compose.RealChanged: "RS", compose.QuorumChanged: "VS", compose.RealDrained: "drained",
	}[e.Kind]
	state := "DOWN"
	if e.Up {
		state = "UP"
	}
	text := strings.TrimSpace(fmt.Sprintf("%s %s %s", what, short(e.Server), state))
	if e.Real == nil {
		text = fmt.Sprintf("%s %s %s", what, short(e.Name), state)
	}
	if e.Quiet {
		text = "(" + text + ")"
	}
	return text
}

func short(name string) string { return strings.ReplaceAll(name, "198.51.100.", ".") }

// told returns the events since it was called last, those of checks left out.
func (b *balancer) told() string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, e := range b.events {
		if !strings.Contains(e, "check ") {
			list = append(list, e)
		}
	}
	b.events = nil
	return strings.Join(list, ", ")
}

// table compares the kernel's table, without what is the same in every line.
func (b *balancer) table(want string) {
	b.t.Helper()
	synctest.Wait()
	got := strings.NewReplacer("198.51.100.", ".", "-t 192.0.2.100:80 ", "").Replace(b.kernel.String())
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		b.t.Errorf("the table:\n%s", diff)
	}
}

// web is an ordinary virtual server: %s are more lines of it, and of each of its
// two real servers.
const web = `
virtual_server 192.0.2.100 80 {
    protocol TCP
    lb_algo rr
    lb_kind NAT
    delay_loop 10
    warmup 0
    %s
    real_server 198.51.100.1 80 {
        weight 2
        %[2]s
        TCP_CHECK {
        }
    }
    real_server 198.51.100.2 80 {
        weight 2
        %[2]s
        TCP_CHECK {
        }
    }
}
`

// A failed server leaves, the quorum goes with the last one, and what is ours is
// removed in the end.
func TestVirtualServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start(fmt.Sprintf(web, "sorry_server 198.51.100.9 80", ""))
		b.table(`
-A -s rr
-a -r .1:80 -m -w 2
-a -r .2:80 -m -w 2
`)
		if got, want := b.told(), "(RS [.1]:tcp:80 UP), (RS [.2]:tcp:80 UP), VS [192.0.2.100]:tcp:80 UP"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		time.Sleep(15 * time.Second)
		b.fail("1 TCP_CHECK")
		time.Sleep(5*time.Second + 500*time.Millisecond) // it has one retry, a second later
		b.table(`
-A -s rr
-a -r .1:80 -m -w 2
-a -r .2:80 -m -w 2
`)
		time.Sleep(time.Second)
		b.table(`
-A -s rr
-a -r .2:80 -m -w 2
`)
		b.fail("2 TCP_CHECK")
		time.Sleep(15 * time.Second)
		b.table(`
-A -s rr
-a -r .9:80 -m -w 1
`)
		if got, want := b.told(), "RS [.1]:tcp:80 DOWN, RS [.2]:tcp:80 DOWN, VS [192.0.2.100]:tcp:80 DOWN"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		b.pass("1 TCP_CHECK")
		time.Sleep(10 * time.Second)
		b.table(`
-A -s rr
-a -r .1:80 -m -w 2
`)
		if got, want := b.told(), "RS [.1]:tcp:80 UP, VS [192.0.2.100]:tcp:80 UP"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
		b.table("")
		if got, want := b.told(), "(RS [.1]:tcp:80 DOWN), (VS [192.0.2.100]:tcp:80 DOWN)"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		for _, want := range []string{
			"Gained quorum 1+0=1 <= 4 for VS [192.0.2.100]:tcp:80", "TCP connection to [198.51.100.1]:tcp:80 success.",
			"TCP_CHECK on service [198.51.100.1]:tcp:80 failed after 1 retries.", "Removing service [198.51.100.1]:tcp:80 from VS [192.0.2.100]:tcp:80",
			"Lost quorum 1-0=1 > 0 for VS [192.0.2.100]:tcp:80", "Adding sorry server [198.51.100.9]:tcp:80 to VS [192.0.2.100]:tcp:80",
			"Removing alive servers from the pool for VS [192.0.2.100]:tcp:80", "Adding service [198.51.100.1]:tcp:80 to VS [192.0.2.100]:tcp:80",
			"Removing sorry server [198.51.100.9]:tcp:80 from VS [192.0.2.100]:tcp:80", "Shutting down service [198.51.100.1]:tcp:80 from VS [192.0.2.100]:tcp:80",
		} {
			if !strings.Contains(b.log.String(), want) {
				t.Errorf("no %q in the log:\n%s", want, b.log)
			}
		}
	})
}

// Checks with alpha have to pass before their server serves; with
// inhibit_on_failure it is there all the same, with weight 0. notify_down hears
// once of what has never been up.
func TestAlphaAndInhibit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.fail("1 TCP_CHECK")
		b.fail("2 TCP_CHECK")
		b.start(fmt.Sprintf(web, "alpha", "inhibit_on_failure"))
		time.Sleep(25 * time.Second)
		b.table(`
-A -s rr
-a -r .1:80 -m -w 0
-a -r .2:80 -m -w 0
`)
		if got, want := b.told(), "RS [.1]:tcp:80 DOWN, RS [.2]:tcp:80 DOWN"; got != want && got != "RS [.2]:tcp:80 DOWN, RS [.1]:tcp:80 DOWN" {
			t.Errorf("told %s\nwant %s", got, want)
		}
		b.pass("2 TCP_CHECK")
		time.Sleep(10 * time.Second)
		b.table(`
-A -s rr
-a -r .1:80 -m -w 0
-a -r .2:80 -m -w 2
`)
		if got, want := b.told(), "RS [.2]:tcp:80 UP, VS [192.0.2.100]:tcp:80 UP"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		if want := "Enabling service [198.51.100.2]:tcp:80 of VS"; !strings.Contains(b.log.String(), want) {
			t.Errorf("no %q in the log:\n%s", want, b.log)
		}
	})
}

// misc_dynamic sets the weight, FILE_CHECK changes it, and the kernel gets the
// sum.
func TestServerWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start(`
track_file load {
    file /run/load
}
virtual_server 192.0.2.100 80 {
    protocol TCP
    lb_algo wrr
    lb_kind DR
    delay_loop 1
    real_server 198.51.100.1 80 {
        weight 10
        MISC_CHECK {
            misc_path "/usr/bin/true"
            misc_dynamic
        }
        FILE_CHECK {
            track_file load
        }
    }
}
`)
		b.answer("1 MISC_CHECK", check.Result{OK: true, Weighted: true, Weight: 25})
		time.Sleep(3 * time.Second)
		b.table("-A -s wrr\n-a -r .1:80 -g -w 25\n")
		b.answer("1 FILE_CHECK", check.Result{OK: true, Weighted: true, Weight: -5})
		time.Sleep(3 * time.Second)
		b.table("-A -s wrr\n-a -r .1:80 -g -w 20\n")
		b.fail("1 MISC_CHECK")
		time.Sleep(3 * time.Second)
		b.table("-A -s wrr\n")
		b.pass("1 MISC_CHECK")
		time.Sleep(3 * time.Second)
		b.table("-A -s wrr\n-a -r .1:80 -g -w 5\n")
		if want := "Changing weight from 10 to 25 for active service [198.51.100.1]:tcp:80 of VS [192.0.2.100]:tcp:80"; !strings.Contains(b.log.String(), want) {
			t.Errorf("no %q in the log:\n%s", want, b.log)
		}
	})
}

// With omega, what serves is told that it goes down at the end.
func TestOmega(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start("global_defs {\n rs_init_notifies\n}\n" + fmt.Sprintf(web, "omega", ""))
		if got, want := b.told(), "RS [.1]:tcp:80 UP, RS [.2]:tcp:80 UP, VS [192.0.2.100]:tcp:80 UP"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
		if got, want := b.told(), "RS [.1]:tcp:80 DOWN, RS [.2]:tcp:80 DOWN, VS [192.0.2.100]:tcp:80 DOWN"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	})
}

// ha_suspend checks while the address is here. Fault 4 of keepalived: there the
// servers of a group are never checked.
func TestSuspend(t *testing.T) {
	for _, form := range []string{"192.0.2.100 80", "group web"} {
		t.Run(form, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBalancer(t)
				text := strings.Replace(fmt.Sprintf(web, "ha_suspend", ""), "192.0.2.100 80", form, 1)
				b.start("virtual_server_group web {\n 192.0.2.90-110 80\n}\n" + text)
				b.fail("1 TCP_CHECK")
				asked := func() int {
					b.mu.Lock()
					defer b.mu.Unlock()
					n := b.asked["1 TCP_CHECK"]
					b.asked["1 TCP_CHECK"] = 0
					return n
				}
				time.Sleep(time.Minute + time.Second/2)
				if n := asked(); n > 0 {
					t.Errorf("asked %d times without the address", n)
				}
				b.reload("virtual_server_group web {\n 192.0.2.90-110 80\n}\n" + strings.Replace(text, "TCP_CHECK {", "TCP_CHECK {\nconnect_timeout 7", 1))
				time.Sleep(time.Minute)
				if n := asked(); n > 0 {
					t.Errorf("asked %d times after a reload, without the address", n)
				}
				b.have("192.0.2.9", "192.0.2.100")
				time.Sleep(55 * time.Second)
				if n := asked(); n < 5 {
					t.Errorf("asked %d times with the address", n)
				}
				if s := b.VirtualServers()[0]; s.Suspended || s.Real[0].Alive || !s.Real[1].Alive {
					t.Errorf("%+v", s)
				}
				b.have()
				b.pass("1 TCP_CHECK")
				asked()
				time.Sleep(time.Minute)
				if s := b.VirtualServers()[0]; asked() > 0 || !s.Suspended || s.Real[0].Alive {
					t.Errorf("without the address again: %+v", s)
				}
			})
		})
	}
}

// A server that is drained gets no new connections, and it is told when the last
// one has ended.
func TestDrainServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start(fmt.Sprintf(web, "", ""))
		v := b.VirtualServers()[0]
		server := netip.MustParseAddrPort("198.51.100.1:80")
		b.kernel.SetConnections(v.Keys[0], server, 2, 1, 0)
		if err := b.DrainServer(v.Name, v.Real[0].Name, true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		b.table("-A -s rr\n-a -r .1:80 -m -w 0\n-a -r .2:80 -m -w 2\n")
		if s := b.VirtualServers()[0].Real[0]; s.Connections != 3 || s.Drained || !s.Draining {
			t.Errorf("%+v", s)
		}
		b.told()
		b.kernel.SetConnections(v.Keys[0], server, 0, 0, 0)
		time.Sleep(2 * time.Second)
		if got, want := b.told(), "drained [.1]:tcp:80 UP"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		if err := b.DrainServer(v.Name, v.Real[0].Name, false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		for _, names := range [][2]string{{"no", v.Real[0].Name}, {v.Name, "no"}} {
			if err := b.DrainServer(names[0], names[1], true); err == nil || !strings.Contains(err.Error(), `"no"`) {
				t.Errorf("%v: %v", names, err)
			}
		}
	})
}

// lvs_sync_daemon runs as its instance is, lvs_timeouts hold until the end, and
// then the table is as it was.
func TestSyncDaemonAndTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		before, err := b.kernel.State()
		if err != nil {
			t.Fatal(err)
		}
		b.start(`
global_defs {
    lvs_sync_daemon eth1 inst VI_1
    lvs_timeouts tcp 7200 udp 10
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.100/24
    }
}
` + fmt.Sprintf(web, "", ""))
		state := func() string {
			t.Helper()
			synctest.Wait()
			s, err := b.kernel.State()
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(s.Daemons, s.Timeouts)
		}
		time.Sleep(time.Second)
		if got := state(); !strings.HasPrefix(got, "[backup --mcast-interface eth1 --syncid 51") || !strings.HasSuffix(got, fmt.Sprintf("{2h0m0s %v 10s}", before.Timeouts.TCPFin)) {
			t.Errorf("as a backup: %s", got)
		}
		time.Sleep(5 * time.Second)
		if got := state(); !strings.HasPrefix(got, "[master --mcast-interface eth1 --syncid 51") {
			t.Errorf("as a master: %s", got)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	})
}

// slow_start gives a server that comes back its weight little by little.
func TestSlowStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.fail("1 TCP_CHECK")
		b.start(strings.ReplaceAll(fmt.Sprintf(web, "slow_start 100", ""), "weight 2", "weight 50"))
		time.Sleep(5 * time.Second)
		b.pass("1 TCP_CHECK")
		for _, want := range []int{5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 50} {
			time.Sleep(10 * time.Second)
			b.table(fmt.Sprintf("-A -s rr\n-a -r .1:80 -m -w %d\n-a -r .2:80 -m -w 50\n", want))
		}
	})
}
