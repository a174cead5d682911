//go:build unix

package script

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		netlab.Missing(t, "needs root, to become other users")
	}
}

func TestLookupIdentity(t *testing.T) {
	for _, tt := range []struct {
		user, group   string
		supplementary bool
		want          string // error
		uid, gid      uint32
	}{
		{"root", "", false, "", 0, 0},
		{"0", "", false, "", 0, 0},
		{"root", "daemon", false, "", 0, 1},
		{"root", "4711", false, "", 0, 4711},
		{"root", "", true, "", 0, 0},
		{"4711", "4712", false, "", 4711, 4712},
		{"4711", "", false, "user 4711 has no account to take groups from: give a group, without supplementary ones", 0, 0},
		{"4711", "4712", true, "user 4711 has no account to take groups from: give a group, without supplementary ones", 0, 0},
		{"no-such-user", "", false, `user "no-such-user" does not exist`, 0, 0},
		{"root", "no-such-group", false, `group "no-such-group" does not exist`, 0, 0},
		{"", "", false, `user "" does not exist`, 0, 0},
	} {
		id, err := LookupIdentity(tt.user, tt.group, tt.supplementary)
		switch {
		case tt.want != "":
			if err == nil || err.Error() != tt.want {
				t.Errorf("%q:%q: got %v, want %s", tt.user, tt.group, err, tt.want)
			}
		case err != nil:
			t.Errorf("%q:%q: %v", tt.user, tt.group, err)
		case id.UID != tt.uid || id.GID != tt.gid || tt.supplementary != (len(id.Groups) > 0):
			t.Errorf("%q:%q: got %+v", tt.user, tt.group, id)
		}
	}
}

func TestOtherUser(t *testing.T) {
	needRoot(t)
	id := &Identity{Name: "tester", UID: 4711, GID: 4712, Groups: []uint32{4713, 4714}}
	r := Run(t.Context(), Command{Argv: []string{"sh", "-c", "id -u; id -g; id -G"}, User: id}, time.Second)
	if want := "4711\n4712\n4712 4713 4714"; r.Output != want {
		t.Errorf("%v, output %q, want %q", r, r.Output, want)
	}
	id.Groups = nil
	if r := Run(t.Context(), Command{Argv: []string{"id", "-G"}, User: id}, time.Second); r.Output != "4712" {
		t.Errorf("groups %q, want no supplementary ones", r.Output)
	}

	private := file(t, 0o700, "#!/bin/sh\n")
	r = Run(t.Context(), Command{Argv: []string{private}, User: id}, time.Second)
	if !errors.Is(r.Err, os.ErrPermission) || !strings.Contains(r.String(), "for user tester (mode 0700): chmod +x "+private) {
		t.Errorf("root's file: %v", r)
	}
	private = file(t, 0o755, "#!/bin/sh\n")
	if err := os.Chmod(strings.TrimSuffix(private, "/script.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	r = Run(t.Context(), Command{Argv: []string{private}, User: id}, time.Second)
	if !errors.Is(r.Err, os.ErrPermission) || !strings.Contains(r.String(), "for user tester: a directory on the way") {
		t.Errorf("root's directory: %v", r)
	}
}

// TestBecomeRoot: an unprivileged process cannot run a script as root, and says
// so. The test runs itself as another user for that.
func TestBecomeRoot(t *testing.T) {
	root := &Identity{Name: "root"}
	if os.Geteuid() == 0 {
		binary := file(t, 0o755, "")
		b, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			netlab.Missing(t, "needs /proc/self/exe: %v", err)
		}
		dir := strings.TrimSuffix(binary, "/script.sh")
		for _, err := range []error{os.WriteFile(binary, b, 0o755), os.Chmod(dir, 0o755), os.Chmod(dir+"/..", 0o755)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), binary, "-test.run=^TestBecomeRoot$", "-test.v")
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4711, Gid: 4712}}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestBecomeRoot") {
			t.Fatalf("as another user: %v\n%s", err, out)
		}
		return
	}
	r := Run(t.Context(), Command{Argv: []string{"/bin/true"}, User: root}, time.Second)
	if r.OK() || !errors.Is(r.Err, syscall.EPERM) || !strings.Contains(r.String(), "/bin/true: cannot become user root as user ") {
		t.Errorf("got %v", r)
	}
	self := &Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
	if r := Run(t.Context(), Command{Argv: []string{"/bin/true"}, User: self}, time.Second); !r.OK() {
		t.Errorf("as ourselves: %v", r)
	}
}
