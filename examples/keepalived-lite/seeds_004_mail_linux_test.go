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

const seed004mail = `
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
vrrp_sync_group VG_1 {
	group {
		inside_network
		outside_network
	}
	notify_master "@DIR@/group.sh master"
	notify_backup "@DIR@/group.sh backup"
	notify_fault "@DIR@/group.sh fault"
	smtp_alert
}
vrrp_instance inside_network {
	state MASTER
	interface eth0
	virtual_router_id 51
	priority 100
	advert_int 1
	smtp_alert
	virtual_ipaddress { 192.0.2.100 }
}
vrrp_instance outside_network {
	state MASTER
	interface eth0
	virtual_router_id 52
	priority 100
	advert_int 1
	virtual_ipaddress { 192.0.2.101 }
}
`

// Mail and lines in a named pipe, the same from both implementations.
func prove004Mail(t *testing.T, p seedRun) {
	s := p.stand(t, netlab.Keepalived)
	sink := listenMail(t, s.c, "192.0.2.1:25")
	s.script("group.sh", "echo $* >>"+s.file("group"))
	reader := s.script("reader", `exec cat "$2" >>"$1"`)
	proc := s.start(p.a, s.a, fill(seed004mail, "DIR", s.dir, "READER", reader))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	wait := func(t testing.TB, what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("no %s; mails %q, lines %q", what, sink.list(), s.lines("lines"))
			}
		}
	}
	mails := []string{
		"[LVS_1] VRRP Group VG_1 - Entering BACKUP state | => All VRRP group instances are now in BACKUP state <=",
		"[LVS_1] VRRP Group VG_1 - Entering MASTER state | => All VRRP group instances are now in MASTER state <=",
		"[LVS_1] VRRP Instance inside_network - Entering BACKUP state | => VRRP Instance is no longer owning VRRP VIPs <=",
		"[LVS_1] VRRP Instance inside_network - Entering MASTER state | => VRRP Instance is now owning VRRP VIPs <=",
	}
	p.item(t, "004.6, 003.26 smtp_alert of a group and of an instance", func(t *step) {
		wait(t, "mail about MASTER", func() bool { return len(sink.list()) >= len(mails) })
		got := sink.list()
		slices.Sort(got)
		t.Logf("%q", got[len(got)-1])
		if d := cmp.Diff(mails, got); d != "" {
			t.Error(d)
		}
	})
	p.item(t, "003.26 two instances in step, and the group's scripts", func(t *step) {
		if on := s.holders("192.0.2.101"); on != "a" {
			t.Errorf("192.0.2.101 is on %q", on)
		}
		netlab.Eventually(t, 2*time.Second, "the scripts for BACKUP and MASTER", func() bool { return slices.Equal(s.lines("group"), []string{"backup", "master"}) })
	})
	s.a.SetPort("eth0", false)
	p.item(t, "004.6 mail about FAULT", func(t *step) { // late: its way is the one that is broken
		netlab.Eventually(t, 5*time.Second, "the address to leave", func() bool { return s.holders("192.0.2.100") == "" })
		s.a.SetPort("eth0", true)
		wait(t, "mail about FAULT", func() bool {
			return slices.ContainsFunc(sink.list(), func(m string) bool {
				return strings.HasPrefix(m, "[LVS_1] VRRP Instance inside_network - Entering FAULT state | ")
			})
		})
	})
	proc.Stop()
	lines := []string{`INSTANCE "inside_network" BACKUP 100`, `INSTANCE "inside_network" MASTER 100`, `INSTANCE "inside_network" FAULT 100`}
	p.item(t, "004.7 the lines of notify_fifo", func(t *step) {
		instance := func() []string { return grep(s.read("lines"), "inside_network") }
		wait(t, "third line", func() bool { return len(instance()) >= len(lines) })
		if d := cmp.Diff(lines, instance()[:len(lines)]); d != "" {
			t.Error(d)
		}
		if p.a.name != ours.name { // it ends before its last line is read and its last mail is sent
			return
		}
		wait(t, "line and mail about STOP", func() bool {
			return last(instance()) == `INSTANCE "inside_network" STOP 100` && slices.Contains(sink.list(), "[LVS_1] VRRP Instance inside_network - Stopping | => VRRP Instance stopping <=")
		})
		if _, err := os.Lstat(s.file("fifo")); !os.IsNotExist(err) {
			t.Error("the pipe is left behind")
		}
	})
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
