package confparse

import (
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Status says what this project does about a keyword.
type Status uint8

// The statuses.
const (
	// Active keywords are decoded and acted on.
	Active Status = iota + 1
	// Known keywords belong to keepalived's language; they are accepted with a
	// warning, and have no effect yet: Instead says what to do.
	Known
	// Deprecated keywords are accepted with a warning; Help says what to write
	// instead.
	Deprecated
	// Refused keywords belong to keepalived's language, but to go without what
	// they ask for would cost availability: where they would have an effect,
	// they are errors.
	Refused
)

// String returns the status in one lower-case word.
func (s Status) String() string {
	switch s {
	case Active:
		return "active"
	case Known:
		return "known"
	case Deprecated:
		return "deprecated"
	case Refused:
		return "refused"
	}
	return fmt.Sprintf("Status(%d)", s)
}

// Keyword is one keyword of keepalived.conf in one place.
type Keyword struct {
	Block   string // where it stands: "" at the top level, else the path of blocks
	Name    string
	Args    string // what follows it, with ranges; empty for a flag
	Default string // what counts without it; empty if nothing does
	Status  Status
	Help    string // one line
	Instead string // what to do without it, where it is Known; else empty
	Example string // typical arguments; empty for a flag and for most blocks

	read func(c *cursor, to any) // nil: the arguments are not looked at
	body *block                  // nil: it opens no block
	in   *block                  // where it stands; nil: it is no keyword
	// judged says that the rules decide whether a Refused keyword has an effect.
	judged bool
	silent bool // keepalived says nothing about it being Deprecated
	// bad are arguments that are refused, if there are any.
	bad    string
	hasBad bool
	// beside is the next keyword of the block in the same slot of its index.
	beside *Keyword
}

// block is what may stand between a pair of braces.
type block struct {
	path     string // as in Keyword.Block
	kind     blockKind
	keywords []*Keyword
	index    [64]*Keyword // the first of each slot

	// open reads the words between keyword and brace, and returns what the
	// contents are decoded into: nil if they are only to be checked.
	open func(c *cursor, to any) any
	// entry decodes one line, or one word, of a list.
	entry func(c *cursor, to any)
	// done runs after the contents have been decoded.
	done func(d *decoder, n *node, to any)
}

type blockKind uint8

const (
	statements blockKind = iota // each line begins with a keyword of the block
	lines                       // each line is an entry of a list; keywords are its options
	wordList                    // each word is an entry of a list
)

// lookup returns a keyword of the block, or nil. It is asked for every statement.
func (b *block) lookup(name string) *Keyword {
	k := b.index[slot(name)]
	for k != nil && k.Name != name {
		k = k.beside
	}
	return k
}

// slot is where the index of a block has a name: a map takes longer to find that
// out than to compare the few names of a slot.
func slot(name string) int {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (n + 5*int(name[0]) + 11*int(name[n/2]) + 3*int(name[n-1])) % 64
}

// names yields the keywords of the block.
func (b *block) names(yield func(string) bool) {
	for _, k := range b.keywords {
		if !yield(k.Name) {
			return
		}
	}
}

// row is a Keyword as the tables have it.
type row struct {
	name   string
	args   args
	def    string
	status Status
	help   string
}

// newBlock makes a block of rows. Its name is the path of the keywords inside.
func newBlock(path string, tables ...[]row) *block {
	b := &block{path: path}
	for _, r := range slices.Concat(tables...) {
		k := &Keyword{
			Block: path, Name: r.name, Args: r.args.syntax, Default: r.def, Status: r.status, Help: r.help, Example: r.args.example,
			read: r.args.read, body: r.args.body, in: b, judged: r.args.judged, silent: r.args.silent, bad: r.args.bad, hasBad: r.args.hasBad,
		}
		if k.Status == Known {
			k.Instead = advice(path, k.Name)
		}
		b.keywords = append(b.keywords, k)
		first := &b.index[slot(k.Name)]
		k.beside, *first = *first, k
	}
	return b
}

// all yields the keywords of b and of the blocks in it, each with its block.
func (b *block) all() iter.Seq2[*block, *Keyword] {
	return func(yield func(*block, *Keyword) bool) { b.walk(yield) }
}

func (b *block) walk(yield func(*block, *Keyword) bool) bool {
	for _, k := range b.keywords {
		if !yield(b, k) || k.body != nil && !k.body.walk(yield) {
			return false
		}
	}
	return true
}

// language is the table of everything; it never changes.
var language = sync.OnceValue(topLevel)

// Keywords returns every keyword of keepalived.conf, blocks before what is in
// them. A keyword that is allowed in several places comes once for each.
func Keywords() []Keyword {
	var ks []Keyword
	for _, r := range syntaxRows() {
		ks = append(ks, Keyword{Block: "language", Name: r.name, Args: r.args.syntax, Default: r.def, Status: r.status, Help: r.help})
	}
	for _, k := range language().all() {
		ks = append(ks, *k)
	}
	return ks
}
