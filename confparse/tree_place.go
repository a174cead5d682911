package confparse

import "fmt"

// place finds the keyword of n and puts it where it belongs.
func (b *builder) place(n *node) {
	f := b.top()
	name := n.name()
	if n.keyword = f.block.lookup(name); n.keyword != nil {
		b.append(f, n)
		return
	}
	f.last = n
	for i := len(b.stack) - 2; i >= 0; i-- {
		outer := &b.stack[i]
		if outer.block == nil {
			continue
		}
		k := outer.block.lookup(name)
		if k == nil {
			continue
		}
		n.keyword = k
		if i == 0 {
			// Nothing of the top level can stand further in.
			b.closeTo(0, n)
			b.append(b.top(), n)
			return
		}
		// Either a '}' has been forgotten, or the line has slipped. It means
		// the same in both cases.
		if !f.doubt {
			b.r.errorf(CodeMisplaced, n.pos(), fmt.Sprintf("is a '}' missing before it? %s opened its block at %s", f.node.name(), f.at.Pos()),
				"%s does not belong into %s, but into %s", name, f.node.name(), outer.node.name())
		}
		for j := range b.stack[i:] {
			b.stack[i+j].doubt = true
		}
		b.append(outer, n)
		f.last = n
		return
	}
	b.unknown(n, f)
}

func (b *builder) append(f *frame, n *node) {
	if b.inSecretBlock(f) {
		b.secretLine = lineOf(n.pos())
	}
	f.append(n)
	f.last = n
	b.hook(n)
}

// inSecretBlock reports whether f is a block that holds passwords or keys.
func (b *builder) inSecretBlock(f *frame) bool {
	if f == &b.stack[0] {
		return false
	}
	name := f.node.name()
	return name == "authentication" || name == "auth_hmac"
}

func (b *builder) unknown(n *node, f *frame) {
	name := n.name()
	where := "at the top level"
	if len(b.stack) > 1 {
		where = "in " + f.node.name()
	}
	key := hint{f.block, name}
	meant, ok := b.hints[key]
	if !ok {
		meant = b.hint(key)
		b.hints[key] = meant
	}
	help := meant.help
	if meant.keyword != "" {
		b.attempt(f, meant.keyword)
	}
	if help == "" && (b.inSecretBlock(f) || b.secretLine == lineOf(n.pos())) {
		// It may be a piece of a password, behind a brace or a line's end.
		b.r.hide(n.pos())
		b.r.errorf(CodeUnknownKeyword, n.pos(), "a password with blanks, braces, # or ! stands in double quotes", "unknown keyword %s", where)
		return
	}
	b.r.errorf(CodeUnknownKeyword, n.pos(), help, "unknown keyword %s %s", name, where)
}

// attempt notes that a keyword was probably meant in the block of f.
func (b *builder) attempt(f *frame, keyword string) {
	if f.node.length > 0 { // not the top level
		b.r.attempt(f.node.pos(), keyword)
	}
}

// hint says what may have been meant.
func (b *builder) hint(key hint) guess {
	if s := suggest(key.name, key.block.names); s != "" {
		return guess{s, fmt.Sprintf("did you mean %s?", s)}
	}
	if place := places(b.stack[0].block, key.name); place != "" {
		return guess{"", fmt.Sprintf("%s belongs %s", key.name, place)}
	}
	return guess{}
}

// places says in which blocks a keyword may stand.
func places(top *block, name string) string {
	s := ""
	for b, k := range top.all() {
		if k.Name != name || b.kind != statements {
			continue
		}
		place := "into " + k.Block
		if k.Block == "" {
			place = "to the top level"
		}
		if s != "" {
			s += ", or "
		}
		s += place
	}
	return s
}

// reopen handles an entry of a list that turns out to open a block: the list
// has not been closed.
func (b *builder) reopen(n *node) bool {
	depth := len(b.stack)
	for i := depth - 2; i >= 0; i-- {
		if b.stack[i].block == nil {
			continue
		}
		k := b.stack[i].block.lookup(n.name())
		if k == nil || k.body == nil {
			continue
		}
		b.top().drop()
		b.closeTo(i, n)
		n.keyword = k
		b.top().append(n)
		return true
	}
	return false
}

// closeTo closes every block above stack[i], because n can only stand there.
func (b *builder) closeTo(i int, n *node) {
	for len(b.stack)-1 > i {
		if f := b.top(); !f.doubt {
			b.r.errorf(CodeBrace, n.pos(), fmt.Sprintf("%s opened its block at %s", f.node.name(), f.at.Pos()),
				"a '}' is missing before %s: %s is still open", n.name(), f.node.title())
		}
		b.pop()
	}
}
