package vip_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

var errRefused = errors.New("no buffer space")

// refuseDelete makes as many attempts to remove something fail; -1: all.
func refuseDelete(k *viptest.Kernel, times int) {
	k.Fail(func(c vip.Change) error {
		if c.Op != vip.Delete || times == 0 {
			return nil
		}
		times--
		return errRefused
	})
}

// What the kernel does not remove at first is removed later: a backup must not
// keep an address.
func TestRefusedReleaseIsTriedAgain(t *testing.T) {
	var out bytes.Buffer
	logged := func(cfg *vip.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Name: "VI_1", Addresses: addresses("eth0", "192.0.2.100/32")})
		w.do(s.Acquire)
		refuseDelete(w.Kernel, 3)
		if err := s.Release(w.Context()); !errors.Is(err, errRefused) {
			w.Errorf("Release: %v", err)
		}
		time.Sleep(6999 * time.Millisecond) // 1 s, 2 s, 4 s
		w.expect("eth0 192.0.2.100/32")
		time.Sleep(2 * time.Millisecond)
		w.expect("")
		if count(&out, "removed at last") != 1 || count(&out, "no buffer space") != 2 {
			w.Errorf("log:\n%s", &out)
		}
		time.Sleep(time.Hour)
		if n := len(w.Changed()); n != 5 {
			w.Errorf("%d changes", n)
		}
	}, logged)
}

// Who becomes master again meanwhile keeps it.
func TestAcquireAfterRefusedRelease(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		w.do(s.Acquire)
		refuseDelete(w.Kernel, 1)
		_ = s.Release(w.Context())
		w.do(s.Acquire)
		time.Sleep(time.Minute)
		w.expect("eth0 192.0.2.100/32")
	})
}

// So it is with what a new configuration no longer has, or has again.
func TestUpdateWithRefusedRemoval(t *testing.T) {
	for _, again := range []bool{false, true} {
		inWorld(t, func(w world) {
			cfg := vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24", "192.0.2.5/24")}
			s := w.add(cfg)
			w.do(s.Acquire)
			refuseDelete(w.Kernel, 1)
			less := cfg
			less.Addresses = cfg.Addresses[:1]
			commit, err := w.m.Prepare(nil, vip.SetUpdate{Set: s, Config: less})
			if err != nil {
				w.Fatal(err)
			}
			if err := commit(); !errors.Is(err, errRefused) {
				w.Errorf("commit: %v", err)
			}
			want := "eth0 192.0.2.4/24"
			if again {
				w.update(vip.SetUpdate{Set: s, Config: cfg})
				want += ", eth0 192.0.2.5/24"
			}
			time.Sleep(time.Minute)
			w.expect(want)
		})
	}
}

// The end of the manager tries once more. While something is left, so is the
// note for the successor.
func TestStateFileOutlivesRefusedRelease(t *testing.T) {
	for _, refusals := range []int{1, -1} {
		file := filepath.Join(t.TempDir(), "state")
		k := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{Kernel: k, StateFile: file})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(m.CleanUp(t.Context(), s.Objects()...), s.Acquire(t.Context())); err != nil {
			t.Fatal(err)
		}
		refuseDelete(k, refusals)
		_ = s.Release(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = m.Run(ctx)
		_, noFile := os.Stat(file)
		if left := refusals < 0; left != errors.Is(err, errRefused) || left != (noFile == nil) || left != (k.String() != "eth0\n") {
			t.Errorf("%d refusals: Run: %v; file: %v; left:\n%s", refusals, err, noFile, k)
		}
	}
}
