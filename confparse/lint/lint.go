package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Check returns what the rules find in the configurations of one or more nodes,
// in the order of the nodes and their files. Documents without a Config are
// passed over.
func Check(docs ...*confparse.Document) []Finding {
	p := newPass(docs)
	for _, r := range Rules() {
		p.rule = r
		if r.all != nil {
			r.all(p)
		}
		for _, n := range p.nodes {
			if r.one != nil {
				r.one(p, n)
			}
		}
	}
	slices.SortStableFunc(p.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(p.order[a.Node], p.order[b.Node]), strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p.found
}

// pass is one run over all nodes.
type pass struct {
	nodes   []*node
	routers []*router
	order   map[string]int
	rule    Rule
	found   []Finding
}

func newPass(docs []*confparse.Document) *pass {
	p := &pass{order: map[string]int{}}
	for i, doc := range docs {
		if doc == nil || doc.Config == nil {
			continue
		}
		n := newNode(doc, i)
		p.order[n.name] = i
		p.nodes = append(p.nodes, n)
	}
	p.routers = routers(p.nodes)
	return p
}

// report adds a finding of the current rule. An empty help means the rule's.
func (p *pass) report(n *node, at confparse.Pos, help, format string, args ...any) *Finding {
	source := confparse.Excerpt(strings.TrimRight(n.text(at), "\r\n"))
	p.found = append(p.found, Finding{
		Diagnostic: confparse.Diagnostic{
			Pos: at, Code: p.rule.ID, Severity: p.rule.Severity,
			Message: fmt.Sprintf(format, args...), Help: cmp.Or(help, p.rule.Fix), Source: source,
		},
		Node: n.name,
	})
	return &p.found[len(p.found)-1]
}

// node is a configuration and where its parts stand.
type node struct {
	doc   *confparse.Document
	cfg   *confparse.Config
	index int
	name  string
	at    map[place]*confparse.Statement // the top level
	lines map[string][]string            // of each file
}

// place is a Pos that can be compared.
type place struct {
	file         string
	line, column int
	via          *confparse.Via
}

func placeOf(p confparse.Pos) place { return place{p.File, p.Line, p.Column, p.Via} }

func newNode(doc *confparse.Document, index int) *node {
	n := &node{doc: doc, cfg: doc.Config, index: index, name: doc.Name, at: map[place]*confparse.Statement{}, lines: map[string][]string{}}
	for _, s := range doc.Statements {
		n.at[placeOf(s.Pos())] = s
	}
	for name, text := range doc.Sources {
		n.lines[name] = slices.Collect(strings.Lines(text))
	}
	return n
}

// text returns the line at a place as it is in the file, with its end.
func (n *node) text(at confparse.Pos) string {
	if lines := n.lines[at.File]; at.Line >= 1 && at.Line <= len(lines) {
		return lines[at.Line-1]
	}
	return ""
}

// block returns the statement that stands at a place of the top level.
func (n *node) block(at confparse.Pos) *confparse.Statement {
	if s := n.at[placeOf(at)]; s != nil {
		return s
	}
	return &confparse.Statement{Words: []confparse.Word{{Pos: at}}}
}

// blocks returns the statements of the top level with that keyword.
func (n *node) blocks(keyword string) []*confparse.Statement {
	top := confparse.Statement{Body: n.doc.Statements}
	return top.All(keyword)
}

// global returns the last statement of global_defs with that keyword, or nil.
func (n *node) global(keyword string) (found *confparse.Statement) {
	for _, g := range n.blocks("global_defs") {
		found = cmp.Or(g.Last(keyword), found)
	}
	return found
}

// line returns where a keyword of an instance stands, or else the instance.
func (n *node) line(i *confparse.Instance, keyword string) confparse.Pos {
	return posOf(n.block(i.Pos), keyword)
}

// posOf returns where a keyword of a block stands, or else the block.
func posOf(b *confparse.Statement, keyword string) confparse.Pos {
	if s := b.Last(keyword); s != nil {
		return s.Pos()
	}
	return b.Pos()
}
