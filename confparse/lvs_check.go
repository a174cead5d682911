package confparse

import (
	"math"
	"net/netip"
)

// checker is a Check while its block is decoded.
type checker struct {
	*Check
	inherited
	real  *realServer
	host  *checker // whose block a host block is in
	hosts bool     // it has host blocks, which replace it
	user  User     // of MISC_CHECK
	file  optional[Weight]
}

// check is the block of a check of a real server.
func checkBlock(t CheckType, tables ...[]row) args {
	b := newBlock("virtual_server.real_server."+t.String(), tables...)
	return section("", b, func(c *cursor, r *realServer) *checker {
		k := c.d.checker()
		*k = checker{Check: c.d.checks.one(), real: r}
		k.Type, k.Pos = t, c.n.pos()
		switch t {
		case HTTPGet, SSLGet:
			k.HTTP = &HTTPOptions{Version: "1.0"}
		case SMTPCheck:
			k.SMTP = &SMTPOptions{Helo: "smtpchecker.keepalived.org"}
		case DNSCheck:
			k.DNS = &DNSOptions{Type: "SOA", Name: "."}
		case UDPCheck:
			k.UDP = &UDPOptions{MaxReply: 255}
		case MiscCheck:
			k.Misc, k.user = &MiscOptions{}, c.d.cfg.Global.ScriptUser
		case FileCheck:
			k.File = &FileOptions{}
		}
		r.checks = append(r.checks, k)
		return k
	}, closeCheck)
}

// checker returns one that is used no more, or a new one.
func (d *decoder) checker() *checker {
	n := len(d.checkers)
	if n == 0 {
		return new(checker)
	}
	k := d.checkers[n-1]
	d.checkers = d.checkers[:n-1]
	return k
}

// hostBlock is the host block of SMTP_CHECK, which makes a check of its own.
func hostBlock(b *block) args {
	return section("", b, func(c *cursor, k *checker) *checker {
		helo := *k.SMTP
		host := &checker{Check: &Check{Type: SMTPCheck, SMTP: &helo, Pos: c.n.pos()}, real: k.real, host: k}
		k.hosts = true
		k.real.checks = append(k.real.checks, host)
		return host
	}, func(*decoder, *node, *checker) {})
}

func closeCheck(d *decoder, n *node, k *checker) {
	missing := func(keyword, example string) {
		if !n.has(keyword) {
			d.r.errorf(CodeMissingArg, k.Pos, "add a line like: "+example, "%s has no %s, and is left out", k.Type, keyword)
		}
	}
	switch k.Type {
	case HTTPGet, SSLGet:
		missing("url", "url { path / }")
	case MiscCheck:
		missing("misc_path", `misc_path "/usr/local/bin/check.sh 192.0.2.1"`)
	case FileCheck:
		missing("track_file", "track_file NAME")
	case BFDCheck:
		missing("name", "name BFD_INSTANCE")
	}
}

// usable reports whether a check has what it cannot do without.
func (k *checker) usable() bool {
	switch k.Type {
	case HTTPGet, SSLGet:
		return len(k.HTTP.URLs) > 0
	case MiscCheck:
		return k.Misc.Command != nil
	case FileCheck:
		return k.File.File != nil
	case BFDCheck:
		return k.BFD != nil
	}
	return !k.hosts
}

func fileCheckFile(c *cursor, k *checker) {
	w, ok := c.next("name")
	if !ok {
		return
	}
	for _, f := range c.d.cfg.TrackFiles {
		if f.Name == w.Text {
			k.File.File = f
			return
		}
	}
	c.undefined("track_file", w, func(yield func(string) bool) {
		for _, f := range c.d.cfg.TrackFiles {
			if !yield(f.Name) {
				return
			}
		}
	})
}

func bfdCheckName(c *cursor, k *checker) {
	w, ok := c.next("name")
	if !ok {
		return
	}
	for _, b := range c.d.cfg.BFDs {
		if b.Name == w.Text {
			k.BFD = b
			return
		}
	}
	c.undefined("bfd_instance", w, func(yield func(string) bool) {
		for _, b := range c.d.cfg.BFDs {
			if !yield(b.Name) {
				return
			}
		}
	})
}

func fileCheckWeight(c *cursor, k *checker) {
	v, ok := c.number(-math.MaxInt32, math.MaxInt32)
	if !ok {
		return
	}
	w := Weight{Value: int(v)}
	switch {
	case c.accept("reverse"):
		w.Reverse = true
	case c.accept("noreverse"):
	case k.File.File != nil:
		w.Reverse = k.File.File.Weight.Reverse
	}
	k.file = optional[Weight]{w, true}
}

func miscPath(c *cursor, k *checker) {
	if cmd := c.scriptCommand(); cmd != nil {
		k.Misc.Command = cmd
	}
}

// endpointOption takes an address.
func (c *cursor) endpointOption(to *netip.Addr) {
	if a, ok := c.address(); ok {
		*to = a
	}
}
