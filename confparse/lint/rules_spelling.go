package lint

import "github.com/vrrpkit/vrrpkit/confparse"

// spellingRules are about keywords that have been renamed or have lost their
// meaning.
func spellingRules() []Rule {
	return []Rule{
		{
			ID: "keyword-renamed", Severity: confparse.Warning,
			Summary: "a keyword has another name today: the old one may be gone in the next version",
			Fix:     "write the new name", one: keywordRenamed,
		},
		{
			ID: "keyword-dead", Severity: confparse.Warning,
			Summary: "a keyword has had no meaning for years",
			Fix:     "remove the line", one: keywordDead,
		},
	}
}

// walk calls f for each statement of the file.
func (n *node) walk(f func(s *confparse.Statement)) {
	var down func(list []*confparse.Statement)
	down = func(list []*confparse.Statement) {
		for _, s := range list {
			f(s)
			down(s.Body)
		}
	}
	down(n.doc.Statements)
}

func keywordRenamed(p *pass, n *node) {
	names := map[string]string{
		"nb_get_retry": "retry", "thread_timer_expired": "timer_expired_backup",
		"vmac_garp_intvl": "garp_extra_if", "global_tracking": "sync_group_tracking_weight",
	}
	n.walk(func(s *confparse.Statement) {
		if now := names[s.Name()]; now != "" {
			f := p.report(n, s.Pos(), "write "+now, "%s is called %s today", s.Name(), now)
			f.Edits = n.replace(s.Pos(), s.Name(), now)
		}
	})
}

func keywordDead(p *pass, n *node) {
	n.walk(func(s *confparse.Statement) {
		if s.Name() == "nat_mask" {
			f := p.report(n, s.Pos(), "", "nat_mask has no meaning")
			f.Edits = n.remove(s)
		}
	})
}
