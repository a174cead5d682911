package lint

import (
	"fmt"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// authRules are about authentication.
func authRules() []Rule {
	return []Rule{
		{
			ID: "password-long", Severity: confparse.Warning,
			Summary: "only the first 8 characters of auth_pass are sent, the rest protects nothing",
			Fix:     "write the 8 characters that count", one: passwordLong,
		},
		{
			ID: "password-comment", Severity: confparse.Error,
			Summary: "a # or ! ends a password that is not in quotes: the rest is a comment, and the other nodes may read another password",
			Fix:     `put the password in double quotes: auth_pass "a#b"`, one: passwordComment,
		},
		{
			ID: "auth-ignored", Severity: confparse.Warning,
			Summary: "VRRP version 3 has no authentication: the block is ignored",
			Fix:     "remove it; use unicast_peer with check_unicast_src, or a filter, to keep others out", one: authIgnored,
		},
		{
			ID: "password-plain", Severity: confparse.Note,
			Summary: "auth_pass is in every packet as plain text: it keeps misconfigured routers out, not attackers",
			Fix:     "use unicast_peer with check_unicast_src, and filter protocol 112 from elsewhere", one: passwordPlain,
		},
	}
}

// maxPassword is what fits into an advertisement.
const maxPassword = 8

// passwords returns the auth_pass statements of an instance.
func (n *node) passwords(i *confparse.Instance) (list []*confparse.Statement) {
	for _, a := range n.block(i.Pos).All("authentication") {
		list = append(list, a.All("auth_pass")...)
	}
	return list
}

func passwordLong(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, s := range n.passwords(i) {
			if len(s.Words) < 2 || len(s.Arg(1)) <= maxPassword {
				continue
			}
			w := s.Words[1]
			f := p.report(n, w.Pos, "", "auth_pass of vrrp_instance %s has %d characters, of which %d count", i.Name, len(w.Text), maxPassword)
			old, with := w.Text, w.Text[:maxPassword]
			if w.Quoted {
				old, with = `"`+old+`"`, `"`+with+`"`
			}
			f.Edits = n.replace(w.Pos, old, with)
		}
	}
}

func passwordComment(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, s := range n.passwords(i) {
			if len(s.Words) < 2 || s.Words[1].Quoted {
				continue
			}
			w := s.Words[1]
			line := n.text(w.Pos)
			end := w.Pos.Column - 1 + len(w.Text)
			if end < len(line) && strings.HasPrefix(line[w.Pos.Column-1:], w.Text) && (line[end] == '#' || line[end] == '!') {
				at := w.Pos
				at.Column += len(w.Text)
				p.report(n, at, "", "auth_pass of vrrp_instance %s ends before the %c: what follows is a comment, and so is a } behind it", i.Name, line[end])
			}
		}
	}
}

func authIgnored(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if s := n.block(i.Pos).Last("authentication"); s != nil && i.Version == 3 {
			p.report(n, s.Pos(), "", "authentication of vrrp_instance %s is ignored: it uses VRRP version 3", i.Name)
		}
	}
}

func passwordPlain(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.Auth.Type == confparse.AuthPass && i.Version == 2 {
			at := i.Auth.Pos
			help := ""
			if i.Unicast() && !i.CheckUnicastSource {
				help = fmt.Sprintf("add check_unicast_src to vrrp_instance %s, and filter protocol 112 from elsewhere", i.Name)
			}
			p.report(n, at, help, "the password of vrrp_instance %s is in every packet as plain text", i.Name)
		}
	}
}
