package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// asInstalled runs a command where /etc/keepalived, /run and /tmp are the
// stand's: $1/etc, a new one, and $1/tmp. $2 is the program.
const asInstalled = `mount --bind "$1/etc" /etc/keepalived && mount -t tmpfs tmpfs /run && mkdir /run/sbin &&
cp "$2" /run/sbin/keepalived-lite && mount --bind "$1/tmp" /tmp && shift 2 && exec "$@"`

// The daemon as the unit starts it, with all files where they are by default.
func prove000Installed(t *testing.T, p seedRun) {
	s := p.stand(t, "unshare", "nsenter", netlab.Keepalived) // whose package makes /etc/keepalived
	for _, dir := range []string{"etc", "tmp"} {
		if err := os.Mkdir(s.file(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	// The script of the text keeps the state for the monitoring's own script.
	s.script("etc/notify.sh", `echo $3 >/var/run/keepalived.state
case $3 in MASTER|BACKUP|FAULT) exit 0;; *) exit 1;; esac`)
	s.script("etc/local-check", `case $(cat /var/run/keepalived.state) in
MASTER) echo '0 "VRRP State" - Master';; BACKUP) echo '1 "VRRP State" - Backup';; *) echo '2 "VRRP State" - Kaputt!';; esac`)
	s.write("etc/keepalived.conf", conf000("MASTER", "200", "/etc/keepalived/notify.sh"))
	unit, err := os.ReadFile("systemd/keepalived-lite.service")
	if err != nil {
		t.Fatal(err)
	}
	command := strings.Fields(regexp.MustCompile(`(?m)^ExecStart=(/usr/sbin/keepalived-lite .*)$`).FindStringSubmatch(string(unit))[1])
	lite, err := program()
	if err != nil {
		t.Fatal(err)
	}
	m := newManager(t, s.file("tmp"))
	start := exec.Command("unshare", "-m", "sh", "-c", asInstalled, "sh", s.dir, lite, "/run/sbin/keepalived-lite")
	start.Env = append(os.Environ(), "NOTIFY_SOCKET=/tmp/notify.sock", "TMPDIR=") // it has a /tmp of its own
	proc := s.a.StartCmd(start)
	inside := func(t testing.TB, command string) string {
		t.Helper()
		out, err := exec.Command("nsenter", "-t", strconv.Itoa(proc.PID()), "-m", "-n", "sh", "-c", "PATH=/run/sbin:$PATH; "+command).CombinedOutput()
		if err != nil {
			t.Logf("%s: %v", command, err)
		}
		return strings.TrimSpace(string(out))
	}
	p.item(t, "000.1, D9 the unit's command finds keepalived.conf, and nothing else is needed", func(t *step) {
		m.wait(t, "READY=1")
		if options := strings.Join(command[1:], " "); options != "$KEEPALIVED_OPTIONS $DAEMON_ARGS" { // which may be unset
			t.Errorf("the unit's options are %q", options)
		}
		if pid := inside(t, "cat /run/keepalived.pid"); pid != strconv.Itoa(proc.PID()) {
			t.Errorf("/run/keepalived.pid has %q", pid)
		}
	})
	p.item(t, "002.1 the unit stands in for keepalived's, and has one status line", func(t *step) {
		m.wait(t, "STATUS=1 MASTER, 0 BACKUP, 0 FAULT")
		netlab.Require(t, "systemctl")
		root := t.TempDir()
		if err := os.MkdirAll(filepath.Join(root, "lib/systemd/system"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "lib/systemd/system/keepalived-lite.service"), unit, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("systemctl", "--root="+root, "enable", "keepalived-lite").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		to, err := os.Readlink(filepath.Join(root, "etc/systemd/system/keepalived.service"))
		if t.Logf("keepalived.service is %s", to); err != nil || filepath.Base(to) != "keepalived-lite.service" {
			t.Error(err)
		}
	})
	checks := func(t testing.TB, want string) {
		t.Helper()
		netlab.Eventually(t, 5*time.Second, want, func() bool { return inside(t, "/etc/keepalived/local-check") == want })
	}
	p.item(t, "000.11, 000.14 the text's local check while MASTER", func(t *step) { checks(t, `0 "VRRP State" - Master`) })
	p.item(t, "000.14 our own check needs no state file", func(t *step) {
		out := inside(t, "keepalived-lite check --format=checkmk")
		if t.Log(out); !regexp.MustCompile(`^0 "Keepalived proxy" priority=200\S* `).MatchString(out) {
			t.Error("which is wrong")
		}
	})
	dump := func(t testing.TB, send, name string) string {
		t.Helper()
		if out := inside(t, send); out != "" {
			t.Fatal(out)
		}
		begin := time.Now()
		netlab.Eventually(t, time.Second, "/tmp/"+name, func() bool { return inside(t, "ls /tmp/"+name) == "/tmp/"+name })
		t.Logf("%s after %v", name, time.Since(begin).Round(time.Millisecond))
		if info, err := os.Stat(s.file("tmp/" + name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", err, info)
		}
		return s.read("tmp/" + name)
	}
	for _, when := range []string{"for the first time", "after it was deleted"} {
		p.item(t, "000.12 USR1 to the pid file, "+when, func(t *step) {
			dump(t, "kill -USR1 $(cat /var/run/keepalived.pid)", "keepalived.data")
		})
		p.item(t, "000.13 the text's parser, "+when, func(t *step) {
			got := inside(t, `grep -A 5 'VRRP Topology' /tmp/keepalived.data | grep State | awk '{print $3}'`)
			if t.Logf("it says %q", got); got != "MASTER" {
				t.Error("which is wrong")
			}
		})
		_ = os.Remove(s.file("tmp/keepalived.data"))
	}
	p.item(t, "003.25 USR2 to the pid file", func(t *step) {
		text := dump(t, "kill -USR2 $(cat /var/run/keepalived.pid)", "keepalived.stats")
		for _, want := range []string{"\n  Advertisements:\n    Received: ", "\n    Sent: ", "\n  Became master: 1\n", "\n  Released master: 0\n", " Errors:\n"} {
			if !strings.HasPrefix(text, "VRRP Instance: proxy\n") || !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	})
	p.item(t, "D9 the signal for JSON", func(t *step) {
		text := dump(t, "kill -$(keepalived-lite --signum=JSON) $(cat /run/keepalived.pid)", "keepalived.json")
		var list []struct{ Data struct{ State int } }
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 || list[0].Data.State != 2 {
			t.Errorf("%v\n%s", err, text)
		}
	})
	s.a.SetLink("eth0", false)
	p.item(t, "000.11, 000.14 the text's local check while in FAULT", func(t *step) { checks(t, `2 "VRRP State" - Kaputt!`) })
	s.a.SetLink("eth0", true)
	p.item(t, "000.14 the text's local check while BACKUP", func(t *step) { checks(t, `1 "VRRP State" - Backup`) })
	p.item(t, "000.14 our own check of a daemon that has ended", func(t *step) {
		sleeper := exec.Command("nsenter", "-t", strconv.Itoa(proc.PID()), "-m", "-n", "sleep", "60") // keeps /run
		if err := sleeper.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
		netlab.Eventually(t, time.Second, "its shell", func() bool {
			name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", sleeper.Process.Pid))
			return string(name) == "sleep\n"
		})
		proc.Stop()
		out, _ := exec.Command("nsenter", "-t", strconv.Itoa(sleeper.Process.Pid), "-m", "-n", "/run/sbin/keepalived-lite", "check", "--format=checkmk").CombinedOutput()
		if t.Log(string(out)); !strings.HasPrefix(string(out), "2 ") || !strings.Contains(string(out), "no daemon answers") {
			t.Error("which is wrong")
		}
	})
}
