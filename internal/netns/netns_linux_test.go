package netns_test

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netns"
)

func interfaces(t *testing.T) string {
	t.Helper()
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range list {
		names = append(names, i.Name+"="+i.HardwareAddr.String())
	}
	return strings.Join(names, " ")
}

func TestDo(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	f, err := netns.Open(h.Netns())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	home := interfaces(t)

	// Many at once, so that threads are reused if any is left behind wrongly.
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			var inside string
			if err := netns.Do(int(f.Fd()), func() error { inside = interfaces(t); return nil }); err != nil {
				t.Error(err)
			}
			if !strings.Contains(inside, "eth0=02:00:00:00:01:00") {
				t.Errorf("inside: %s", inside)
			}
			runtime.Gosched()
			if now := interfaces(t); now != home {
				t.Errorf("afterwards: %s, before: %s", now, home)
			}
		})
	}
	wg.Wait()
}

func TestDoErrors(t *testing.T) {
	mine := errors.New("mine")
	for _, fd := range []int{0, -1} {
		if err := netns.Do(fd, func() error { return mine }); err != mine {
			t.Errorf("Do(%d): %v", fd, err)
		}
	}
	f, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	called := false
	if err := netns.Do(int(f.Fd()), func() error { called = true; return nil }); err == nil || called {
		t.Errorf("a file that is no namespace: %v, called %v", err, called)
	}
	if _, err := netns.Open("no-such-namespace"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open: %v", err)
	}
}

func TestDoSurvivesGoexit(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	if err := netns.Do(h.NS(), func() error { runtime.Goexit(); return nil }); err == nil {
		t.Error("no error")
	}
}
