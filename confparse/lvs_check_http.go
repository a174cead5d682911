package confparse

import (
	"encoding/hex"
	"strconv"
	"strings"
)

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
