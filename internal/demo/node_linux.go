package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// spaceNode is a node: a process in a network namespace that lives as long as
// the process, with cables to the bridges.
type spaceNode struct {
	process *process
	ns      *os.File
	ports   []int // the bridges' ends of its cables
	stop    context.CancelFunc
	wg      sync.WaitGroup // whoever watches it
}

// linkTime is how long an interface may take to come up.
const linkTime = 2 * time.Second

// boot makes a node and its network. Its program waits.
func (l *spaces) boot(node int) (n *spaceNode, err error) {
	ctx, stop := context.WithCancel(context.Background())
	n = &spaceNode{stop: stop}
	defer func() {
		if err != nil {
			_ = n.destroy(l.conn)
		}
	}()
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Setpgid: true} // Ctrl-C is for us
	n.process, err = spawn(stage{Node: true, Configs: [2]string{l.configs[node]}}, attr, func(cmd *exec.Cmd) {
		cmd.Stdout, cmd.Stderr = l.logs[node], l.logs[node]
	})
	if err != nil {
		n.process = nil
		return n, err
	}
	if n.ns, err = os.Open(fmt.Sprintf("/proc/%d/ns/net", n.process.cmd.Process.Pid)); err != nil {
		return n, err
	}
	conn, err := netlinkx.Dial(int(n.ns.Fd()))
	if err != nil {
		return n, err
	}
	defer conn.Close()
	if err := configure(conn, "lo", nil); err != nil {
		return n, err
	}
	for i, f := range l.plan.interfaces[node] {
		port := fmt.Sprintf("%s%d", strings.ToLower(name(node)), i)
		if err := l.connect(n, port, f, hardwareAddr(node, i)); err != nil {
			return n, fmt.Errorf("a cable: %w", err)
		}
		if err := configure(conn, f.name, f.addresses); err != nil {
			return n, err
		}
		if err := l.tap(ctx, n, node, port, f.lan); err != nil {
			return n, err
		}
	}
	if err := l.follow(ctx, n, node); err != nil {
		return n, err
	}
	return n, waitForLinks(conn)
}

// hardwareAddr returns the address of a node's interface: the same when the node
// comes back, as neighbours expect.
func hardwareAddr(node, iface int) net.HardwareAddr {
	return net.HardwareAddr{0x02, 0, 0, 0, byte(node + 1), byte(iface)}
}

// connect lays a cable from a bridge to a node.
func (l *spaces) connect(n *spaceNode, port string, f iface, mac net.HardwareAddr) error {
	if err := do(l.conn)(netlinkx.AddVeth(port, f.name, mac, int(n.ns.Fd()))); err != nil {
		return err
	}
	here, err := find(l.conn, port)
	if err != nil {
		return err
	}
	n.ports = append(n.ports, here.Index)
	master, err := find(l.conn, bridge(f.lan))
	if err != nil {
		return err
	}
	if err := do(l.conn)(netlinkx.SetMaster(here.Index, master.Index)); err != nil {
		return err
	}
	return do(l.conn)(netlinkx.SetUp(here.Index, true))
}

// follow reports when the node's kernel has the address.
func (l *spaces) follow(ctx context.Context, n *spaceNode, node int) error {
	m, err := netlinkx.NewMonitor(int(n.ns.Fd()))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	held := false
	unsubscribe := m.Subscribe(func() {
		mu.Lock()
		defer mu.Unlock()
		holds := false
		for _, i := range m.Interfaces() {
			for _, a := range i.Addresses {
				holds = holds || a.Prefix.Addr() == l.plan.address
			}
		}
		if holds != held {
			held = holds
			l.see(sight{at: time.Now(), kind: sawHold, node: node, held: holds})
		}
	})
	n.wg.Go(func() {
		defer m.Close()
		defer unsubscribe()
		_ = m.Run(ctx) // without it the address is only not seen to be held
	})
	return nil
}

// waitForLinks waits until every interface can be used, so that no node begins
// with a fault.
func waitForLinks(c *netlinkx.Conn) error {
	for end := time.Now().Add(linkTime); ; time.Sleep(5 * time.Millisecond) {
		list, err := c.Interfaces()
		if err != nil {
			return err
		}
		var down []string
		for _, i := range list {
			if i.Flags&unix.IFF_UP != 0 && !i.Up {
				down = append(down, i.Name)
			}
		}
		if len(down) == 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s did not come up", strings.Join(down, ", "))
		}
	}
}

// start implements lab.
func (l *spaces) start(node int) error {
	n, err := l.boot(node)
	if err != nil {
		return err
	}
	l.nodes[node] = n
	go func() {
		<-n.process.done
		why := n.process.err
		if why == nil {
			why = errors.New("exit status 0")
		}
		if !n.process.killed.Load() {
			l.see(sight{at: time.Now(), kind: sawEnd, node: node, err: why})
		}
	}()
	_, err = n.process.stdin.Write([]byte{'\n'})
	return err
}

// cut implements lab. A dead kernel would go on to answer until its namespace
// is gone, which is why the cable is cut as well.
func (l *spaces) cut(node int) error {
	n := l.nodes[node]
	n.process.kill()
	for _, port := range n.ports {
		if err := do(l.conn)(netlinkx.SetUp(port, false)); err != nil {
			return err
		}
	}
	l.see(sight{at: time.Now(), kind: sawHold, node: node})
	l.nodes[node] = nil
	return n.destroy(l.conn)
}

// destroy removes what is left of the node.
func (n *spaceNode) destroy(conn *netlinkx.Conn) error {
	if n.process != nil {
		n.process.kill()
		<-n.process.done
	}
	n.stop()
	n.wg.Wait()
	if n.ns != nil {
		n.ns.Close()
	}
	for _, port := range n.ports {
		// Its other end may have gone with the namespace.
		if err := do(conn)(netlinkx.DeleteLink(port)); err != nil && !errors.Is(err, unix.ENODEV) {
			return err
		}
	}
	return nil
}

// output implements lab.
func (l *spaces) output(node int) string { return l.logs[node].String() }

// close implements lab.
func (l *spaces) close() {
	for _, n := range l.nodes {
		if n != nil {
			_ = n.destroy(l.conn)
		}
	}
	l.client.close()
	_ = l.conn.Close()
}
