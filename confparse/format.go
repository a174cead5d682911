package confparse

import "strings"

// Format returns the text of one file in canonical layout: a statement to a
// line, blocks indented, braces at the end of the line that opens them, single
// blanks between words, and at most one empty line in a row. Comments stay where
// they are. What the text means does not change: lines that depend on being one
// line (conditions, definitions, sequences, references, includes) are only
// indented and squeezed. Includes are not followed.
func Format(src string) string {
	f := formatter{}
	rest, bom := strings.CutPrefix(src, "\ufeff")
	if bom {
		rest = src // it is reported, and not ours to remove
	}
	for line := range strings.Lines(rest) {
		f.line(strings.TrimRight(line, "\r\n"))
	}
	return f.text()
}

// formatter lays lines out.
type formatter struct {
	lines []string
	depth int
	// opened is the depth that a run of conditional lines started from, of
	// which each may open the same block; -1 outside of such a run.
	opened int
	run    bool
	// definition says that the line before goes on with a backslash.
	definition bool
	// joinable says that an opening brace may join the last line.
	joinable bool
}

func (f *formatter) line(s string) {
	if f.definition {
		// A blank or an empty line means something here: nothing is touched.
		f.lines = append(f.lines, s)
		f.definition = s != "" && (strings.Trim(s, " \t\f\v") == "" || continues(s))
		return
	}
	end, openQuote := commentStart(s)
	code, comment := trimBlanks(s[:end]), strings.TrimRight(s[end:], " \t\f\v\r")
	switch {
	case strings.IndexByte(s, 0) >= 0:
		f.lines = append(f.lines, s) // left out by the parser
		f.joinable = false
	case code == "":
		f.run = false
		f.blank(comment)
	case openQuote:
		f.run = false
		f.whole(trimBlanks(s), code)
	default:
		f.logical(code, comment)
	}
}

// logical adds a line, or what is left of one behind a brace.
func (f *formatter) logical(code, comment string) {
	if code[0] == '@' {
		f.conditional(join(squeeze(code), comment), code)
		return
	}
	f.run = false
	if atomic(code) {
		f.whole(join(squeeze(code), comment), code)
	} else {
		f.statement(code, comment)
	}
}

// atomic reports whether a line has to remain one: its parts mean something
// else, or nothing, on lines of their own.
func atomic(code string) bool {
	word, _, _ := strings.Cut(code, " ")
	word, _, _ = strings.Cut(word, "\t")
	_, include := includeWords[strings.TrimSuffix(word, `"`)]
	return include || strings.HasPrefix(code, "include") || isSequence(code) || strings.IndexByte(code, '$') >= 0
}

// continues reports whether a line of a definition is followed by another one.
func continues(s string) bool {
	end, _ := commentStart(s)
	return strings.HasSuffix(trimBlanks(s[:end]), `\`)
}

// blank adds a comment line, or an empty one.
func (f *formatter) blank(comment string) {
	if comment != "" {
		f.add(comment)
	} else if n := len(f.lines); n > 0 && f.lines[n-1] != "" {
		f.lines = append(f.lines, "")
	}
	f.joinable = false
}

// conditional adds a line that counts for some hosts only. Several in a row may
// be alternatives, which open one block.
func (f *formatter) conditional(s, code string) {
	if !f.run {
		f.run, f.opened = true, f.depth
	}
	f.depth = min(f.depth, f.opened)
	f.whole(s, code)
}

// whole adds a line as it is.
func (f *formatter) whole(s, code string) {
	net := braces(code)
	if net < 0 {
		f.depth = max(f.depth+net, 0)
	}
	f.add(s)
	if net > 0 {
		f.depth += net
	}
	f.joinable = false
	body := code
	if i := strings.IndexAny(code, " \t"); code[0] == '@' && i > 0 {
		body = trimBlanks(code[i:])
	}
	// The last of several braces in a definition is not a block's.
	if body != "" && body[0] == '$' && continues(s) {
		if n := nameLen(body[1:]); n > 0 && n+1 < len(body) && body[n+1] == '=' {
			f.definition = true
		}
	}
}

// braces counts those that a line opens and does not close.
func braces(code string) (net int) {
	for rest := code; ; {
		i := braceIndex(rest)
		if i < 0 {
			return net
		}
		if rest[i] == '{' {
			net++
		} else {
			net--
		}
		rest = rest[i+1:]
	}
}

// statement adds a line up to its first brace, that brace where it should be,
// and then the rest.
func (f *formatter) statement(code, comment string) {
	i := braceIndex(code)
	if i != 0 {
		head := code
		if i > 0 {
			head = code[:i]
		}
		f.add(squeeze(head))
		f.joinable = true
		if i < 0 {
			f.comment(comment)
			return
		}
		code = code[i:]
	}
	switch {
	case code[0] == '}':
		f.depth = max(f.depth-1, 0)
		f.add("}")
	case f.joinable:
		last := len(f.lines) - 1
		f.lines[last] = openAt(f.lines[last])
		f.depth++
	default:
		f.add("{")
		f.depth++
	}
	f.joinable = false
	if code[0] == '{' || len(code) == 1 {
		f.comment(comment)
		comment = ""
	}
	if code = trimBlanks(code[1:]); code != "" {
		f.logical(code, comment)
	} else {
		f.comment(comment)
	}
}

// comment adds a comment to the last line, or on one of its own if that has one
// already.
func (f *formatter) comment(s string) {
	last := len(f.lines) - 1
	if end, _ := commentStart(f.lines[last]); s != "" && end < len(f.lines[last]) {
		f.add(s)
	} else {
		f.lines[last] = join(f.lines[last], s)
	}
}

// openAt puts an opening brace behind the statement of a line, before its
// comment.
func openAt(line string) string {
	end, _ := commentStart(line)
	return join(strings.TrimRight(line[:end], " ")+" {", line[end:])
}

func join(code, comment string) string {
	if comment == "" {
		return code
	}
	return code + " " + comment
}

func (f *formatter) add(s string) {
	f.lines = append(f.lines, strings.Repeat(indent, f.depth)+s)
}

// text returns the lines, without empty ones at the end.
func (f *formatter) text() string {
	n := len(f.lines)
	for n > 0 && f.lines[n-1] == "" {
		n--
	}
	if n == 0 {
		return ""
	}
	return strings.Join(f.lines[:n], "\n") + "\n"
}
