package confparse

import (
	"io/fs"
	"net/netip"
)

// decoder turns the tree into a Config, as the schema says.
type decoder struct {
	r   *reporter
	cfg *Config
	// global is cfg.Global while it is decoded.
	global *global
	// quiet counts the enclosing blocks that have been announced as without
	// effect, so that what is in them is not.
	quiet int
	tree  *node // its body is the top level; nil if it is decoded early
	phase phase
	// tooEarly says that what follows can change what has been decoded.
	tooEarly bool
	// instances are those of cfg by name, of which there can be many.
	instances map[string]*Instance
	// later has what the whole tree defines, once somebody has asked.
	later map[string]Pos
	top   *block
	allow bool // Options.AllowUnsupported
	// claims has the first holder of each address.
	claims map[place]claim
	// ownChanges has the instances with a notify_priority_changes of their own.
	ownChanges map[*Instance]bool
	// fs has the files of iproute2.
	fs fs.FS
	// unprioritised counts the rules without a priority.
	unprioritised int

	// What is needed one at a time, for every statement, address or virtual
	// server.
	cursor   cursor
	address  addressEntry
	reals    []realServer
	checkers []*checker
	taken    map[netip.AddrPort]bool

	// What the Config has very many of.
	realServers slab[RealServer]
	checks      slab[Check]
	checkLists  slab[*Check]
}

// isKeyword reports whether a word is a keyword anywhere, so that it is
// probably not an entry of a list.
func (d *decoder) isKeyword(s string) bool {
	for _, k := range d.top.all() {
		if k.Name == s {
			return true
		}
	}
	return false
}

func newDecoder(r *reporter, top *block, opts Options) *decoder {
	d := &decoder{r: r, cfg: newConfig(), top: top, allow: opts.AllowUnsupported, fs: opts.FS}
	d.global = &global{Global: &d.cfg.Global}
	d.instances = map[string]*Instance{}
	d.claims = map[place]claim{}
	d.taken = map[netip.AddrPort]bool{}
	d.ownChanges = map[*Instance]bool{}
	return d
}

// phase says when a statement of the top level is decoded.
type phase uint8

const (
	phaseGlobal phase = iota // every block takes defaults from it, wherever it stands
	phaseGroups              // may stand behind those who use it
	phaseRest                // in the order of the file
)

func phaseOf(n *node) phase {
	switch n.name() {
	case "global_defs":
		return phaseGlobal
	case "virtual_server_group":
		return phaseGroups
	}
	return phaseRest
}

// config decodes everything.
func (d *decoder) config(tree *node) {
	d.tree = tree
	for p := phaseGlobal; p <= phaseRest; p++ {
		d.enter(p)
		for n := range tree.body {
			if phaseOf(n) == p {
				d.statement(n, d.cfg)
			}
		}
	}
}

// early decodes some statements, and notices if one of them should have been
// decoded before others that have been.
func (d *decoder) early(some *node) {
	for n := range some.body {
		p := phaseOf(n)
		if p == phaseRest && n.name() != "virtual_server" {
			p = phaseGroups // it does not use groups
		}
		if p < d.phase {
			d.tooEarly = true
		}
		if d.tooEarly {
			return
		}
		d.enter(p)
		d.statement(n, d.cfg)
	}
}

// enter begins a phase.
func (d *decoder) enter(p phase) {
	if d.phase == phaseGlobal && p > phaseGlobal {
		d.global.resolve()
	}
	d.phase = p
}

// finish ends the decoding of everything.
func (d *decoder) finish() *Config {
	d.enter(phaseRest)
	if !d.tooEarly {
		d.crossCheck()
	}
	return d.cfg
}

// definedLater returns where the whole tree defines something, to tell what
// stands too late from what is missing.
func (d *decoder) definedLater(kind, name string) (at Pos, ok bool) {
	if d.tree == nil {
		d.tooEarly = true // to tell
		return at, false
	}
	if d.later == nil {
		d.later = map[string]Pos{}
		for n := range d.tree.body {
			if n.count() > 1 && n.keyword != nil && n.name() != "global_defs" {
				d.later[n.keyword.Name+" "+n.text(1)] = n.posOf(1)
			}
		}
	}
	at, ok = d.later[kind+" "+name]
	return at, ok
}

// over returns the cursor, which there is one of, over n from word i on. Blocks
// are decoded after the words before them, so that no two are needed at a time.
func (d *decoder) over(n *node, b *block, i int) *cursor {
	d.cursor = cursor{r: d.r, d: d, b: b, n: n, i: i}
	return &d.cursor
}

// contents decodes what stands between the braces of n.
func (d *decoder) contents(b *block, n *node, to any) {
	for n := range n.body {
		switch {
		case n.skip:
		case b.kind == statements || n.keyword != nil:
			d.statement(n, to)
		case to == nil || b.entry == nil:
		case b.kind == wordList:
			for c := d.over(n, b, 0); c.more(); {
				b.entry(c, to)
			}
		default:
			c := d.over(n, b, 0)
			b.entry(c, to)
			c.rest()
		}
	}
}

// statement decodes n into to; nil has it only checked.
func (d *decoder) statement(n *node, to any) {
	k := n.keyword
	if n.skip || k == nil {
		return
	}
	if k.Status == Deprecated || k.Status != Active && d.quiet == 0 {
		d.announce(k, n.pos())
	}
	c := d.over(n, nil, 1)
	if k.body == nil {
		if k.read != nil && to != nil {
			k.read(c, to)
			c.rest()
		} else if k.Args == "" {
			c.rest()
		}
		return
	}
	if k.Status == Known || k.Status == Refused {
		d.quiet++
		defer func() { d.quiet-- }()
	}
	inner := to
	if k.body.open == nil && k.body.entry == nil {
		inner = nil
	} else if k.body.open != nil && to != nil {
		if inner = k.body.open(c, to); inner == nil {
			return // refused, with a report
		}
		c.rest()
	}
	d.contents(k.body, n, inner)
	if k.body.done != nil && inner != nil {
		k.body.done(d, n, inner)
	}
}

// announce warns of keywords that do not do what one might expect.
func (d *decoder) announce(k *Keyword, at Pos) {
	switch {
	case k.Status == Deprecated && k.silent:
		d.r.notef(CodeDeprecated, at, k.Help, "%s is deprecated", k.Name)
	case k.Status == Deprecated:
		d.r.warnf(CodeDeprecated, at, k.Help, "%s is deprecated", k.Name)
	case d.quiet > 0:
	case k.Status == Known:
		d.r.warnf(CodeNotActedOn, at, k.Instead, "%s is known, but has no effect here yet", k.Name)
	case k.Status == Refused && !k.judged:
		d.unsupported(at, "", k.Name+" is")
	}
}

// unsupported refuses what keepalived does and this project does not, where to
// go without would cost availability; Options.AllowUnsupported lets it pass.
func (d *decoder) unsupported(at Pos, help, what string) {
	if help == "" {
		help = "to go without it could cost availability; --allow-unsupported starts nevertheless"
	}
	severity := Error
	if d.allow {
		severity = Warning
	}
	d.r.report(severity, CodeUnsupported, at, help, "%s not supported by keepalived-lite", what)
}
