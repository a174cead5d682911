package compose_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netns"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// balanced is the director of TestTraffic: one service by NAT, for a client
// beyond it, and one by DR, for a client beside the servers.
const balanced = `
virtual_server 10.0.9.100 80 {
    lb_kind NAT
    %[1]s
}
virtual_server 10.0.0.100 80 {
    lb_kind DR
    %[1]s
}
`

const balancedServers = `
    protocol TCP
    lb_algo rr
    delay_loop 0.5
    warmup 0
    retry 1
    delay_before_retry 0.2
    connect_timeout 2
    sorry_server 10.0.0.29 80
    real_server 10.0.0.21 80 {
        weight %[1]d
        TCP_CHECK {
        }
    }
    real_server 10.0.0.22 80 {
        weight %[1]d
        TCP_CHECK {
        }
    }
`

// machine is a network namespace of TestTraffic.
type machine struct {
	t  *testing.T
	fd int
}

func sh(t *testing.T, commands ...string) {
	t.Helper()
	for _, c := range commands {
		if out, err := exec.Command("sh", "-c", c).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", c, err, out)
		}
	}
}

// newMachine makes a machine whose eth0 is plugged into port of the director.
func newMachine(t *testing.T, name, port, address, gateway string) *machine {
	t.Helper()
	in := "ip netns exec " + name + " "
	sh(t, "ip netns add "+name, "ip link add "+port+" type veth peer name eth0 netns "+name, "ip link set "+port+" up",
		in+"ip link set lo up", in+"ip link set eth0 up", in+"ip addr add "+address+" dev eth0", in+"ip route add default via "+gateway)
	fd, err := unix.Open("/run/netns/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t, fd}
}

// dial connects, and returns the connection with the name of who answers.
func (m *machine) dial(address string) (net.Conn, string, error) {
	var c net.Conn
	err := netns.Do(m.fd, func() (err error) {
		c, err = (&net.Dialer{Timeout: 3 * time.Second}).Dial("tcp4", address)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	name, err := bufio.NewReaderSize(c, 16).ReadString('\n')
	if err != nil {
		c.Close()
		return nil, "", err
	}
	return c, strings.TrimSpace(name), nil
}

// answers dials n times and counts who answers.
func (m *machine) answers(address string, n int) map[string]int {
	count := map[string]int{}
	for range n {
		c, name, err := m.dial(address)
		if err != nil {
			count["error"]++
			continue
		}
		count[name]++
		c.Close()
	}
	return count
}

// echo is a server: it says its name, and then what it hears.
type echo struct {
	*machine
	name string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
}

func (s *echo) start() {
	s.t.Helper()
	var l net.Listener
	err := netns.Do(s.fd, func() (err error) {
		l, err = net.Listen("tcp4", ":80")
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.l = l
	s.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			go func() {
				fmt.Fprintln(c, s.name)
				in := bufio.NewScanner(c)
				for in.Scan() {
					fmt.Fprintln(c, in.Text())
				}
				c.Close()
			}()
		}
	}()
}

// kill ends the server with all its connections.
func (s *echo) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.l.Close()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

// works reports whether a connection still leads to its server.
func works(c net.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintln(c, "hello")
	answer, err := bufio.NewReaderSize(c, 16).ReadString('\n')
	return err == nil && answer == "hello\n"
}

// Real connections through NAT and DR: balanced; they live on over fifty reloads
// and while another server dies; without any server the sorry server answers.
func TestTraffic(t *testing.T) {
	netlab.Require(t, "ipvsadm", "ip")
	if umllab.Run(t, "ip_vs", "ip_vs_rr", "veth", "bridge") {
		return
	}
	sh(t, "ip link add br0 type bridge forward_delay 0", "ip link set br0 up", "ip addr add 10.0.0.1/24 dev br0", "ip addr add 10.0.0.100/24 dev br0",
		"echo 1 >/proc/sys/net/ipv4/ip_forward", "echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects", "echo 0 >/proc/sys/net/ipv4/conf/br0/send_redirects")
	far := newMachine(t, "far", "far0", "10.0.9.10/24", "10.0.9.1")
	sh(t, "ip addr add 10.0.9.1/24 dev far0", "ip addr add 10.0.9.100/24 dev far0")
	near := newMachine(t, "near", "near0", "10.0.0.10/24", "10.0.0.1")
	sh(t, "ip link set near0 master br0")
	servers := map[string]*echo{}
	for name, host := range map[string]string{"one": "21", "two": "22", "sorry": "29"} {
		m := newMachine(t, name, name+"0", "10.0.0."+host+"/24", "10.0.0.1")
		in := "ip netns exec " + name + " "
		sh(t, "ip link set "+name+"0 master br0", in+"sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
			in+"ip addr add 10.0.0.100/32 dev lo")
		servers[name] = &echo{machine: m, name: name}
		servers[name].start()
	}
	var log bytes.Buffer
	text := func(weight int) *confparse.Config {
		cfg, diags := confparse.Parse("lb.conf", fmt.Appendf(nil, balanced, fmt.Sprintf(balancedServers, weight)), confparse.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Render())
		}
		return cfg
	}
	c, err := compose.New(text(1), compose.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	settledTable(t, nil)

	services := map[string]struct {
		client  *machine
		address string
	}{"NAT": {far, "10.0.9.100:80"}, "DR": {near, "10.0.0.100:80"}}
	expect := func(when string, names ...string) {
		t.Helper()
		for kind, s := range services {
			got := s.client.answers(s.address, 12)
			for _, name := range names {
				if got[name] != 12/len(names) {
					t.Errorf("%s, %s: answers %v, want those of %v in equal shares", when, kind, got, names)
					break
				}
			}
		}
	}
	expect("at first", "one", "two")

	open := map[string][]net.Conn{}
	for kind, s := range services {
		for range 4 {
			conn, name, err := s.client.dial(s.address)
			if err != nil {
				t.Fatal(kind, ": ", err)
			}
			defer conn.Close()
			open[name] = append(open[name], conn)
		}
	}
	all := func(when string, conns []net.Conn) {
		t.Helper()
		if len(conns) != 4 {
			t.Errorf("%s: %d connections", when, len(conns))
		}
		for _, conn := range conns {
			if !works(conn) {
				t.Errorf("%s: a connection is broken", when)
			}
		}
	}
	for n := range 50 {
		plan, err := c.Plan(text(n%2 + 2))
		if err == nil {
			err = c.Apply(ctx, plan)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	all("after the reloads", open["one"])
	all("after the reloads", open["two"])

	left := func(server string) func() bool {
		return func() bool { return !strings.Contains(strings.Join(savedTable(t), ""), server) }
	}
	servers["one"].kill()
	killed := time.Now()
	netlab.Eventually(t, 10*time.Second, "the killed server to leave the pool", left("10.0.0.21"))
	t.Logf("a killed server has left after %v", time.Since(killed))
	expect("after one has died", "two")
	all("after the other has died", open["two"])

	servers["two"].kill()
	netlab.Eventually(t, 10*time.Second, "the sorry server", left("10.0.0.22"))
	expect("without servers", "sorry")

	servers["one"].start()
	netlab.Eventually(t, 10*time.Second, "the end of the sorry server", left("10.0.0.29"))
	expect("after one is back", "one")

	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if table := savedTable(t); len(table) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(table, ""))
	}
	if t.Failed() {
		t.Log(log.String())
	}
}
