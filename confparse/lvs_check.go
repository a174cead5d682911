package confparse

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
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

func httpProtocol(c *cursor, k *checker) {
	w, ok := c.next("version")
	if !ok {
		return
	}
	switch w.Text {
	case "1.0":
		k.HTTP.Version, k.HTTP.Close = "1.0", false
	case "1.0C", "1.0c":
		k.HTTP.Version, k.HTTP.Close = "1.0", true
	case "1.1":
		k.HTTP.Version, k.HTTP.Close = "1.1", true
	default:
		c.r.errorf(CodeInvalid, w.Pos, "1.0, 1.0C or 1.1", "http_protocol cannot be %q", w.Text)
	}
}

func sniName(c *cursor, k *checker) { k.HTTP.SNI, k.HTTP.SNIName = true, c.optional() }

func openURL(c *cursor, k *checker) *URL {
	k.HTTP.URLs = append(k.HTTP.URLs, URL{Pos: c.n.pos()})
	return &k.HTTP.URLs[len(k.HTTP.URLs)-1]
}

func closeURL(d *decoder, n *node, u *URL) {
	if u.Path == "" && !n.has("path") {
		d.r.errorf(CodeMissingArg, u.Pos, "add a line like: path /", "url has no path")
	}
	if u.RegexNot && u.Regex == "" && !n.has("regex") {
		d.r.errorf(CodeMissingArg, u.Pos, "", "regex_no_match has no effect without regex")
	}
	if u.RegexMax != 0 && u.RegexMax < u.RegexMin {
		d.r.errorf(CodeOutOfRange, u.Pos, "", "regex_max_offset %d is below regex_min_offset %d", u.RegexMax, u.RegexMin)
	}
}

func digest(c *cursor, u *URL) {
	w, ok := c.next("digest")
	if !ok {
		return
	}
	if b, err := hex.DecodeString(w.Text); err != nil || len(b) != 16 {
		c.r.errorf(CodeInvalid, w.Pos, "an MD5 in 32 hexadecimal digits, as genhash prints it", "digest cannot be %q", w.Text)
		return
	}
	u.Digest = strings.ToLower(w.Text)
}

func statusCodes(c *cursor, u *URL) {
	for first := true; first || c.more(); first = false {
		w, ok := c.next("status")
		if !ok {
			return
		}
		lo, hi, isRange := strings.Cut(w.Text, "-")
		if !isRange {
			hi = lo
		}
		a, err := strconv.Atoi(lo)
		b, err2 := strconv.Atoi(hi)
		if err != nil || err2 != nil {
			c.r.errorf(CodeInvalid, w.Pos, "a status such as 200, or a range such as 200-299", "status_code %q is not a number", w.Text)
		} else if a < 100 || b > 599 || a > b {
			c.r.errorf(CodeOutOfRange, w.Pos, "", "status_code %s is not in 100..599", w.Text)
		} else {
			u.StatusCodes = append(u.StatusCodes, StatusRange{a, b})
		}
	}
}

// regexOptions are the names that regex_options takes.
var regexOptions = []string{
	"allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended",
	"firstline", "match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
	"no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex",
	"alt_verbnames", "use_offset_limit",
}

func takeRegexOptions(c *cursor, u *URL) {
	for first := true; first || c.more(); first = false {
		o, ok := choice(c, regexOptions, regexOptions)
		if !ok {
			c.i = c.n.count()
			return
		}
		u.RegexOptions = append(u.RegexOptions, o)
	}
}

func regexStack(c *cursor, u *URL) {
	start, ok := c.number(1, 1<<31-1)
	if !ok {
		c.i = c.n.count()
		return
	}
	if end, ok := c.number(start, 1<<31-1); ok {
		u.RegexStack = [2]int{int(start), int(end)}
	}
}

// dnsTypes are the types of records that DNS_CHECK can ask for.
var dnsTypes = []string{"A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"}

func dnsType(c *cursor, k *checker) {
	w, ok := c.next("type")
	if !ok {
		return
	}
	for _, t := range dnsTypes {
		if strings.EqualFold(t, w.Text) {
			k.DNS.Type = t
			return
		}
	}
	c.r.errorf(CodeInvalid, w.Pos, "one of "+strings.Join(dnsTypes, ", "), "type cannot be %q", w.Text)
}

func dnsName(c *cursor, k *checker) {
	w, ok := c.next("domain")
	if !ok {
		return
	}
	if name := strings.TrimSuffix(w.Text, "."); len(w.Text) > 254 || strings.HasPrefix(name, ".") || strings.Contains(name, "..") || name == "" && w.Text != "." {
		c.r.errorf(CodeInvalid, w.Pos, "", "%q is not a domain name", w.Text)
		return
	}
	k.DNS.Name = w.Text
}

// hexBytes takes the rest of the line as octets in hexadecimal digits. A blank
// ends an octet. With wild, x stands for any digit, and mask says where.
func (c *cursor) hexBytes(wild bool) (value, mask []byte, ok bool) {
	at := c.keyword()
	if _, ok := c.next("hexadecimal digits"); !ok {
		return nil, nil, false
	}
	for c.i--; c.more(); {
		w, _ := c.next("")
		for _, field := range strings.Fields(w.Text) {
			for field != "" {
				n := min(2, len(field))
				var v, m byte
				for _, d := range []byte(field[:n]) {
					digit := strings.IndexByte("0123456789abcdef", d|0x20)
					switch {
					case wild && d|0x20 == 'x':
						v, m = v<<4, m<<4
					case digit < 0 || d < '0':
						c.r.errorf(CodeInvalid, w.Pos, "pairs of hexadecimal digits", "%s %q is not hexadecimal", at.Text, w.Text)
						c.i = c.n.count()
						return nil, nil, false
					default:
						v, m = v<<4|byte(digit), m<<4|0xf
					}
				}
				if n == 1 {
					m |= 0xf0
				}
				value, mask = append(value, v), append(mask, m)
				field = field[n:]
			}
		}
	}
	return value, mask, true
}

func payload(c *cursor, k *checker) {
	if b, _, ok := c.hexBytes(false); ok {
		k.UDP.Payload = b
	}
}

func requireReply(c *cursor, k *checker) {
	k.UDP.RequireReply = true
	if c.more() {
		if b, mask, ok := c.hexBytes(true); ok {
			k.UDP.Reply, k.UDP.ReplyMask = b, mask
		}
	}
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
