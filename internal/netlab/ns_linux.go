package netlab

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

const netnsDir = "/run/netns/"

// inNS runs fn in the network namespace of that name.
func inNS(name string, fn func() error) error {
	ns, err := netns.Open(name)
	if err != nil {
		return err
	}
	defer ns.Close()
	return netns.Do(int(ns.Fd()), fn)
}

func canMakeNamespaces() error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		result <- unix.Unshare(unix.CLONE_NEWNET)
	}()
	return <-result
}

// processes returns the pids, other than our own, in a network namespace.
func processes(name string) []int {
	var st unix.Stat_t
	if unix.Stat(netnsDir+name, &st) != nil {
		return nil
	}
	want := fmt.Sprintf("net:[%d]", st.Ino)
	dirs, _ := os.ReadDir("/proc")
	var pids []int
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if ns, err := os.Readlink("/proc/" + d.Name() + "/ns/net"); err == nil && ns == want {
			pids = append(pids, pid)
		}
	}
	return pids
}

// signalAll signals every process of a namespace and returns how many there were.
func signalAll(name string, sig unix.Signal) int {
	pids := processes(name)
	for _, pid := range pids {
		_ = unix.Kill(pid, sig)
	}
	return len(pids)
}

// killAll ends every process of a namespace at once. They are stopped first:
// none can notice another's end and act on it, as keepalived's children do.
func killAll(name string) {
	signalAll(name, unix.SIGSTOP)
	for signalAll(name, unix.SIGKILL) > 0 {
		unix.Nanosleep(&unix.Timespec{Nsec: 2e6}, nil)
	}
}
