package umllab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// start starts the guest's kernel as a process group of its own, which the end
// of cmd's context ends: a guest's processes are processes of the host, too.
func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if !wideRegisters() {
		return cmd.Start()
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread, with its filter, ends with the goroutine
		err := hideXState()
		if err == nil {
			err = cmd.Start()
		}
		started <- err
	}()
	return <-started
}

// wideRegisters reports whether this processor's register state is larger
// than Debian 12's linux.uml can hold: it panics at once where there is AMX.
func wideRegisters() bool {
	info, err := os.ReadFile("/proc/cpuinfo")
	return err == nil && bytes.Contains(info, []byte(" amx_tile"))
}

// narrow is the environment in which the C library, OpenSSL and Go programs use
// no registers beyond those of SSE. Where the extended state is hidden from the
// guest's kernel, which then does not preserve it, all of its programs need this.
func narrow() []string {
	if !wideRegisters() {
		return nil
	}
	return []string{
		"GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load",
		// Go's collector asks for parts of AVX-512 by their own names.
		"GODEBUG=cpu.avx=off,cpu.avx2=off,cpu.avx512f=off,cpu.avx512cd=off,cpu.avx512bw=off,cpu.avx512dq=off,cpu.avx512vl=off",
		"OPENSSL_ia32cap=~0x1000000000000000:0", // no AVX; nothing of what came with AVX2 or later
	}
}

// hideXState makes ptrace fail for the calling thread, and for what it starts,
// where it would read the extended register state. The guest's kernel asks
// once and then makes do with the state that every processor has.
func hideXState() error {
	const (
		dataNr, dataArg0, dataArg2 = 0, 16, 32 // in struct seccomp_data, low words
		noteXState                 = 0x202     // NT_X86_XSTATE
		allow                      = 0x7fff0000
		fail                       = 0x00050000 | uint32(unix.EINVAL)
	)
	prog, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: dataNr, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_PTRACE, SkipTrue: 5},
		bpf.LoadAbsolute{Off: dataArg0, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PTRACE_GETREGSET, SkipTrue: 3},
		bpf.LoadAbsolute{Off: dataArg2, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: noteXState, SkipTrue: 1},
		bpf.RetConstant{Val: fail},
		bpf.RetConstant{Val: allow},
	})
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: (*unix.SockFilter)(unsafe.Pointer(&prog[0]))}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&fprog)), 0, 0); err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}
