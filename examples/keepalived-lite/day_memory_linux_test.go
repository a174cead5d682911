package main_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// memoryRoot is where memory cgroups are made, with the name of their limit and
// what ends it: of cgroup v1, else of v2. Without either, nothing is squeezed.
func memoryRoot() (root, limit, none string) {
	if root = "/sys/fs/cgroup/memory"; exists(filepath.Join(root, "memory.limit_in_bytes")) || exists(filepath.Join(root, "cgroup.procs")) {
		return root, "memory.limit_in_bytes", "-1"
	}
	return "/sys/fs/cgroup", "memory.high", "max"
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// squeeze leaves the daemon a little more memory than its data, so that the
// kernel takes the pages of the program away again and again.
func (n *dayNode) squeeze(t *testing.T) {
	root, limit, _ := memoryRoot()
	group := filepath.Join(root, "vrrpkit-"+n.host.Netns())
	if n.group == "" {
		if err := os.Mkdir(group, 0o755); err != nil {
			t.Log("nothing is squeezed:", err)
			return
		}
		n.group = group
		t.Cleanup(func() { _ = os.Remove(group) })
	}
	pid := []byte(strconv.Itoa(n.PID()))
	if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), pid, 0); err != nil {
		t.Log("nothing is squeezed:", err)
		return
	}
	bytes := strconv.Itoa(24 << 20)
	if err := os.WriteFile(filepath.Join(group, limit), []byte(bytes), 0); err != nil {
		t.Log("nothing is squeezed:", err)
	}
}

// release gives the memory back.
func (n *dayNode) release() {
	if n.group != "" {
		_, limit, none := memoryRoot()
		_ = os.WriteFile(filepath.Join(n.group, limit), []byte(none), 0)
	}
}
