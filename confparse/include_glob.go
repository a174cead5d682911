package confparse

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?[") }

// glob returns the files that match, sorted. Relative patterns start from the
// directory of the innermost open file and are returned as that file was named.
func (p *preproc) glob(pattern string) []string {
	if !path.IsAbs(pattern) {
		pattern = path.Join(path.Dir(p.names[len(p.names)-1]), pattern)
	}
	if !hasWildcard(pattern) {
		if _, err := fs.Stat(p.opts.FS, fsName(p.absolute(pattern))); err != nil {
			return nil
		}
		return []string{pattern}
	}
	abs := p.absolute(pattern)
	matches, err := fs.Glob(p.opts.FS, strings.ReplaceAll(fsName(abs), "[!", "[^"))
	if err != nil {
		return nil
	}
	dots := strings.Split(fsName(abs), "/")
	matches = slices.DeleteFunc(matches, func(m string) bool { return hiddenMatch(dots, strings.Split(m, "/")) })
	for i, m := range matches {
		m = "/" + m
		if !path.IsAbs(pattern) {
			m = strings.TrimPrefix(m, strings.TrimSuffix(path.Clean(p.opts.Dir), "/")+"/")
		}
		matches[i] = m
	}
	return matches
}

// hiddenMatch reports whether a wildcard matched a leading dot, which it must
// not.
func hiddenMatch(pattern, name []string) bool {
	for i, part := range name {
		if i < len(pattern) && strings.HasPrefix(part, ".") && !strings.HasPrefix(pattern[i], ".") {
			return true
		}
	}
	return false
}

// maxAlternatives bounds what braces in a pattern can multiply to.
const maxAlternatives = 1000

// expandBraces returns the alternatives that {a,b} in a pattern stands for.
func expandBraces(s string) []string {
	todo, done := []string{s}, []string(nil)
	for len(todo) > 0 && len(todo)+len(done) <= maxAlternatives {
		s, todo = todo[0], todo[1:]
		head, options, tail, ok := cutBraces(s)
		if !ok {
			done = append(done, s)
			continue
		}
		var more []string
		for _, o := range options {
			more = append(more, head+o+tail)
		}
		todo = append(more, todo...)
	}
	return append(done, todo...)
}

// cutBraces cuts s at its first pair of braces.
func cutBraces(s string) (head string, options []string, tail string, ok bool) {
	open := strings.IndexByte(s, '{')
	if open < 0 {
		return "", nil, "", false
	}
	depth, start := 0, open+1
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				options = append(options, s[start:i])
				start = i + 1
			}
		case '}':
			if depth--; depth == 0 {
				return s[:open], append(options, s[start:i]), s[i+1:], true
			}
		}
	}
	return "", nil, "", false
}
