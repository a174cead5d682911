//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// scenario is one thing that is measured. At says at which part of an
// advertisement interval the fault comes, 0..1.
type scenario struct {
	name    string
	metrics []string
	measure func(t *stage, d daemon, at float64, v values)
}

func scenarios() (list []scenario) {
	above := []string{"first advert above the floor", "first answer above the floor"}
	for _, p := range []protocol{{2, time.Second}, {3, 100 * time.Millisecond}, {3, 10 * time.Millisecond}} {
		list = append(list,
			scenario{"s1 crash, " + p.String(), above, p.crash},
			scenario{"s2 SIGTERM, " + p.String(), above, p.stop})
	}
	return append(list,
		scenario{"s5 1000 masters at 100 ms", []string{"CPU time for each advert, us", "resident memory, MiB"}, masters},
		scenario{"s8 reload, 1000 instances", []string{"start to all masters, above the floor", "SIGHUP to the new address"}, reload},
		scenario{"s8 -t, 1000 instances", []string{"time"}, testOf(instances(many, time.Second))},
		scenario{"s8 -t, 10000 real servers", []string{"time"}, testOf(servers(1000, 10))})
}

const (
	address       = "192.0.2.100"
	better, worse = 200, 100
)

// protocol is how two routers speak.
type protocol struct {
	version  int
	interval time.Duration
}

func (p protocol) String() string { return fmt.Sprintf("version %d, %v", p.version, p.interval) }

// skew is the inferior's Skew_Time.
func (p protocol) skew() time.Duration {
	unit := p.interval
	if p.version == 2 {
		unit = time.Second
	}
	return unit * (256 - worse) / 256
}

// down is the inferior's Master_Down_Interval.
func (p protocol) down() time.Duration { return 3*p.interval + p.skew() }

func (p protocol) conf(priority int) string {
	return fmt.Sprintf(`global_defs {
	vrrp_version %d
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority %d
	advert_int %g
	virtual_ipaddress {
		%s/24
	}
}
`, p.version, priority, p.interval.Seconds(), address)
}

// pair is a master, its backup, and a client that asks each millisecond.
type pair struct {
	a, b   *netlab.Host
	master running
	wire   *netlab.Capture
	probe  *netlab.Prober
}

func (p protocol) pair(t *stage, d daemon) *pair {
	lab := netlab.NewAlone(t, netlab.Keepalived)
	s := &pair{a: lab.Host("a", "192.0.2.1/24"), b: lab.Host("b", "192.0.2.2/24"), wire: lab.Capture()}
	client := lab.Host("client", "192.0.2.9/24")
	s.master = d.start(s.a, p.conf(better))
	s.wire.WaitAdvert(time.Time{}, 20*time.Second, "the master", from("a"))
	d.start(s.b, p.conf(worse))
	s.probe = client.Probe(address, time.Millisecond)
	time.Sleep(time.Second + 4*p.interval) // the backup listens, the announcements are over
	return s
}

func from(host string) func(netlab.Advert) bool {
	return func(a netlab.Advert) bool { return a.Host == host }
}

// crash cuts the master's power. The floor is the last advertisement and the
// Master_Down_Interval.
func (p protocol) crash(t *stage, d daemon, at float64, v values) {
	s := p.pair(t, d)
	s.wire.WaitAdvert(time.Now(), 20*time.Second, "an advertisement", from("a"))
	time.Sleep(time.Duration(at * float64(p.interval)))
	fault := time.Now()
	s.a.Crash()
	s.a.SetPort("eth0", false)
	first := s.wire.WaitAdvert(fault, 20*time.Second, "the backup", from("b"))
	var last time.Time
	for _, a := range s.wire.Adverts() {
		if a.Host == "a" {
			last = a.At
		}
	}
	s.above(t, v, last.Add(p.down()), first)
}

// stop asks the master to end. The floor is its priority 0 and the Skew_Time.
func (p protocol) stop(t *stage, d daemon, at float64, v values) {
	s := p.pair(t, d)
	s.wire.WaitAdvert(time.Now(), 20*time.Second, "an advertisement", from("a"))
	time.Sleep(time.Duration(at * float64(p.interval)))
	fault := time.Now()
	s.master.Stop()
	first := s.wire.WaitAdvert(fault, 20*time.Second, "the backup", from("b"))
	bye := s.wire.WaitAdvert(fault, time.Second, "priority 0", func(a netlab.Advert) bool { return a.Host == "a" && a.Priority == 0 })
	s.above(t, v, bye.At.Add(p.skew()), first)
}

// above notes how far above the floor the backup advertised and answered.
func (s *pair) above(t *stage, v values, floor time.Time, first netlab.Advert) {
	ms := func(at time.Time) float64 { return float64(at.Sub(floor)) / float64(time.Millisecond) }
	answers := s.probe.Answers()
	for n := 0; n == 0 || n < 40 && s.probe.Answers() == answers; n++ {
		time.Sleep(50 * time.Millisecond)
	}
	v["first advert above the floor"] = ms(first.At)
	for _, at := range s.probe.Stop().Answers {
		if at.After(first.At) {
			v["first answer above the floor"] = ms(at)
			return
		}
	}
	t.Fatalf("no answer came within 2 s of the backup's first advertisement") // 0 ms would be a lie
}

// instances is a configuration of n virtual routers, perLink to an interface.
func instances(n int, interval time.Duration) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "vrrp_instance VI_%d {\n\tinterface eth%d\n\tvirtual_router_id %d\n\tpriority 100\n\tversion 3\n\tadvert_int %g\n"+
			"\tvirtual_ipaddress {\n\t\t10.%d.1.%d/32\n\t}\n}\n", i, i/perLink, i%perLink+1, interval.Seconds(), 100+i/perLink, i%perLink+1)
	}
	return b.String()
}

// servers is a configuration of n virtual servers with some real servers each.
func servers(n, each int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "virtual_server 10.200.%d.%d 80 {\n\tdelay_loop 5\n\tlvs_sched rr\n\tlvs_method NAT\n\tprotocol TCP\n", i/250, i%250+1)
		for j := range each {
			fmt.Fprintf(&b, "\treal_server 10.%d.%d.%d 80 {\n\t\tweight 1\n\t\tTCP_CHECK {\n\t\t\tconnect_timeout 3\n\t\t}\n\t}\n", 150+j, i/250, i%250+1)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// testOf measures how long a daemon takes to test a configuration.
func testOf(conf string) func(t *stage, d daemon, at float64, v values) {
	return func(t *stage, d daemon, _ float64, v values) {
		lab := netlab.NewAlone(t, netlab.Keepalived)
		host := lab.Host("a", "192.0.2.1/24")
		for i := 1; i < 4; i++ {
			host.AddLink(fmt.Sprintf("eth%d", i), "lan")
		}
		dir, err := os.MkdirTemp("", "bench-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		file := filepath.Join(dir, "keepalived.conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(d.test[0], append(d.test[1:], file)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		cmd.Env = append(os.Environ(), "TMPDIR="+dir)
		var took time.Duration
		err = host.Do(func() error {
			begin := time.Now()
			err := cmd.Run()
			took = time.Since(begin)
			return err
		})
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out.String())
		}
		v["time"] = float64(took) / float64(time.Millisecond)
	}
}
