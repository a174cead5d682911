package check_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestHAProxyAnswers: what else may be at the other end of the socket.
func TestHAProxyAnswers(t *testing.T) {
	const (
		info  = "Name: HAProxy\nStopping: 0\n\n"
		table = "# pxname,svname,status,\nweb,FRONTEND,OPEN,\n\n"
	)
	for i, tt := range []struct {
		name string
		talk func(net.Conn)
		want check.Reason
	}{
		{"serves", lines("", info+table), check.ReasonOK},
		{"about to end", lines("", "Name: HAProxy\nStopping: 1\n\n"+table), check.ReasonContent},
		{"columns in another order", lines("", info+"# status,svname,more,pxname,\nOPEN,FRONTEND,,web,\n\n"), check.ReasonOK},
		{"on its way down, but up", lines("", info+"# pxname,svname,status,\nweb,BACKEND,UP 1/3,\n\n"), check.ReasonOK},
		{"closed frontend", lines("", info+"# pxname,svname,status,\nweb,FRONTEND,STOP,\n\n"), check.ReasonContent},
		{"no columns", lines("", info+"# \nweb,FRONTEND,OPEN,\n\n"), check.ReasonProtocol},
		{"another program", lines("", "hello\n\n"), check.ReasonProtocol},
		{"a long line", lines("", strings.Repeat("x", 100000)), check.ReasonProtocol},
		{"half an answer", lines("", info+"# pxname,"), check.ReasonClosed},
		{"hangs up", func(net.Conn) {}, check.ReasonClosed},
		{"says nothing", saysNothing, check.ReasonTimeout},
	} {
		path := filepath.Join(t.TempDir(), string(rune('a'+i)))
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			c, err := l.Accept()
			if err == nil {
				tt.talk(c)
				c.Close()
			}
		}()
		c, err := check.NewHAProxy(check.HAProxyConfig{Path: path, Proxy: "web"})
		if err != nil {
			t.Fatal(err)
		}
		r := checkWithin(t, c, 300*time.Millisecond)
		if tt.want == check.ReasonClosed && r.Reason == check.ReasonReset {
			continue // it hung up before it had read the question
		}
		if r.Reason != tt.want || r.OK != (tt.want == check.ReasonOK) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
	c, err := check.NewHAProxy(check.HAProxyConfig{Path: filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Check(t.Context()); r.Reason != check.ReasonRefused {
		t.Errorf("not there: %+v", r)
	}
}
