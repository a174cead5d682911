package check

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
)

// CompileRegex compiles a pattern that was written for keepalived, which has
// PCRE2, with its options (regex_options). Go's regexp knows most of that
// language; a pattern or option that it does not know is an error that says so.
// A $ matches before a final line feed too, as in PCRE2.
func CompileRegex(pattern string, options ...string) (*regexp.Regexp, error) {
	flags := ""
	anchored := false
	for _, o := range options {
		switch strings.ToLower(o) {
		case "caseless":
			flags += "i"
		case "multiline":
			flags += "m"
		case "dotall":
			flags += "s"
		case "ungreedy":
			flags += "U"
		case "dollar_endonly":
			anchored = true
		case "utf", "ucp", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
			"no_dotstar_anchor", "no_start_optimize", "never_backslash_c", "use_offset_limit", "dupnames":
			// They change what a pattern may say, or how fast it is, but not whether it matches.
		default:
			return nil, fmt.Errorf("regular expression option %q: Go's regexp has nothing like it; write the pattern without it", o)
		}
	}
	text := pattern
	if flags != "" {
		text = "(?" + flags + ")" + pattern
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: Go's regexp cannot compile it (%w); "+
			"it has no lookaround, backreferences or possessive quantifiers: write the pattern without them", pattern, err)
	}
	if !anchored {
		loosen(tree)
	}
	re, err := regexp.Compile(tree.String())
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %w", pattern, err)
	}
	return re, nil
}

// loosen lets each $ match before a final line feed.
func loosen(t *syntax.Regexp) {
	for _, sub := range t.Sub {
		loosen(sub)
	}
	if t.Op != syntax.OpEndText || t.Flags&syntax.WasDollar == 0 {
		return
	}
	feed := &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{'\n'}}
	*t = syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{
		{Op: syntax.OpQuest, Sub: []*syntax.Regexp{feed}},
		{Op: syntax.OpEndText},
	}}
}

// match reports whether the pattern matches what r has from offset first on,
// beginning at offset last at the latest. It reads no further than it must.
func match(re *regexp.Regexp, r io.Reader, first, last int64) bool {
	if n, err := io.CopyN(io.Discard, r, first); err != nil || n < first {
		return false
	}
	in := bufio.NewReaderSize(r, 1024)
	if _, err := in.Peek(1); err != nil {
		return false
	}
	where := re.FindReaderIndex(in)
	return where != nil && (last == 0 || first+int64(where[0]) <= last)
}
