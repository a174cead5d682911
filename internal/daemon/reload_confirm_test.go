package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// confirmStand is a reloader of a composition over the fakes.
type confirmStand struct {
	*reloader
	conf, secret string
	kernel       *viptest.Kernel
}

func (s *confirmStand) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *confirmStand) password() string {
	return string(s.c.Instances()[0].Router.Config().Password)
}

func (s *confirmStand) priority() uint8 { return s.c.Instances()[0].Router.Config().Priority }

func withConfirmStand(t *testing.T, f func(s *confirmStand, text func(priority int, more string) string)) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := &confirmStand{conf: filepath.Join(dir, "keepalived.conf"), secret: filepath.Join(dir, "secret"), kernel: viptest.NewKernel("eth0")}
		text := func(priority int, more string) string {
			return fmt.Sprintf("vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 73\n version 2\n priority %d\n authentication {\n  auth_type PASS\n  auth_pass_file %s\n }\n virtual_ipaddress {\n  192.0.2.100/24\n }\n%s}\n", priority, s.secret, more)
		}
		s.write(t, s.secret, "oldpass")
		s.write(t, s.conf, text(100, ""))
		cfg, _ := confparse.ParseFile(s.conf, confparse.Options{})
		log := slog.New(slog.NewTextHandler(t.Output(), nil))
		c, err := compose.New(cfg, compose.Options{Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: s.kernel, Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		o := Options{ConfigFile: s.conf}
		s.reloader = newReloader(o, c, newNotifications(cfg, true, log), &serviceManager{log: log}, 1, log)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- c.Run(ctx) }()
		time.Sleep(10 * time.Second)
		f(s, text)
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		s.close()
	})
}

func (s *confirmStand) reloadFor(t *testing.T, confirm time.Duration) {
	t.Helper()
	if _, err := s.reload(control.ReloadRequest{Confirm: confirm}); err != nil {
		t.Fatal(err)
	}
}

// What is undone has the secrets that it had, whatever their files say by now, or if
// they are there at all.
func TestUndoneSecrets(t *testing.T) {
	for _, gone := range []bool{false, true} {
		withConfirmStand(t, func(s *confirmStand, text func(int, string) string) {
			s.write(t, s.secret, "newpass")
			s.write(t, s.conf, text(90, ""))
			s.reloadFor(t, 3*time.Second)
			if s.password() != "newpass" || s.priority() != 90 {
				t.Errorf("password %q, priority %d", s.password(), s.priority())
			}
			if gone {
				os.Remove(s.secret)
			}
			time.Sleep(4 * time.Second)
			if s.password() != "oldpass" || s.priority() != 100 {
				t.Errorf("after it is undone: password %q, priority %d", s.password(), s.priority())
			}
			if st := s.state(); st.Hash != 1 || !strings.Contains(st.Error, "was not confirmed in time and is undone") || !st.ConfirmUntil.IsZero() {
				t.Errorf("status %+v", st)
			}
		})
	}
}

// What the kernel refuses does not make a reload that is undone one that is not.
func TestUndoneWithTrouble(t *testing.T) {
	withConfirmStand(t, func(s *confirmStand, text func(int, string) string) {
		s.write(t, s.conf, text(90, " virtual_ipaddress_excluded {\n  192.0.2.101/24\n }\n"))
		s.reloadFor(t, 3*time.Second)
		s.kernel.Fail(func(c vip.Change) error {
			if c.Op == vip.Delete {
				return os.ErrPermission
			}
			return nil
		})
		time.Sleep(4 * time.Second)
		s.kernel.Fail(nil)
		if st := s.state(); s.priority() != 100 || st.Hash != 1 || !strings.Contains(st.Error, "is undone: the configuration of") {
			t.Errorf("priority %d, status %+v", s.priority(), st)
		}
	})
}

// A reload that cannot be undone yet is undone later, unless somebody confirms it or
// reloads.
func TestUndoIsTriedAgain(t *testing.T) {
	for _, way := range []string{"by itself", "reload", "confirm"} {
		withConfirmStand(t, func(s *confirmStand, text func(int, string) string) {
			s.write(t, s.conf, text(90, ""))
			s.reloadFor(t, 3*time.Second)
			var good func() (*compose.Plan, error)
			replace := func(by func() (*compose.Plan, error)) {
				s.one.Lock()
				defer s.one.Unlock()
				good, s.undo.plan = s.undo.plan, by
			}
			replace(func() (*compose.Plan, error) { return nil, os.ErrPermission })
			time.Sleep(4 * time.Second)
			if st := s.state(); s.priority() != 90 || !strings.Contains(st.Error, "cannot be undone yet") {
				t.Errorf("%s: priority %d, status %+v", way, s.priority(), st)
			}
			want := uint8(90)
			switch way {
			case "by itself":
				replace(good)
				want = 100
			case "reload":
				s.write(t, s.conf, text(80, ""))
				s.reloadFor(t, 0)
				want = 80
			case "confirm":
				if err := s.confirm(); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(20 * time.Second)
			s.one.Lock()
			defer s.one.Unlock()
			if s.priority() != want || s.undo != nil {
				t.Errorf("%s: priority %d, want %d; undo %v", way, s.priority(), want, s.undo)
			}
		})
	}
}
