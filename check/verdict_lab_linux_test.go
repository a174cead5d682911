//go:build !race

package check_test

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// TestVerdicts asks keepalived 2.2.7, in a guest whose kernel has IPVS, about
// every behaviour of the table. That ours are as the table says is
// TestBehaviours' to show; here keepalived's column is measured, and every difference
// has its reason. The guest is never under the race detector: there it would only run once more.
func TestVerdicts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 20 s")
	}
	netlab.Require(t, netlab.Keepalived)
	if umllab.Run(t, "ip_vs", "ip_vs_rr") {
		return
	}
	cases := verdicts()
	var conf strings.Builder
	fifo := filepath.Join(t.TempDir(), "fifo")
	fmt.Fprintf(&conf, "global_defs {\n lvs_notify_fifo %s\n}\n", fifo)
	index := map[string]int{}
	for i, v := range cases {
		addr := v.start(t)
		proto := "TCP"
		if strings.HasPrefix(v.block, "UDP") || strings.HasPrefix(v.block, "DNS") {
			proto = "UDP"
		}
		// keepalived tells a first success only with alpha, and a first failure of
		// HTTP_GET only without: one of the two virtual servers has the news.
		for n, alpha := range []string{"", "alpha\n"} {
			vs := netip.AddrPortFrom(netip.MustParseAddr("10.9.9.9"), uint16(1000+2*i+n))
			index[fmt.Sprintf("[%v]:%s:%d", vs.Addr(), strings.ToLower(proto), vs.Port())] = i
			fmt.Fprintf(&conf, "virtual_server %v %d {\n delay_loop 2\n lvs_sched rr\n lvs_method NAT\n protocol %s\n"+
				" real_server %v %d {\n %s %s connect_timeout 2\n warmup 3\n retry 0\n }\n }\n}\n",
				vs.Addr(), vs.Port(), proto, addr.Addr(), addr.Port(), alpha, v.block)
		}
	}
	verdict := keepalivedVerdicts(t, conf.String(), fifo, index)

	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for i, v := range cases {
		got := verdict[i]
		if got == "" {
			got = "-"
		}
		ours := "down"
		if v.ours == "ok" {
			ours = "up"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", i+1, v.name, got, ours, v.why)
		if got != v.keepalived {
			t.Errorf("%s: keepalived says %s, the table %s", v.name, got, v.keepalived)
		}
		if (got == ours) != (v.why == "") {
			t.Errorf("%s: keepalived says %s, we %s, because: %q", v.name, got, ours, v.why)
		}
	}
	w.Flush()
	t.Logf("behaviour, keepalived, ours, why:\n%s", &table)
}

// keepalivedVerdicts returns the first verdict on each behaviour.
func keepalivedVerdicts(t *testing.T, conf, fifo string, index map[string]int) map[int]string {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(in("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("keepalived", "-n", "-l", "-D", "-G", "-C", "-f", in("conf"), "-p", in("pid"), "-c", in("checkers"))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pipe, err := openPipe(fifo, 5*time.Second)
	if err != nil {
		text, _ := os.ReadFile(in("log"))
		t.Fatalf("%v\n%s", err, text)
	}
	verdicts := map[int]string{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		readVerdicts(pipe, index, verdicts)
	}()
	time.Sleep(12 * time.Second)
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	pipe.Close()
	<-done
	if len(verdicts) == 0 {
		text, _ := os.ReadFile(in("log"))
		t.Fatalf("no verdict\n%s", text)
	}
	return verdicts
}

// openPipe opens keepalived's FIFO for reading once it exists.
func openPipe(path string, patience time.Duration) (*os.File, error) {
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err == nil || time.Now().After(end) {
			return f, err
		}
	}
}

// readVerdicts reads "RS [127.0.0.1]:tcp:80 [10.9.9.9]:tcp:1000 UP" lines, of
// which the first for each virtual server counts.
func readVerdicts(r io.Reader, index map[string]int, verdicts map[int]string) {
	for s := bufio.NewScanner(r); s.Scan(); {
		f := strings.Fields(strings.Trim(s.Text(), "\x00"))
		if len(f) != 4 || f[0] != "RS" {
			continue
		}
		if i, ok := index[f[2]]; ok && verdicts[i] == "" {
			verdicts[i] = strings.ToLower(f[3])
		}
	}
}
