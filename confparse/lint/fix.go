package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Edit replaces a piece of a file. No edit changes what the file means: it
// makes it say what keepalived reads.
type Edit struct {
	File         string
	Line, Column int    // as in confparse.Pos
	Old, New     string // Old is what stands there
}

// Apply returns the text of a file with the edits for it made, and everything
// else byte for byte as it was. It fails if something else stands where an edit
// expects Old, as when the file has changed. Edits that overlap an earlier one
// are left out: another run finds them again.
func Apply(file, text string, edits []Edit) (string, error) {
	edits = slices.DeleteFunc(slices.Clone(edits), func(e Edit) bool { return e.File != file })
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	starts := []int{0}
	for line := range strings.Lines(text) {
		starts = append(starts, starts[len(starts)-1]+len(line))
	}
	var b strings.Builder
	done := 0
	for _, e := range edits {
		if e.Line < 1 || e.Line >= len(starts) || e.Column < 1 {
			return "", fmt.Errorf("%s has no line %d any more", file, e.Line)
		}
		at := min(starts[e.Line-1]+e.Column-1, len(text))
		if !strings.HasPrefix(text[at:], e.Old) {
			return "", fmt.Errorf("%s:%d:%d does not say %q any more", file, e.Line, e.Column, e.Old)
		}
		if at < done {
			continue
		}
		b.WriteString(text[done:at])
		b.WriteString(e.New)
		done = at + len(e.Old)
	}
	b.WriteString(text[done:])
	return b.String(), nil
}

// editable reports whether the text at a place is read from there only: what a
// definition replays may mean something else elsewhere.
func editable(at confparse.Pos) bool {
	for v := at.Via; v != nil; v = v.Pos.Via {
		if v.How != "included from" {
			return false
		}
	}
	return at.IsValid()
}

// replace returns the edit that puts a word in the place of another; nil if the
// old one does not stand there as it is.
func (n *node) replace(at confparse.Pos, old, with string) []Edit {
	line := n.text(at)
	if !editable(at) || at.Column > len(line) || !strings.HasPrefix(line[at.Column-1:], old) {
		return nil
	}
	return []Edit{{at.File, at.Line, at.Column, old, with}}
}

// remove returns the edit that takes the line of a statement away; nil if
// something else stands on it.
func (n *node) remove(s *confparse.Statement) []Edit {
	at := s.Pos()
	line := n.text(at)
	code, _, _ := strings.Cut(line, "#")
	code, _, _ = strings.Cut(code, "!")
	if !editable(at) || s.Block || strings.Join(strings.Fields(code), " ") != s.Line {
		return nil
	}
	return []Edit{{at.File, at.Line, 1, line, ""}}
}
