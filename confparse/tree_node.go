package confparse

import "math"

// node is a statement with the block that it opens.
//
// A large configuration has hundreds of thousands, so that their size counts.
type node struct {
	raw     text
	keyword *Keyword
	first   *node  // of the block
	next    *node  // behind this one
	tokens  int32  // which of raw.pos.in.tokens is the first of raw
	length  uint16 // how many there are, at least one
	opened  bool
	skip    bool // reported already: not to be decoded
}

// maxWords is how many words a statement can have.
const maxWords = math.MaxUint16

// count returns how many words there are.
func (n *node) count() int { return int(n.length) }

func (n *node) token(i int) token { return n.raw.pos.in.tokens[int(n.tokens)+i] }

// word returns word i.
func (n *node) word(i int) Word { return Word{n.text(i), n.token(i).is(wordQuoted), n.posOf(i)} }

// text returns the text of word i, which is most of what is asked for.
func (n *node) text(i int) string { return n.token(i).text(n.raw.s) }

func (n *node) posOf(i int) Pos { return n.raw.at(int(n.token(i).start)) }

// name returns the first word: a keyword, or an entry of a list.
func (n *node) name() string { return n.text(0) }

func (n *node) pos() Pos { return n.posOf(0) }

// body yields the statements of the block.
func (n *node) body(yield func(*node) bool) {
	for m := n.first; m != nil && yield(m); m = m.next {
	}
}

// words returns all words.
func (n *node) words() []Word {
	ws := make([]Word, n.count())
	for i := range ws {
		ws[i] = n.word(i)
	}
	return ws
}

// title names a block as users do: by keyword and name.
func (n *node) title() string {
	s := n.name()
	for i := 1; i < n.count(); i++ {
		s += " " + n.text(i)
	}
	return s
}
