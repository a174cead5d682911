package confparse

import "fmt"

// node is a statement with the block that it opens.
type node struct {
	words   []Word // at least one
	raw     text   // for what is read as a shell would
	keyword *Keyword
	body    []*node
	opened  bool
	skip    bool // reported already: not to be decoded
}

func (n *node) pos() Pos { return n.words[0].Pos }

// title names a block as users do: by keyword and name.
func (n *node) title() string {
	s := n.words[0].Text
	for _, w := range n.words[1:] {
		s += " " + w.Text
	}
	return s
}

// builder makes a tree of logical lines. It knows the schema, and can therefore
// tell a brace that is missing from one that is misplaced.
type builder struct {
	r     *reporter
	stack []*frame // the open blocks, the top level first
	// hook sees each statement as it is added: some change how the rest is read.
	hook  func(*node)
	hints map[hint]string // what unknown has found out
}

type hint struct {
	block *block
	name  string
}

// frame is an open block.
type frame struct {
	block *block // nil: the contents are skipped
	node  *node
	at    Pos   // of the opening brace
	last  *node // the latest statement, which a brace may still follow
	// doubt says that its closing brace has probably been forgotten, which has
	// been reported.
	doubt bool
}

func newBuilder(r *reporter, top *block, hook func(*node)) *builder {
	return &builder{r: r, hook: hook, hints: map[hint]string{}, stack: []*frame{{block: top, node: &node{}}}}
}

func (b *builder) top() *frame { return b.stack[len(b.stack)-1] }

// add takes the next logical line.
func (b *builder) add(t text) {
	switch t.s {
	case "{":
		b.open(t.at(0))
	case "}":
		b.close(t.at(0))
	default:
		b.statement(t)
	}
}

func (b *builder) push(block *block, n *node, at Pos) {
	n.opened = true
	b.stack = append(b.stack, &frame{block: block, node: n, at: at})
}

func (b *builder) pop() {
	b.stack = b.stack[:len(b.stack)-1]
	b.top().last = nil
}

func (b *builder) open(at Pos) {
	f := b.top()
	n := f.last
	f.last = nil
	switch {
	case f.block == nil:
		b.push(nil, &node{}, at)
	case n != nil && n.keyword != nil && n.keyword.body != nil:
		b.push(n.keyword.body, n, at)
	case n != nil && f.block.kind != statements && b.reopen(n):
		b.push(n.keyword.body, n, at)
	case n != nil && n.keyword == nil && f.block.kind == statements:
		b.push(nil, n, at) // its keyword has been reported as unknown
	case n != nil:
		b.r.errorf(CodeBrace, at, "", "%s takes no block", n.words[0].Text)
		b.push(nil, &node{}, at)
	default:
		b.r.errorf(CodeBrace, at, "", "unexpected '{': no keyword stands before it")
		b.push(nil, &node{}, at)
	}
}

func (b *builder) close(at Pos) {
	if len(b.stack) == 1 {
		b.r.errorf(CodeBrace, at, "", "unexpected '}': no block is open")
		return
	}
	b.requireBlock()
	b.pop()
}

// requireBlock reports a keyword that should have been followed by a block.
func (b *builder) requireBlock() {
	f := b.top()
	n := f.last
	f.last = nil
	if n != nil && f.block != nil && n.keyword != nil && n.keyword.body != nil && !n.opened {
		b.r.errorf(CodeBrace, n.pos(), fmt.Sprintf("%s { ... }", n.title()), "%s has no block", n.words[0].Text)
		n.skip = true
	}
}

func (b *builder) statement(t text) {
	f := b.top()
	if f.block == nil {
		return
	}
	n := &node{raw: t}
	var ok bool
	if n.words, ok = words(t); !ok {
		// The language layer has reported the quote.
		n.skip = true
	}
	if len(n.words) == 0 {
		return
	}
	for _, w := range n.words {
		if q, off := curlyQuote(w); q != "" {
			at := w.Pos
			at.Column += off
			b.r.errorf(CodeCurlyQuote, at, `type it as "`, "%s is a typographic quote, which means nothing to keepalived", q)
			n.skip = true
			break
		}
	}
	if f.block.kind != statements {
		f.node.body = append(f.node.body, n)
		f.last = n
		return
	}
	if f.last != nil && f.last.keyword != nil && f.last.keyword.body != nil && !f.last.opened && b.fits(f.last.keyword.body, n) {
		// What follows is the content of the block: only its brace is missing.
		b.r.errorf(CodeBrace, f.last.pos(), fmt.Sprintf("%s {", f.last.title()), "the '{' after %s is missing", f.last.words[0].Text)
		b.push(f.last.keyword.body, f.last, f.last.pos())
		f.last = nil
		b.statement(t)
		return
	}
	b.requireBlock()
	b.place(n)
}

// fits reports whether n could be content of the block.
func (b *builder) fits(inner *block, n *node) bool {
	name := n.words[0].Text
	if inner.kind == statements {
		return inner.lookup(name) != nil
	}
	for _, f := range b.stack {
		if f.block != nil && f.block.lookup(name) != nil {
			return false
		}
	}
	return true
}

// finish ends the tree and returns its top-level statements.
func (b *builder) finish() []*node {
	b.requireBlock()
	if f := b.top(); len(b.stack) > 1 && !f.doubt {
		b.r.errorf(CodeBrace, f.at, "", "the block that begins here is never closed")
	}
	return b.stack[0].node.body
}
