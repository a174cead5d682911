package main

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain makes this test binary check-once for those who ask for it.
func TestMain(m *testing.M) {
	if os.Getenv("CHECK_ONCE") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestCheckOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	for _, tt := range []struct {
		args string
		code int
		out  string
	}{
		{"tcp " + addr, 0, "ok: connected to " + addr},
		{"-t 50ms http " + addr + " /", 1, "timeout: "},
		{"-t 50ms smtp " + addr, 1, "timeout: "},
		{"-t 50ms https " + addr + " /", 1, "timeout: TLS with " + addr},
		{"-t 50ms grpc " + addr + " my.Service", 1, "timeout: gRPC " + addr + " my.Service"},
		{"udp " + addr, 1, "refused: "},
		{"unix /no/such.sock", 1, "refused: "},
		{"haproxy /no/such.sock www", 1, "refused: "},
		{"file /no/such/file", 0, "ok: /no/such/file does not exist"},
		{"process no-such-process", 1, "failed: process no-such-process: 0 running"},
		{"run false", 1, "exit: exited with status 1"},
		{"run echo all is well", 0, "ok: exited with status 0"},
		{"ping nowhere", 2, `check-once: ping of "nowhere": want an address`},
		{"tcp here", 2, `check-once: tcp of "here": want ADDRESS:PORT`},
		{"-h", 0, "usage: check-once [-t TIME] KIND"},
		{"", 2, "check-once: there is no check \"\"; there are\n  tcp, udp,"},
		{"magic 127.0.0.1:1", 2, `check-once: there is no check "magic"`},
	} {
		cmd := exec.Command(os.Args[0], strings.Fields(tt.args)...)
		cmd.Env = append(os.Environ(), "CHECK_ONCE=1")
		out, _ := cmd.CombinedOutput() // the status says
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.HasPrefix(string(out), tt.out) {
			t.Errorf("%s: status %d, %s", tt.args, code, out)
		}
	}
	l.Close()
}

// TestInterrupted: the program that is run ends with us.
func TestInterrupted(t *testing.T) {
	cmd := exec.Command(os.Args[0], "run", "sh", "-c", "echo on its way; kill -TERM $PPID; sleep 1000")
	cmd.Env = append(os.Environ(), "CHECK_ONCE=1")
	out, _ := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 1 || string(out) != "cancelled: was stopped\non its way\n" {
		t.Errorf("status %d, %q", code, out)
	}
}
