package daemon

import (
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func output(t *testing.T, command ...string) string {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", command, err, out)
	}
	return string(out)
}

// hasTable waits until ipvsadm shows the table: its lines in any order.
func hasTable(t *testing.T, when, want string) {
	t.Helper()
	sorted := func(s string) string {
		lines := strings.Fields(strings.ReplaceAll(s, " ", "_"))
		slices.Sort(lines)
		return strings.ReplaceAll(strings.Join(lines, "\n"), "_", " ")
	}
	var last string
	defer func() {
		if t.Failed() {
			t.Logf("%s, ipvsadm shows:\n%s", when, last)
		}
	}()
	netlab.Eventually(t, 30*time.Second, when+", the table to be\n"+want, func() bool {
		last = output(t, "ipvsadm", "-Sn")
		return sorted(last) == sorted(want)
	})
}

// reloaded is what is reloaded: what follows in global_defs, in the two real
// servers, and behind it.
const reloaded = `
global_defs {
    lvs_sync_daemon d1 inst VI_1 id %s
}
vrrp_instance VI_1 {
    interface d0
    version 3
    advert_int 0.1
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.100/32 dev lo
    }
}
virtual_server 192.0.2.90 80 {
    protocol TCP
    lb_algo rr
    lb_kind NAT
    delay_loop 0.2
    warmup 0
    real_server 10.0.0.21 80 {
        %s
        TCP_CHECK {
        }
    }
    real_server 10.0.0.%s 80 {
        TCP_CHECK {
        }
    }
}
virtual_server 192.0.2.90 83 {
    protocol TCP
    lb_algo twos
    lb_kind NAT
    real_server 10.0.0.21 80 {
    }
}
%s
`

const second = `
virtual_server 192.0.2.90 81 {
    protocol TCP
    lb_algo wrr
    lb_kind NAT
    real_server 10.0.0.21 80 {
        weight 3
    }
}
virtual_server 192.0.2.91 82 {
    protocol TCP
    lb_algo rr
    lb_kind NAT
    delay_loop 0.2
    warmup 0
    ha_suspend
    real_server 10.0.0.21 82 {
        TCP_CHECK {
        }
    }
}
`

