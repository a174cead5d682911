package daemon

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/notify"
)

// tellServer tells scripts, pipes and people about virtual and real servers.
func (n *notifications) tellServer(e *compose.ServerEvent) {
	if e.Quiet {
		return
	}
	n.mu.Lock()
	global := n.global
	n.mu.Unlock()
	t := notify.Transition{State: "DOWN", Reason: e.Detail, Seq: e.Seq}
	if e.Up {
		t.State = "UP"
	}
	var script *confparse.Command
	var keyword string
	switch e.Kind {
	case compose.RealChanged:
		t.Source = notify.Source{Type: "RS", Name: e.Server + " " + e.Name}
		keyword, script = "notify_down", e.Real.Down
		if e.Up {
			keyword, script = "notify_up", e.Real.Up
		}
	case compose.QuorumChanged:
		t.Source = notify.Source{Type: "VS", Name: e.Name}
		keyword, script = "quorum_down", e.Virtual.QuorumDown
		if e.Up {
			keyword, script = "quorum_up", e.Virtual.QuorumUp
		}
	}
	if script != nil {
		n.scripts.Run(t, keyword, *program(global, script))
	}
	if t.Type != "" {
		n.write(t, func(p pipe) bool { return p.servers })
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mail != nil {
		if subject, body := serverMail(e, global.Mail.NoCheckers); body != "" {
			n.mail.Send(subject, body)
		}
	}
}

// serverMail returns keepalived's words; an empty body: nobody is written to. Of
// real servers people hear by each change of a check, or else only when the
// server itself changes.
func serverMail(e *compose.ServerEvent, noCheckers bool) (subject, body string) {
	state := "DOWN"
	if e.Up {
		state = "UP"
	}
	switch {
	case e.Kind == compose.QuorumChanged && e.Virtual.SMTPAlert:
		return fmt.Sprintf("Virtualserver %s - %s", e.Name, state), quorumMail(e)
	case e.Kind == compose.CheckChanged && !noCheckers, e.Kind == compose.RealChanged && noCheckers && e.Check != nil:
		if !e.Real.SMTPAlert {
			break
		}
		return fmt.Sprintf("Realserver %s of virtual server %s - %s", e.Server, e.Name, state), checkMail(e)
	case e.Kind == compose.RealChanged && e.Removed && e.Real.SMTPAlert:
		return fmt.Sprintf("Realserver %s of virtual server %s - %s", e.Server, e.Name, state), "Shutting down"
	}
	return "", ""
}

func quorumMail(e *compose.ServerEvent) string {
	text := "Lost quorum"
	switch {
	case e.Removed:
		return "Shutting down"
	case e.Initial && e.Up:
		text = "Starting with quorum up"
	case e.Initial:
		text = "Starting with quorum down"
	case e.Up:
		text = "Gained quorum"
	}
	return fmt.Sprintf("%s %d+%d=%d <= %d", text, e.Quorum, e.Hysteresis, e.Quorum+e.Hysteresis, e.Sum)
}

func checkMail(e *compose.ServerEvent) string {
	outcome := func(up, down string) string {
		if e.Up {
			return up
		}
		return down
	}
	switch e.Check.Type {
	case confparse.TCPCheck:
		return outcome("TCP CHECK succeed on service", "TCP CHECK failed on service")
	case confparse.HTTPGet, confparse.SSLGet:
		return outcome("CHECK succeed on service", "CHECK failed on service : HTTP/SSL request failed")
	case confparse.SMTPCheck:
		return outcome("CHECK succeed on service", "CHECK failed on service : "+e.Detail)
	case confparse.DNSCheck:
		return outcome("DNS_CHECK: succeed on service", "DNS_CHECK: failed on service")
	case confparse.UDPCheck:
		return outcome("UDP CHECK succeed on service", "UDP CHECK failed on service")
	case confparse.PingCheck:
		return outcome("ICMP CHECK succeed on service", "ICMP CHECK failed on service")
	case confparse.MiscCheck:
		return outcome("MISC CHECK succeeded on service", "MISC CHECK failed on service")
	}
	return "" // of files keepalived sends none
}
