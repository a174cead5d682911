package lint

import (
	"path"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// checkerRules are about the checks of real servers.
func checkerRules() []Rule {
	return []Rule{
		{
			ID: "check-digest-status", Severity: confparse.Warning,
			Summary: "a url with digest and status_code needs both: whoever edits the page takes all servers out at once",
			Fix:     "keep status_code, and remove digest unless the page never changes", one: checkDigestStatus,
		},
		{
			ID: "check-slow", Severity: confparse.Warning,
			Summary: "a dead server gets connections for more than 60 s",
			Fix:     "lower delay_loop, retry or connect_timeout; delay_loop is 60 s unless it is written", one: checkSlow,
		},
		{
			ID: "check-no-port", Severity: confparse.Error,
			Summary: "neither the real server nor its check has a port: keepalived checks port 0, which always fails",
			Fix:     "write the port of the real_server, or connect_port", one: checkNoPort,
		},
		{
			ID: "check-udp-silent", Severity: confparse.Warning,
			Summary: "UDP_CHECK takes silence for success: a server that is off, or behind a filter, counts as alive",
			Fix:     "write a payload and require_reply", one: checkUDPSilent,
		},
		{
			ID: "check-dns-root", Severity: confparse.Warning,
			Summary: "DNS_CHECK without name asks for the root zone: a server that is not a resolver refuses, and counts as dead",
			Fix:     "write type and name of a record that the server has", one: checkDNSRoot,
		},
		{
			ID: "check-ssl-unverified", Severity: confparse.Note,
			Summary: "SSL_GET does not verify certificates: an expired one counts as alive, while clients refuse it",
			Fix:     "check the expiry elsewhere", one: checkSSLUnverified,
		},
		{
			ID: "check-misc-relative", Severity: confparse.Error,
			Summary: "a program that keepalived does not find is no check at all: the server counts as alive for good",
			Fix:     "write the absolute path", one: checkMiscRelative,
		},
		{
			ID: "check-misc-timeout", Severity: confparse.Warning,
			Summary: "misc_timeout is longer than delay_loop: a program that hangs delays the next run",
			Fix:     "write a misc_timeout that is shorter than delay_loop", one: checkMiscTimeout,
		},
	}
}

func checkDigestStatus(p *pass, n *node) {
	for c := range n.checkers {
		for _, url := range c.All("url") {
			if d := url.Last("digest"); d != nil && url.Last("status_code") != nil {
				p.report(n, d.Pos(), "", "%s of %s wants this digest as well as the status: a changed page takes the server out", c.Name(), title(c.real.Statement))
			}
		}
	}
}

func checkSlow(p *pass, n *node) {
	for c := range n.checkers {
		if c.Name() == "FILE_CHECK" || c.Name() == "BFD_CHECK" {
			continue // they are told
		}
		loop := duration(c.setting("delay_loop"), time.Minute)
		retries, pause := 1, time.Second
		switch c.Name() {
		case "DNS_CHECK":
			retries, pause = 3, loop
		case "MISC_CHECK":
			retries = 0
		case "HTTP_GET", "SSL_GET":
			pause = 3 * time.Second
		}
		retries = number(c.setting("retry"), number(c.Last("nb_get_retry"), retries))
		pause = duration(c.setting("delay_before_retry"), pause)
		timeout := duration(c.setting("connect_timeout"), 5*time.Second)
		if c.Name() == "MISC_CHECK" {
			timeout = duration(c.Last("misc_timeout"), loop)
		}
		worst := loop + time.Duration(retries+1)*timeout + time.Duration(retries)*pause
		if worst > time.Minute {
			p.report(n, c.Pos(), "", "%s of %s: a dead server stays in for up to %s s (delay_loop %s, %d tries of up to %s s)", c.Name(), title(c.real.Statement), seconds(worst), seconds(loop), retries+1, seconds(timeout))
		}
	}
}

func checkNoPort(p *pass, n *node) {
	for c := range n.checkers {
		switch c.Name() {
		case "TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK":
			if c.real.port == "" && c.Last("connect_port") == nil {
				p.report(n, c.Pos(), "", "%s of %s %s has no port to check; keepalived-lite takes that of the virtual_server, keepalived takes 0", c.Name(), c.real.Name(), c.real.addr)
			}
		}
	}
}

func checkUDPSilent(p *pass, n *node) {
	for c := range n.checkers {
		if c.Name() == "UDP_CHECK" && c.Last("require_reply") == nil {
			p.report(n, c.Pos(), "", "UDP_CHECK of %s takes silence for success", title(c.real.Statement))
		}
	}
}

func checkDNSRoot(p *pass, n *node) {
	for c := range n.checkers {
		if c.Name() == "DNS_CHECK" && c.Last("name") == nil {
			p.report(n, c.Pos(), "", "DNS_CHECK of %s asks for the SOA of the root zone, which only a resolver answers", title(c.real.Statement))
		}
	}
}

func checkSSLUnverified(p *pass, n *node) {
	for c := range n.checkers {
		if c.Name() == "SSL_GET" {
			p.report(n, c.Pos(), "", "SSL_GET of %s takes any certificate", title(c.real.Statement))
		}
	}
}

func checkMiscRelative(p *pass, n *node) {
	for c := range n.checkers {
		s := c.Last("misc_path")
		if s == nil {
			continue
		}
		program, _, _ := strings.Cut(strings.TrimSpace(s.Arg(1)), " ")
		if program != "" && !path.IsAbs(program) {
			p.report(n, s.Pos(), "", "MISC_CHECK of %s runs %s, which is looked up in PATH", title(c.real.Statement), program)
		}
	}
}

func checkMiscTimeout(p *pass, n *node) {
	for c := range n.checkers {
		s := c.Last("misc_timeout")
		loop := duration(c.setting("delay_loop"), time.Minute)
		if d := duration(s, 0); d > loop {
			p.report(n, s.Pos(), "", "MISC_CHECK of %s may take %s s, but is to run every %s s", title(c.real.Statement), seconds(d), seconds(loop))
		}
	}
}
