package confparse

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// includeCheck says which problems with an include are errors.
type includeCheck uint8

const (
	checkRead     includeCheck = 1 << iota // what matches can be read
	checkMatch                             // a name without wildcards exists
	checkWildcard                          // a pattern matches something
	checkBrace                             // every alternative in braces exists
	checkAll      = checkRead | checkMatch | checkWildcard | checkBrace
)

// includeWords are the keywords of includes and what they check besides what
// include_check asks for.
var includeWords = map[string]includeCheck{
	"include":  0,
	"includer": checkRead,
	"includem": checkRead | checkMatch,
	"includew": checkRead | checkMatch | checkWildcard,
	"includeb": checkRead | checkBrace,
	"includea": checkAll,
}

// include reads the files that "include PATTERN" names, and returns false if t
// is something else.
func (p *preproc) include(t text) bool {
	if !strings.HasPrefix(t.s, "include") {
		return false
	}
	word, rest := t.s, ""
	if i := strings.IndexAny(t.s, " \t\""); i >= 0 {
		word, rest = t.s[:i], t.s[i:]
	}
	check, ok := includeWords[word]
	if !ok {
		return false
	}
	check |= p.check
	at := t.at(0)
	pattern := strings.TrimSpace(unescape(rest))
	if inner, ok := strings.CutPrefix(pattern, `"`); ok {
		pattern = strings.TrimSuffix(inner, `"`)
		p.r.warnf(CodeLine, at, "leave the quotes out", "keepalived takes the quotes for a part of the file name")
	}
	if pattern == "" {
		p.r.errorf(CodeMissingArg, at, "", "%s needs a file name or pattern", word)
		return true
	}
	alternatives := expandBraces(pattern)
	for _, alt := range alternatives {
		if !p.spend(len(alt), at) { // looking for files costs as well
			return true
		}
		names := p.glob(alt)
		if len(names) == 0 {
			missing := checkMatch
			switch {
			case len(alternatives) > 1:
				missing = checkBrace
			case hasWildcard(alt):
				missing = checkWildcard
			}
			// A pattern without matches is the normal state of a conf.d.
			if missing != checkWildcard || check&checkWildcard != 0 {
				p.includeProblem(check&missing != 0, at, "%s matches no file", alt)
			}
		}
		for _, name := range names {
			if !p.spend(len(name), at) {
				return true
			}
			if err := p.file(name, &Via{"included from", at}); err != nil {
				p.includeProblem(check&checkRead != 0, at, "%s is left out: %v", name, err)
			}
		}
	}
	return true
}

func (p *preproc) includeProblem(refused bool, at Pos, format string, args ...any) {
	s := Warning
	if refused {
		s = Error
	}
	p.r.report(s, CodeInclude, at, "", format, args...)
}

var (
	errNotRegular = errors.New("it is not a regular file")
	errExecutable = errors.New("it is executable, and keepalived refuses those (chmod -x)")
	errCycle      = errors.New("it is being read already, so it includes itself")
)

// file reads the file of that name, which is relative to Options.Dir.
func (p *preproc) file(name string, via *Via) error {
	if slices.Contains(p.names, name) {
		return errCycle
	}
	full := p.absolute(name)
	info, err := fs.Stat(p.opts.FS, fsName(full))
	switch {
	case err != nil:
		return plain(err)
	case !info.Mode().IsRegular():
		return errNotRegular
	case info.Mode().Perm()&0o111 != 0:
		return errExecutable
	case info.Size() > int64(p.opts.limits.bytes-p.bytes):
		return fmt.Errorf("it is larger than the %d bytes that a configuration may have", p.opts.limits.bytes)
	}
	content, err := readFile(p.opts.FS, fsName(full), int(info.Size()))
	if err != nil {
		return plain(err)
	}
	if via != nil {
		defer p.leave()
		if !p.enter(via.Pos) || !p.spend(len(content), via.Pos) { // comments cost as well
			return nil
		}
	}
	p.within(name, func() { p.source(name, content, via) })
	return nil
}

// readFile returns the content of a file of about that size, without a copy of
// it in between: it is most of what a large configuration needs at first.
func readFile(fsys fs.FS, name string, size int) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b strings.Builder
	b.Grow(size)
	_, err = io.Copy(&b, f)
	return b.String(), err
}

// within runs read with the file of that name as the innermost one: relative
// names start from its directory, and include_check is restored afterwards.
func (p *preproc) within(name string, read func()) {
	check := p.check
	p.names = append(p.names, name)
	p.cwd = append(p.cwd, path.Dir(p.absolute(name)))
	read()
	p.names = p.names[:len(p.names)-1]
	p.cwd = p.cwd[:len(p.cwd)-1]
	p.check = check
}

// absolute returns the absolute name of a file.
func (p *preproc) absolute(name string) string {
	if path.IsAbs(name) || filepath.VolumeName(name) != "" {
		return path.Clean(name)
	}
	return path.Join(p.opts.Dir, name)
}

// fsName returns how an fs.FS rooted at / calls an absolute name.
func fsName(abs string) string {
	name := strings.TrimLeft(strings.TrimPrefix(abs, filepath.VolumeName(abs)), "/")
	if name == "" {
		return "."
	}
	return name
}

// plain returns err without operation and path, which the caller has named.
func plain(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

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
