package confparse

import "fmt"

// builder makes a tree of logical lines. It knows the schema, and can therefore
// tell a brace that is missing from one that is misplaced.
type builder struct {
	r     *reporter
	stack []frame // the open blocks, the top level first
	// hook sees each statement as it is added: some change how the rest is read.
	hook  func(*node)
	hints map[hint]guess // what unknown has found out

	secretLine sourceLine // where the last password or key stands

	// complete, if not nil, gets the statements of the top level, as the body of
	// a node, whenever nothing can change them any more. They are used again
	// afterwards.
	complete func(*node)
	nodes    arena[node]
	round    int // how often that has been
}

type hint struct {
	block *block
	name  string
}

// guess is what may have been meant: a keyword of the block, if any, in words.
type guess struct{ keyword, help string }

// frame is an open block.
type frame struct {
	block *block // nil: the contents are skipped
	node  *node
	at    mark  // of the opening brace
	end   *node // the last statement of the block
	last  *node // the latest statement, if a brace may still follow it
	// doubt says that its closing brace has probably been forgotten, which has
	// been reported.
	doubt bool
}

func newBuilder(r *reporter, top *block, hook func(*node)) *builder {
	return &builder{r: r, hook: hook, hints: map[hint]guess{}, stack: []frame{{block: top, node: &node{}}}}
}

// top returns the innermost block, until another one is opened.
func (b *builder) top() *frame { return &b.stack[len(b.stack)-1] }

// add takes the next logical line.
func (b *builder) add(t text) {
	switch t.s {
	case "{":
		b.open(t.mark(0))
	case "}":
		b.close(t.mark(0))
	default:
		b.statement(t)
	}
}

func (b *builder) push(block *block, n *node, at mark) {
	n.opened = true
	b.stack = append(b.stack, frame{block: block, node: n, at: at})
}

func (b *builder) pop() {
	b.stack = b.stack[:len(b.stack)-1]
	b.top().last = nil
}

func (b *builder) open(at mark) {
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
		b.r.errorf(CodeBrace, at.Pos(), "", "%s takes no block", n.name())
		b.push(nil, &node{}, at)
	default:
		b.r.errorf(CodeBrace, at.Pos(), "", "unexpected '{': no keyword stands before it")
		b.push(nil, &node{}, at)
	}
}

func (b *builder) close(at mark) {
	if len(b.stack) == 1 {
		b.r.errorf(CodeBrace, at.Pos(), "", "unexpected '}': no block is open")
		return
	}
	b.requireBlock()
	b.pop()
	if len(b.stack) == 1 && b.complete != nil {
		top := b.top()
		b.complete(top.node)
		top.node.first, top.end = nil, nil
		b.nodes.reset()
		b.round++
	}
}

// requireBlock reports a keyword that should have been followed by a block.
func (b *builder) requireBlock() {
	f := b.top()
	n := f.last
	f.last = nil
	if n != nil && f.block != nil && n.keyword != nil && n.keyword.body != nil && !n.opened {
		b.r.errorf(CodeBrace, n.pos(), n.braced(), "%s has no block", n.name())
		b.attempt(f, n.keyword.Name)
		n.skip = true
	}
}

func (b *builder) statement(t text) {
	if b.top().block == nil {
		return
	}
	if n := b.node(t); n != nil {
		b.put(n)
	}
}

// put puts n where it belongs: into the innermost block, most likely.
func (b *builder) put(n *node) {
	f := b.top()
	if f.block.kind != statements {
		f.append(n)
		f.last = n
		return
	}
	if f.last != nil && f.last.keyword != nil && f.last.keyword.body != nil && !f.last.opened && b.fits(f.last.keyword.body, n) {
		// What follows is the content of the block: only its brace is missing.
		b.r.errorf(CodeBrace, f.last.pos(), fmt.Sprintf("%s {", f.last.title()), "the '{' after %s is missing", f.last.name())
		b.push(f.last.keyword.body, f.last, f.last.raw.mark(0))
		f.last = nil
		b.put(n)
		return
	}
	b.requireBlock()
	b.place(n)
}

// node returns t as a statement, or nil if it has no words.
func (b *builder) node(t text) *node {
	if t.pos.in == nil {
		t.pos.in = &reading{}
	}
	in := t.pos.in
	if in.round != b.round {
		in.tokens, in.round = in.tokens[:0], b.round
	}
	first := len(in.tokens)
	all, ok := words(in.tokens, t.s)
	length := len(all) - first
	if length == 0 {
		return nil
	}
	if length > maxWords {
		b.r.errorf(CodeTooLarge, t.at(int(all[first].start)), "", "the line has more than %d words", maxWords)
		all, length, ok = all[:first+1], 1, false
	}
	in.tokens = all
	n := b.nodes.one()
	n.raw, n.tokens, n.length = t, int32(first), uint16(length)
	// The language layer has reported a quote that is not closed.
	n.skip = b.curlyQuote(n) || !ok
	return n
}

// append makes n the last statement of the block.
func (f *frame) append(n *node) {
	if f.end == nil {
		f.node.first = n
	} else {
		f.end.next = n
	}
	f.end = n
}

// drop takes the last statement of the block away again.
func (f *frame) drop() {
	if f.node.first == f.end {
		f.node.first, f.end = nil, nil
		return
	}
	for n := range f.node.body {
		if n.next == f.end {
			n.next, f.end = nil, n
			return
		}
	}
}

// curlyQuote reports whether n has a word with a typographic quote.
func (b *builder) curlyQuote(n *node) bool {
	for i, t := range n.raw.pos.in.tokens[n.tokens:] { // n is the latest
		if !t.is(wordForeign) {
			continue
		}
		w := n.word(i)
		if q, off := curlyQuote(w); q != "" {
			at := w.Pos
			at.Column += off
			b.r.errorf(CodeCurlyQuote, at, `type it as "`, "%s is a typographic quote, which means nothing to keepalived", q)
			return true
		}
	}
	return false
}

// fits reports whether n could be content of the block.
func (b *builder) fits(inner *block, n *node) bool {
	name := n.name()
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

// finish ends the tree and returns a node with its top-level statements.
func (b *builder) finish() *node {
	b.requireBlock()
	if f := b.top(); len(b.stack) > 1 && !f.doubt {
		b.r.errorf(CodeBrace, f.at.Pos(), "", "the block that begins here is never closed")
	}
	return b.stack[0].node
}
