package daemon

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// process is a daemon in a process of its own, and what it logs.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	conf string

	mu  sync.Mutex
	log bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func startProgram(t *testing.T, text string) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{t: t, conf: filepath.Join(dir, "keepalived.conf")}
	p.write(text)
	p.cmd = exec.Command(os.Args[0], "-f", p.conf, "-p", filepath.Join(dir, "pid"))
	p.cmd.Env = append(os.Environ(), "DAEMON_TEST_MAIN=1")
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Log(p.logged())
		}
	})
	return p
}

func (p *process) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.conf, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// reload has it read text by SIGHUP.
func (p *process) reload(text string) {
	p.t.Helper()
	p.write(text)
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		p.t.Fatal(err)
	}
}

// stop ends it by SIGTERM. One that hangs says where.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	timer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Signal(syscall.SIGQUIT) })
	defer timer.Stop()
	if err := p.cmd.Wait(); err != nil {
		p.t.Error(err)
	}
}

// echo has servers listen at addresses of a network namespace. They say which
// one they are whenever they are asked.
func echo(t *testing.T, namespace string, addresses ...string) {
	t.Helper()
	fd, err := unix.Open("/run/netns/"+namespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for _, a := range addresses {
		var l net.Listener
		if err := netns.Do(fd, func() (err error) {
			l, err = net.Listen("tcp4", a)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					for in := bufio.NewScanner(c); in.Scan(); {
						fmt.Fprintln(c, a)
					}
					c.Close()
				}()
			}
		}()
	}
}

// says asks at the other end of a connection who it is.
func says(t *testing.T, c net.Conn) string {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintln(c, "who")
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Errorf("a connection is broken: %v", err)
	}
	return answer
}
