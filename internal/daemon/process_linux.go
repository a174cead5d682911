package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// applyProcess does what global_defs says about the process. We are one, where
// keepalived is three: of two nice values the lower one counts, and either
// no_swap. What is not permitted is logged and done without.
func applyProcess(cfg *confparse.Config, log *slog.Logger) {
	g := &cfg.Global
	if g.Umask != confparse.Inherited {
		unix.Umask(g.Umask)
	}
	if g.ProcessName != "" {
		try(log, "process_name", "SYS_PTRACE", os.WriteFile("/proc/self/comm", []byte(g.ProcessName), 0))
	}
	if nice := min(g.VRRP.Priority, g.Checker.Priority); nice != 0 {
		try(log, "vrrp_priority, checker_priority", "SYS_NICE", eachThread(func(tid int) error { return unix.Setpriority(unix.PRIO_PROCESS, tid, nice) }))
	}
	if len(g.VRRP.CPUs) > 0 {
		var set unix.CPUSet
		for _, cpu := range g.VRRP.CPUs {
			set.Set(cpu)
		}
		try(log, "vrrp_cpu_affinity", "SYS_NICE", eachThread(func(tid int) error { return unix.SchedSetaffinity(tid, &set) }))
	}
	if g.VRRP.NoSwap || g.Checker.NoSwap {
		try(log, "vrrp_no_swap, checker_no_swap", "IPC_LOCK", lockMemory())
	}
}

func try(log *slog.Logger, keywords, capability string, err error) {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EPERM):
		log.Warn(keywords+" has no effect: the capability "+capability+" is missing", "err", err)
	case err != nil:
		log.Warn(keywords+" has no effect", "err", err)
	}
}

// eachThread does something to every thread of ours. Those that come later
// inherit it; two rounds catch what came during the first.
func eachThread(do func(tid int) error) error {
	for range 2 {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range tasks {
			tid, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			if err := do(tid); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
	}
	return nil
}

// mayLock reports whether locked memory is without a limit for us, as it is with
// CAP_IPC_LOCK.
func mayLock() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective>>unix.CAP_IPC_LOCK&1 == 1
}

// lockMemory keeps what we use in memory. A limit on locked memory would make
// allocations fail later, and end us: under one, nothing is locked.
func lockMemory() error {
	unlimited := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &now); err != nil {
		return err
	}
	if now.Cur != unlimited.Cur && !mayLock() {
		if err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unlimited); err != nil {
			return fmt.Errorf("the limit of locked memory is %d bytes (LimitMEMLOCK=infinity in the unit lifts it): %w", now.Cur, err)
		}
	}
	// Pages are locked when they are touched: what the runtime has only reserved
	// stays what it is.
	const onFault = 4 // MCL_ONFAULT
	return unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | onFault)
}
