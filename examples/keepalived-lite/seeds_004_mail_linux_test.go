package main_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Seeds 004.6 and 004.7: mail and lines in a named pipe, the same from both
// implementations.
func TestSeed004Mail(t *testing.T) {
	for _, i := range []implementation{ours, reference} {
		t.Run(i.name, func(t *testing.T) {
			s := newStand(t, netlab.Keepalived)
			sink := listenMail(t, s.c, "192.0.2.1:25")
			reader := s.script("reader", `exec cat "$2" >>"$1"`)
			proc := s.start(i, s.a, fill(`
global_defs {
	router_id LVS_1
	script_user root
	notification_email { admin@example.com }
	notification_email_from lvs@example.com
	smtp_server 192.0.2.1
	smtp_connect_timeout 5
	vrrp_notify_fifo @DIR@/fifo
	vrrp_notify_fifo_script "@READER@ @DIR@/lines"
}
vrrp_instance VI_1 {
	state MASTER
	interface eth0
	virtual_router_id 51
	priority 100
	advert_int 1
	smtp_alert
	virtual_ipaddress { 192.0.2.100 }
}
`, "DIR", s.dir, "READER", reader))
			s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
			wait := func(what string, ok func() bool) {
				t.Helper()
				for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
					if time.Now().After(end) {
						t.Fatalf("no %s; mails %q, lines %q", what, sink.list(), s.lines("lines"))
					}
				}
			}
			wait("mail about MASTER", func() bool { return len(sink.list()) == 2 })
			proc.Stop()
			lines := []string{`INSTANCE "VI_1" BACKUP 100`, `INSTANCE "VI_1" MASTER 100`, `INSTANCE "VI_1" STOP 100`}
			mails := []string{
				"[LVS_1] VRRP Instance VI_1 - Entering BACKUP state | => VRRP Instance is no longer owning VRRP VIPs <=",
				"[LVS_1] VRRP Instance VI_1 - Entering MASTER state | => VRRP Instance is now owning VRRP VIPs <=",
				"[LVS_1] VRRP Instance VI_1 - Stopping | => VRRP Instance stopping <=",
			}
			if i.name == reference.name { // it ends before its last line is read and its last mail is sent
				lines, mails = lines[:2], mails[:2]
			}
			wait("last line", func() bool { return len(s.lines("lines")) >= len(lines) })
			if d := cmp.Diff(lines, s.lines("lines")[:len(lines)]); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(mails, sink.list()[:len(mails)]); d != "" {
				t.Error(d)
			}
			if _, err := os.Lstat(s.file("fifo")); !os.IsNotExist(err) {
				t.Error("the pipe is left behind")
			}
		})
	}
}

// mailSink takes mail.
type mailSink struct {
	mu    sync.Mutex
	mails []string // subject | body
}

func (m *mailSink) list() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

func listenMail(t *testing.T, h *netlab.Host, address string) *mailSink {
	t.Helper()
	var l net.Listener
	if err := h.Do(func() (err error) { l, err = net.Listen("tcp4", address); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	m := &mailSink{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.serve(c)
		}
	}()
	return m
}

func (m *mailSink) serve(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 sink\r\n")
	var subject string
	in := bufio.NewScanner(c)
	for in.Scan() {
		switch in.Text() {
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var body []string
			header := true
			for in.Scan() && in.Text() != "." {
				if s, ok := strings.CutPrefix(in.Text(), "Subject: "); ok && header {
					subject = s
				}
				if !header && in.Text() != "" {
					body = append(body, in.Text())
				}
				header = header && in.Text() != ""
			}
			m.mu.Lock()
			m.mails = append(m.mails, subject+" | "+strings.Join(body, "\n"))
			m.mu.Unlock()
			fmt.Fprint(c, "250 taken\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}
