package vip_test

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Who may not change addresses hears it at the start, not when it is master.
func TestKernelWithoutPrivilege(t *testing.T) {
	for _, have := range []uint32{0, 1 << unix.CAP_NET_RAW} {
		result := make(chan error)
		go func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			caps := [2]unix.CapUserData{{Effective: have, Permitted: have}}
			if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &caps[0]); err != nil {
				t.Error(err)
			}
			k, err := vip.NewKernel(0)
			if err == nil {
				err = k.Close()
			}
			result <- err
		}()
		if err := <-result; !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "NET_ADMIN and NET_RAW") {
			t.Errorf("with capabilities %#x: %v", have, err)
		}
	}
}
