//go:build linux

package main_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// builtProgram is the environment variable with the path of what was built. The
// guests of umllab inherit it.
const builtProgram = "VRRPKIT_KEEPALIVED_LITE"

// program builds keepalived-lite, once, and returns its path.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(builtProgram); path != "" {
		return path, nil
	}
	path, err := netlab.Build(scratch, "keepalived-lite")
	if err != nil {
		return "", err
	}
	return path, os.Setenv(builtProgram, path)
})

// scratch is a directory that lasts as long as the tests of this package.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "keepalived-lite-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	m.Run()
	_ = os.RemoveAll(dir)
}

// node is keepalived-lite on a host. Stop, from Proc, ends it gracefully.
type node struct {
	*netlab.Proc
	Host *netlab.Host
	Dir  string // its configuration and pid file
}

// startLite starts keepalived-lite with the text of a configuration.
func startLite(t testing.TB, host *netlab.Host, conf string) *node {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{Host: host, Dir: t.TempDir()}
	n.start(t, path, conf)
	return n
}

// again starts keepalived-lite with another configuration where n was, which has
// ended: it finds the files of n.
func (n *node) again(t testing.TB, conf string) *node {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	next := &node{Host: n.Host, Dir: n.Dir}
	next.start(t, path, conf)
	return next
}

func (n *node) start(t testing.TB, path, conf string) {
	t.Helper()
	file := filepath.Join(n.Dir, "keepalived.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	n.Proc = n.Host.Start(path, "-D", "-f", file, "-p", filepath.Join(n.Dir, "pid"))
}

// Crash cuts the host's power: its processes end without a farewell, and
// nothing that its kernel still does reaches the network.
func (n *node) Crash() {
	n.Host.Crash()
	n.Host.SetPort("eth0", false)
}
