package daemon

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// served has two servers, of which one is needed.
const served = `
global_defs {
    lvs_notify_fifo %[1]s/fifo
    script_user root
}
virtual_server 192.0.2.100 80 {
    protocol TCP
    lb_algo rr
    lb_kind NAT
    delay_loop 0.5
    warmup 0
    delay_before_retry 0.2
    quorum_up %[1]s/script
    quorum_down "%[1]s/script down"
    omega
    real_server 127.0.1.1 80 {
        notify_up "%[1]s/script 1 up"
        notify_down "%[1]s/script 1 down"
        TCP_CHECK {
            connect_timeout 1
        }
    }
    real_server 127.0.1.2 80 {
        TCP_CHECK {
            connect_timeout 1
        }
    }
}
`

// Virtual servers of a daemon on the kernel's IPVS, in one guest.
func TestServers(t *testing.T) {
	netlab.Require(t, netlab.Keepalived, "ipvsadm", "ip")
	if umllab.Run(t, "ip_vs", "ip_vs_rr", "ip_vs_wrr", "veth", "dummy") {
		return
	}
	t.Run("notifications are keepalived's", testServersLikeKeepalived)
	t.Run("dump is keepalived's", testServersDump)
	t.Run("reload", testReloadServers)
	t.Run("checks", testChecks) // with the network of the reload
}

// What pipes and scripts hear of servers is what keepalived tells them, word by
// word and in its order.
func testServersLikeKeepalived(t *testing.T) {
	theirs := tellServers(t, func(dir string) (stop func()) {
		in := func(name string) string { return filepath.Join(dir, name) }
		cmd := exec.Command("keepalived", "-n", "-l", "-D", "-G", "-C", "-f", in("keepalived.conf"), "-p", in("pid"), "-r", in("vrrp.pid"), "-c", in("checkers.pid"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }
	})
	ours := tellServers(t, func(dir string) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- Run(ctx, Options{ConfigFile: filepath.Join(dir, "keepalived.conf")}, slog.New(slog.DiscardHandler))
		}()
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	if d := cmp.Diff(theirs, ours); d != "" {
		t.Errorf("(-keepalived +ours):\n%s", d)
	}
	if len(theirs) < 10 {
		t.Errorf("keepalived tells only %q", theirs)
	}
}

// tellServers has a daemon live through the death and return of its servers, and
// returns what it tells.
func tellServers(t *testing.T, start func(dir string) (stop func())) (told []string) {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(in(name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("keepalived.conf", fmt.Sprintf(served, dir), 0o600)
	write("script", "#!/bin/sh\necho \"script $*\" >>"+in("scripts")+"\n", 0o700)
	if err := unix.Mkfifo(in("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	fifo, err := os.OpenFile(in("fifo"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	go func() {
		for s := bufio.NewScanner(fifo); s.Scan(); {
			mu.Lock()
			told = append(told, strings.Trim(s.Text(), "\x00"))
			mu.Unlock()
		}
	}()
	defer fifo.Close()
	// settle waits for so many lines in all, then until nothing more is told and no
	// script runs for a while. A guest on a busy machine takes its time.
	settle := func(lines int) {
		t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		last := ""
		for quiet := 0; quiet < 8; quiet++ {
			time.Sleep(200 * time.Millisecond)
			scripts, _ := os.ReadFile(in("scripts"))
			mu.Lock()
			n := len(told)
			mu.Unlock()
			if now := fmt.Sprint(n, len(scripts)); now != last || n < lines {
				last, quiet = now, 0
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d lines of %d after half a minute", n, lines)
			}
		}
	}
	listen := func(address string) net.Listener {
		t.Helper()
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
		return l
	}
	one, two := listen("127.0.1.1:80"), listen("127.0.1.2:80")
	stop := start(dir)
	settle(1)
	one.Close()
	settle(2)
	two.Close()
	settle(4)
	one = listen("127.0.1.1:80")
	defer one.Close()
	settle(6)
	scripts, _ := os.ReadFile(in("scripts")) // not those of the end, which keepalived may kill
	stop()
	settle(8)
	mu.Lock()
	defer mu.Unlock()
	lines := slices.Sorted(strings.Lines(string(scripts))) // they run side by side
	return append(slices.Clone(told), lines...)
}
