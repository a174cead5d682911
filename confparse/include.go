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
