package main_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Seeds 000.12, 000.13 and 003.25: signals write keepalived's files, also when
// they are gone, and the parsers of the seeds understand them.
func TestSeed000Dumps(t *testing.T) {
	s := newStand(t)
	proc := s.startWith(s.a, conf000("MASTER", "150", s.script("notify", "exit 0")), append(os.Environ(), "TMPDIR="+s.dir))
	s.waitHolders(t, "192.0.2.14", "a", 10*time.Second)

	parse := `grep -A 5 'VRRP Topology' ` + s.file("keepalived.data") + ` | grep State | awk '{print $3}'`
	for range 2 {
		s.signal(t, proc.Signal, syscall.SIGUSR1, "keepalived.data")
		if got := strings.TrimSpace(s.a.Run("sh", "-c", parse)); got != "MASTER" {
			t.Errorf("the seed's parser says %q", got)
		}
		if err := os.Remove(s.file("keepalived.data")); err != nil {
			t.Fatal(err)
		}
	}
	s.signal(t, proc.Signal, syscall.SIGUSR2, "keepalived.stats")
	if text := s.read("keepalived.stats"); !strings.HasPrefix(text, "VRRP Instance: ") || !strings.Contains(text, "\n  Became master: 1\n") {
		t.Errorf("statistics:\n%s", text)
	}
	lite, err := program()
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(strings.TrimSpace(s.a.Run(lite, "--signum=JSON")))
	if err != nil {
		t.Fatal(err)
	}
	s.signal(t, proc.Signal, syscall.Signal(number), "keepalived.json")
	var list []struct{ Data struct{ State int } }
	if err := json.Unmarshal([]byte(s.read("keepalived.json")), &list); err != nil || len(list) == 0 || list[0].Data.State != 2 {
		t.Errorf("%v, %s", err, s.read("keepalived.json"))
	}
}

// signal sends a signal and waits for the file that it makes appear.
func (s *stand) signal(t *testing.T, send func(syscall.Signal), sig syscall.Signal, name string) {
	t.Helper()
	send(sig)
	for end := time.Now().Add(time.Second); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(s.file(name)); err == nil {
			if info.Mode() != 0o600 {
				t.Errorf("%s: mode %v", name, info.Mode())
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no %s a second after %v", name, sig)
		}
	}
}
