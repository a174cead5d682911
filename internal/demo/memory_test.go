package demo_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vrrpkit/vrrpkit/internal/demo"
)

var update = flag.Bool("update", false, "write the golden texts")

// inMemory runs the demo in virtual time. The files are written to a directory
// of the test; none means the demo's own.
func inMemory(t *testing.T, files ...string) (output string, err error) {
	t.Helper()
	var b bytes.Buffer
	o := demo.Options{Out: &b, InMemory: true}
	t.Chdir(t.TempDir())
	for n, text := range files {
		o.Configs[n] = []string{"a.conf", "b.conf"}[n]
		if err := os.WriteFile(o.Configs[n], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) { err = demo.Run(t.Context(), o) })
	return b.String(), err
}

// config is a node's file; dev follows the address.
func config(priority int, more string, dev ...string) string {
	return fmt.Sprintf(`vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority %d
    virtual_ipaddress {
        192.0.2.100/24%s
    }
    %s
}
`, priority, strings.Join(dev, ""), more)
}

func TestInMemory(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b string
		fail bool
	}{
		{name: "default"},
		{name: "nopreempt", a: config(150, "nopreempt"), b: config(100, "nopreempt")},
		{name: "equal", a: config(100, ""), b: config(100, "")},
		{name: "ipv6", a: ipv6("ens3", 90), b: ipv6("eth0", 120)},
		{name: "scripts", a: config(120, "notify /bin/false"), b: config(110, "notify /bin/false")},
		{name: "elsewhere", a: config(150, "", " dev eth1"), b: config(100, "", " dev eth1")},
		{name: "loopback", a: config(150, "", " dev lo"), b: config(100, "", " dev lo")},
		{name: "deaf", a: config(150, "authentication {\nauth_type PASS\nauth_pass one\n}"), b: config(100, "authentication {\nauth_type PASS\nauth_pass two\n}"), fail: true},
		{name: "mistakes", a: strings.Replace(config(150, ""), "priority", "priorty", 1), b: config(100, "linkbeat_use_polling"), fail: true},
		{name: "strangers", a: config(150, ""), b: strings.Replace(config(100, ""), "51", "52", 1), fail: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden, err := filepath.Abs(filepath.Join("testdata", c.name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			var files []string
			if c.a != "" {
				files = []string{c.a, c.b}
			}
			got, err := inMemory(t, files...)
			if failed := errors.Is(err, demo.ErrFailed); failed != c.fail || err != nil && !failed {
				t.Errorf("%v, want a failure: %v", err, c.fail)
			}
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || got != string(want) {
				t.Errorf("%v\ngot:\n%s\nwant:\n%s", err, got, want)
			}
		})
	}
}

func ipv6(dev string, priority int) string {
	return fmt.Sprintf(`vrrp_instance V6 {
    interface %s
    virtual_router_id 6
    version 3
    priority %d
    advert_int 0.2
    virtual_ipaddress {
        fe80::100
        2001:db8::100/64
    }
}
`, dev, priority)
}
