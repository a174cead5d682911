package script

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// outsiders are descendants of a program that have left its process group, as
// setsid(1) does. Signals to the group do not reach them. Those whose parents have
// ended are nobody's any more, and stay: that is how a daemon is started.
func outsiders(p *os.Process) []*os.Process {
	names, err := readNames("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	groups := map[int]int{}
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if parent, group, ok := kin(pid); ok {
				children[parent] = append(children[parent], pid)
				groups[pid] = group
			}
		}
	}
	var found []*os.Process
	for queue := []int{p.Pid}; len(queue) > 0; queue = queue[1:] {
		for _, pid := range children[queue[0]] {
			queue = append(queue, pid)
			if groups[pid] == p.Pid {
				continue
			}
			// The handle is the process's, whatever becomes of its number; that
			// it has the right one, the second look tells.
			o, err := os.FindProcess(pid)
			if err != nil {
				continue
			}
			if parent, _, ok := kin(pid); !ok || parent != queue[0] {
				_ = o.Release()
				continue
			}
			found = append(found, o)
		}
	}
	return found
}

// kin returns a process's parent and group.
func kin(pid int) (parent, group int, ok bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat") // 123 (name) S 1 123 ...
	if err != nil {
		return 0, 0, false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 3 {
		return 0, 0, false
	}
	parent, err = strconv.Atoi(string(fields[1]))
	if err != nil {
		return 0, 0, false
	}
	group, err = strconv.Atoi(string(fields[2]))
	return parent, group, err == nil
}

func readNames(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// reap collects a process that was killed if it has become ours, as in a
// container whose first process we are.
func reap(p *os.Process) { _, _ = syscall.Wait4(p.Pid, nil, syscall.WNOHANG, nil) }
