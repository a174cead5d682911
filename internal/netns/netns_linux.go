package netns

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Open opens a network namespace: a path (anything with a slash), or a name
// that `ip netns` knows. The caller closes the file, and keeps it open for as
// long as its descriptor is in use.
func Open(name string) (*os.File, error) {
	path := name
	if !strings.Contains(name, "/") {
		path = "/run/netns/" + name
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("netns: %w", err)
	}
	return f, nil
}

// Do calls fn in the network namespace fd and returns its error. What fn opens
// stays in that namespace; goroutines that fn starts do not run in it. The
// caller needs CAP_SYS_ADMIN, unless fd is zero or negative: then fn is simply
// called.
func Do(fd int, fn func() error) error {
	if fd <= 0 {
		return fn()
	}
	result := make(chan error, 1)
	go func() {
		defer close(result)
		result <- do(fd, fn)
	}()
	err, returned := <-result
	if !returned {
		return errors.New("netns: function ended its goroutine")
	}
	return err
}

func do(fd int, fn func() error) error {
	// A goroutine that ends while locked takes its thread with it: so whatever
	// goes wrong below, no thread in a foreign namespace is used again.
	runtime.LockOSThread()

	home, err := os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	if err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("netns: %w", err)
	}
	defer home.Close()

	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("netns: %w", os.NewSyscallError("setns", err))
	}
	err = fn()
	if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
		runtime.UnlockOSThread()
	}
	return err
}
