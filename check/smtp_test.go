package check_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestSMTPFarewell: a mail server that has answered HELO may cut the connection
// before it has heard QUIT.
func TestSMTPFarewell(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "220 mx\r\n")
		_, _ = c.Read(make([]byte, 100))
		_, _ = io.WriteString(c, "250 mx\r\n")
	})
	c, err := check.NewSMTP(check.SMTPConfig{Target: target(addr), Hosts: []check.Target{}})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if r := checkWithin(t, c, time.Second); !r.OK {
			t.Fatalf("%+v", r)
		}
	}
}

// TestDetailIsPrintable: what a server says cannot reach a terminal as it is.
func TestDetailIsPrintable(t *testing.T) {
	addr := serve(t, lines("554 \x1b[31mgo\x00away\r\n"))
	c, err := check.NewSMTP(check.SMTPConfig{Target: target(addr)})
	if err != nil {
		t.Fatal(err)
	}
	if r := checkWithin(t, c, time.Second); !strings.HasSuffix(r.Detail, ": greeting: 554 ?[31mgo?away") {
		t.Errorf("%+v", r)
	}
}
