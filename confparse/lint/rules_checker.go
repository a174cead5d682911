package lint

import (
	"path"
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
	for c := range n.checks {
		if c.HTTP == nil {
			continue
		}
		for _, url := range c.HTTP.URLs {
			if url.Digest != "" && len(url.StatusCodes) > 0 {
				p.report(n, url.Pos, "", "%s of %s wants the digest of %s as well as the status: a changed page takes the server out", c.Type, c.server(), url.Path)
			}
		}
	}
}

func checkSlow(p *pass, n *node) {
	for c := range n.checks {
		timeout := c.Connect.Timeout
		switch c.Type {
		case confparse.FileCheck, confparse.BFDCheck:
			continue // they are told
		case confparse.MiscCheck:
			timeout = c.Misc.Timeout
		}
		tries := time.Duration(c.Retry + 1)
		if worst := c.Period + tries*timeout + (tries-1)*c.RetryDelay; worst > time.Minute {
			p.report(n, c.Pos, "", "%s of %s: a dead server stays in for up to %s s (delay_loop %s, %d tries of up to %s s, %s s apart)",
				c.Type, c.server(), seconds(worst), seconds(c.Period), tries, seconds(timeout), seconds(c.RetryDelay))
		}
	}
}

func checkNoPort(p *pass, n *node) {
	for v, r := range n.realServers {
		for _, c := range r.Body {
			switch c.Name() {
			case "TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK":
				if r.port == "" && c.Last("connect_port") == nil {
					p.report(n, c.Pos(), "", "%s of %s in %s has no port to check; keepalived-lite takes that of the virtual_server, keepalived takes 0", c.Name(), title(r.Statement), title(v.Statement))
				}
			}
		}
	}
}

func checkUDPSilent(p *pass, n *node) {
	for c := range n.checks {
		if c.UDP != nil && !c.UDP.RequireReply {
			p.report(n, c.Pos, "", "UDP_CHECK of %s takes silence for success", c.server())
		}
	}
}

func checkDNSRoot(p *pass, n *node) {
	for c := range n.checks {
		if c.DNS != nil && c.DNS.Name == "." {
			p.report(n, c.Pos, "", "DNS_CHECK of %s asks for the %s record of the root zone, which only a resolver answers", c.server(), c.DNS.Type)
		}
	}
}

func checkSSLUnverified(p *pass, n *node) {
	for c := range n.checks {
		if c.Type == confparse.SSLGet {
			p.report(n, c.Pos, "", "SSL_GET of %s takes any certificate", c.server())
		}
	}
}

func checkMiscRelative(p *pass, n *node) {
	for c := range n.checks {
		if c.Misc != nil && c.Misc.Command != nil && !path.IsAbs(c.Misc.Command.Argv[0]) {
			p.report(n, c.Misc.Command.Pos, "", "MISC_CHECK of %s runs %s, which is looked up in PATH", c.server(), c.Misc.Command.Argv[0])
		}
	}
}

func checkMiscTimeout(p *pass, n *node) {
	for c := range n.checks {
		if c.Misc != nil && c.Misc.Timeout > c.Period {
			p.report(n, c.Pos, "", "MISC_CHECK of %s may take %s s, but is to run every %s s", c.server(), seconds(c.Misc.Timeout), seconds(c.Period))
		}
	}
}
