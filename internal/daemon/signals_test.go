//go:build unix

package daemon

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// waiting starts the test binary as a daemon whose log goes to stderr.
func waiting(t *testing.T, stderr *os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DAEMON_TEST_WAIT=1")
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

// end sends signals and returns how the process ended, "" if it had status 0.
func end(t *testing.T, cmd *exec.Cmd, signals ...syscall.Signal) string {
	t.Helper()
	for _, s := range signals {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		return err.Error()
	}
	return ""
}

// A log that nobody reads any more must not end the daemon: it would leave its
// addresses behind.
func TestLogReaderGone(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := waiting(t, w)
	w.Close()
	r.Close()
	if how := end(t, cmd, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGTERM); how != "" {
		t.Errorf("the daemon ended with %s", how)
	}
}

// Nor must a log that nobody reads, which is full, keep it from ending.
func TestLogReaderStuck(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(make([]byte, 1<<20)) // until it is full
	cmd := waiting(t, w)
	if how := end(t, cmd, syscall.SIGHUP, syscall.SIGHUP, syscall.SIGTERM); how != "" {
		t.Errorf("the daemon ended with %s", how)
	}
}