// A running daemon takes another configuration by SIGHUP: what ipvsadm shows is
// that, and a connection does not notice.
func testReloadServers(t *testing.T) {
	for _, c := range []string{
		"ip netns add servers", "ip link add d1 type veth peer name eth0 netns servers",
		"ip addr add 10.0.0.1/24 dev d1", "ip link set d1 up", "ip -n servers link set eth0 up",
		"ip -n servers addr add 10.0.0.21/24 dev eth0", "ip -n servers addr add 10.0.0.22/24 dev eth0", "ip -n servers addr add 10.0.0.23/24 dev eth0",
		"ip link add d0 type dummy", "ip addr add 10.0.1.1/24 dev d0", "ip addr add 192.0.2.90/32 dev lo",
	} {
		output(t, strings.Fields(c)...)
	}
	echo(t, "servers", "10.0.0.21:80", "10.0.0.22:80", "10.0.0.23:80")

	p := startProgram(t, fmt.Sprintf(reloaded, "33", "weight 1", "22", ""))
	hasTable(t, "at first", "-A -t 192.0.2.90:80 -s rr\n-a -t 192.0.2.90:80 -r 10.0.0.21:80 -m -w 1\n-a -t 192.0.2.90:80 -r 10.0.0.22:80 -m -w 1\n")
	// Fault 21 of keepalived: this kernel has no such scheduler, and a quorum of
	// servers that it does not have is none.
	netlab.Eventually(t, 30*time.Second, "the log to say what the kernel refuses", func() bool {
		return strings.Contains(p.logged(), "The kernel refuses service [10.0.0.21]:tcp:80 of VS [192.0.2.90]:tcp:83") &&
			strings.Contains(p.logged(), "load the module ip_vs_twos; without it, its destinations (1) cannot be added")
	})
	if strings.Contains(p.logged(), "<= 1 for VS [192.0.2.90]:tcp:83") {
		t.Error("a quorum is gained without a service")
	}
	// The sync daemon is as the instance is.
	daemon := func(when, want string) {
		t.Helper()
		netlab.Eventually(t, 30*time.Second, when+", ipvsadm to show a "+want, func() bool {
			list := output(t, "ipvsadm", "-L", "--daemon")
			return strings.Contains(list, want) && strings.Count(list, "sync daemon") == 1
		})
	}
	daemon("while the interface is down", "backup sync daemon (mcast=d1, syncid=33")
	output(t, "ip", "link", "set", "d0", "up")
	daemon("as a master", "master sync daemon (mcast=d1, syncid=33")
	output(t, "ip", "link", "set", "d0", "down")
	daemon("in fault", "backup sync daemon (mcast=d1, syncid=33")
	output(t, "ip", "link", "set", "d0", "up")

	var open net.Conn
	for open == nil { // to the server that stays
		c, err := (&net.Dialer{Timeout: 10 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}}).Dial("tcp4", "192.0.2.90:80")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if says(t, c) == "10.0.0.21:80\n" {
			open = c
		}
	}
	p.reload(fmt.Sprintf(reloaded, "34", "weight 5\n uthreshold 100\n lthreshold 10", "23", second))
	const rest = "-A -t 192.0.2.90:80 -s rr\n-a -t 192.0.2.90:80 -r 10.0.0.21:80 -m -w 5\n-a -t 192.0.2.90:80 -r 10.0.0.23:80 -m -w 1\n" +
		"-A -t 192.0.2.90:81 -s wrr\n-a -t 192.0.2.90:81 -r 10.0.0.21:80 -m -w 3\n-A -t 192.0.2.91:82 -s rr\n"
	const suspended = "-a -t 192.0.2.91:82 -r 10.0.0.21:82 -m -w 1\n"
	hasTable(t, "after a reload", rest+suspended)
	daemon("after a reload", "master sync daemon (mcast=d1, syncid=34")
	if list := output(t, "ipvsadm", "-Ln", "--thresholds"); !strings.Contains(strings.Join(strings.Fields(list), " "), "-> 10.0.0.21:80 100 10 ") {
		t.Errorf("the thresholds are not there:\n%s", list)
	}
	says(t, open)
	// Nobody serves at port 82, which ha_suspend finds out only where its address is.
	time.Sleep(1500 * time.Millisecond)
	hasTable(t, "without the address of ha_suspend", rest+suspended)
	output(t, "ip", "addr", "add", "192.0.2.91/32", "dev", "lo")
	hasTable(t, "with the address of ha_suspend", rest)

	p.reload("virtual_server {")
	netlab.Eventually(t, 30*time.Second, "the refusal of a broken file", func() bool {
		return strings.Contains(p.logged(), "the running configuration stays as it is")
	})
	if table := output(t, "ipvsadm", "-Sn"); !strings.Contains(table, "10.0.0.21:80 -m -w 5") || strings.Count(table, "\n") != 6 {
		t.Errorf("a broken file changes the table:\n%s", table)
	}
	p.reload(fmt.Sprintf(reloaded, "34", "weight 2", "23", ""))
	hasTable(t, "after another", "-A -t 192.0.2.90:80 -s rr\n-a -t 192.0.2.90:80 -r 10.0.0.21:80 -m -w 2\n-a -t 192.0.2.90:80 -r 10.0.0.23:80 -m -w 1\n")
	says(t, open)
	// The connection is counted still: its service and server have not been made anew.
	if list := output(t, "ipvsadm", "-Ln"); !strings.Contains(strings.Join(strings.Fields(list), " "), "-> 10.0.0.21:80 Masq 2 1 ") {
		t.Errorf("the connection is not there:\n%s", list)
	}
	p.stop()
	hasTable(t, "at the end", "")
	if list := output(t, "ipvsadm", "-L", "--daemon"); strings.Contains(list, "sync") {
		t.Errorf("left behind: %s", list)
	}
}
