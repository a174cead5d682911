package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	reports "github.com/vrrpkit/vrrpkit/internal/report"
)

// dayNode is a node of a [day], whose process may have been replaced.
type dayNode struct {
	*node
	index      int
	host       *netlab.Host
	flags, dir string
	group      string // the memory cgroup while it is squeezed

	mu     sync.Mutex
	events [][]reports.Event // of each process
}

// run starts the daemon where none runs, and follows what it tells.
func (n *dayNode) run(t *testing.T) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n.node = &node{Host: n.host, Dir: n.dir}
	n.rewrite(t, dayConf(n.index, n.flags, ""))
	cmd := exec.Command(path, "-D", "-f", filepath.Join(n.dir, "keepalived.conf"), "-p", filepath.Join(n.dir, "pid"))
	if n.index == 1 {
		cmd.Env = append(os.Environ(), "GOMEMLIMIT=6MiB") // below what it needs: it collects all day
	}
	n.Proc = n.host.StartCmd(cmd)
	netlab.Eventually(t, 10*time.Second, n.host.Name+" to answer", func() bool {
		c, err := net.Dial("unix", filepath.Join(n.dir, "pid.sock"))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	n.mu.Lock()
	life := len(n.events)
	n.events = append(n.events, nil)
	n.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.follow(t.Context(), life)
	}()
	t.Cleanup(func() { n.host.Thaw(); n.host.Crash(); <-done })
}

// follow notes the events that the daemon tells, until it ends.
func (n *dayNode) follow(ctx context.Context, life int) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(n.dir, "pid.sock"))
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://daemon/v1/events?history", nil)
	if err != nil {
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	for in := bufio.NewScanner(resp.Body); in.Scan(); {
		if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
			var e reports.Event
			if json.Unmarshal([]byte(data), &e) == nil && e.Type != "INCIDENT" {
				n.mu.Lock()
				n.events[life] = append(n.events[life], e)
				n.mu.Unlock()
			}
		}
	}
}

// askFor has the node drained, or not any more.
func (n *dayNode) askFor(t *testing.T, what string) {
	for _, name := range []string{"VI_1", "VI_2"} {
		// Where nobody else can be master, that is said, and counts as a failure.
		if out, status := n.ask(t, n.control(what, name)...); status != 0 && !strings.Contains(out, "nobody else took the role") {
			t.Errorf("%s %s on %s: status %d:\n%s", what, name, n.host.Name, status, out)
		}
	}
}

// explained judges what the daemons have told: every transition has a cause, none
// is missing between two others, and each instance says why it is what it is.
func (d *day) explained() {
	d.t.Helper()
	for _, n := range d.nodes {
		n.mu.Lock()
		for _, life := range n.events {
			last := map[string]reports.Event{}
			for _, e := range life {
				was := last[e.Name]
				if e.Cause == "" || e.Cause == "none" || e.Missed > 0 || e.Seq != was.Seq+1 || was.Seq > 0 && e.From != was.To {
					d.t.Errorf("%s: %v, after %v", n.host.Name, &e, &was)
				}
				last[e.Name] = e
				if e.Cause == "removed" {
					delete(last, e.Name) // the next one of that name is another
				}
			}
		}
		told := n.events[len(n.events)-1]
		n.mu.Unlock()
		for _, name := range []string{"VI_1", "VI_2"} {
			logged, heard := len(grep(n.Log(), "("+name+") Entering")), 0
			for _, e := range told {
				if e.Name == name {
					heard++
				}
			}
			if logged != heard {
				d.t.Errorf("%s: %d transitions of %s are in the log, %d were told", n.host.Name, logged, name, heard)
			}
			var e struct{ State, Cause, Why, Change string }
			if err := json.Unmarshal([]byte(n.get(d.t, "/v1/explain/"+name)), &e); err != nil {
				d.t.Fatal(err)
			}
			if want := fmt.Sprintf("%s is %s: ", name, e.State); !strings.HasPrefix(e.Why, want) || e.Change == "" || e.Cause == "" {
				d.t.Errorf("%s explains: %+v", n.host.Name, e)
			}
		}
	}
}

// transitions returns how many have been told.
func (d *day) transitions() (sum int) {
	for _, n := range d.nodes {
		n.mu.Lock()
		for _, life := range n.events {
			sum += len(life)
		}
		n.mu.Unlock()
	}
	return sum
}

// growth is what must not grow.
type growth struct{ goroutines, files, kib int }

// measure asks the daemon how large it is.
func (n *dayNode) measure(t *testing.T) growth {
	t.Helper()
	value := map[string]int{}
	for line := range strings.Lines(n.get(t, "/metrics?set=native")) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			value[name] = int(v)
		}
	}
	g := growth{value["go_goroutines"], value["process_open_fds"], value["process_resident_memory_bytes"] / 1024}
	if g.goroutines == 0 || g.files == 0 || g.kib == 0 {
		t.Errorf("%s does not tell how large it is: %+v", n.host.Name, g)
	}
	return g
}
