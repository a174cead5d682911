package confparse

// ParseFile reads a configuration from the file of that name, with everything
// it includes. The Config is nil only if there was nothing to read: a missing,
// unreadable or empty file, which the Diagnostics say.
func ParseFile(name string, opts Options) (*Config, Diagnostics) {
	return parseEarly(opts, func(p *parser) (*Config, Diagnostics) { return p.parseFile(name) })
}

// Parse reads a configuration from src. Includes are relative to the directory
// of name, which need not exist.
func Parse(name string, src []byte, opts Options) (*Config, Diagnostics) {
	return parseEarly(opts, func(p *parser) (*Config, Diagnostics) { return p.parse(name, src) })
}

// parseEarly decodes each block as soon as it has been read, which saves the
// memory of a tree of everything. If that turns out to have been too early, it
// starts again with such a tree.
func parseEarly(opts Options, parse func(*parser) (*Config, Diagnostics)) (*Config, Diagnostics) {
	p := newParser(opts)
	p.tree.complete = p.early
	if cfg, ds := parse(p); !p.d.tooEarly {
		return cfg, ds
	}
	return parse(newParser(opts))
}

// parser is the layers of one parse put together.
type parser struct {
	r    *reporter
	pre  *preproc
	tree *builder
	d    *decoder
}

func (p *parser) parseFile(name string) (*Config, Diagnostics) {
	if err := p.pre.file(name, nil); err != nil {
		p.r.files = append(p.r.files, name)
		p.r.errorf(CodeNoConfig, Pos{File: name}, "", "cannot read the configuration: %v", err)
		return nil, p.r.diagnostics()
	}
	return p.finish(name)
}

func (p *parser) parse(name string, src []byte) (*Config, Diagnostics) {
	p.pre.within(name, func() { p.pre.source(name, string(src), nil) })
	return p.finish(name)
}

func newParser(opts Options) *parser {
	opts = opts.withDefaults()
	top := language()
	p := &parser{r: newReporter()}
	p.d = newDecoder(p.r, top, opts)
	p.pre = &preproc{opts: opts, r: p.r, defs: map[string]definition{}, rand: opts.Rand}
	if opts.Rand == nil {
		p.pre.rand = unseeded
	}
	if opts.StrictIncludes {
		p.pre.check = checkAll
	}
	p.tree = newBuilder(p.r, top, p.directive)
	p.pre.sink = p.tree.add
	return p
}

func (p *parser) finish(name string) (*Config, Diagnostics) {
	p.pre.closeDefinition()
	tree := p.tree.finish()
	if tree.first == nil && p.tree.round == 0 && len(p.r.found) == 0 {
		p.r.errorf(CodeNoConfig, Pos{File: name}, "", "the configuration is empty")
		return nil, p.r.diagnostics()
	}
	if p.tree.complete != nil {
		p.early(tree)
	} else {
		p.d.config(tree)
	}
	cfg := p.d.finish()
	cfg.Files = p.r.files
	return cfg, p.r.diagnostics()
}

// early decodes the statements of the top level that have been read since it was
// last called.
func (p *parser) early(tree *node) {
	p.d.early(tree)
	p.pre.stopped = p.pre.stopped || p.d.tooEarly
}

// directive lets a statement change how what follows is read.
func (p *parser) directive(n *node) {
	if n.keyword.Block != "global_defs" {
		return
	}
	switch n.name() {
	case "include_check":
		p.includeCheck(n)
	case "random_seed":
		c := cursor{r: p.r, n: n, i: 1}
		if seed, ok := c.number(0, 1<<31-1); ok && p.pre.opts.Rand == nil {
			p.pre.rand = seeded(uint64(seed))
		}
	}
}

// includeCheck evaluates "include_check [[+|-]read|match|wildcard_match|brace_match ...]".
func (p *parser) includeCheck(n *node) {
	names := map[string]includeCheck{"read": checkRead, "readable": checkRead, "match": checkMatch, "wildcard_match": checkWildcard, "brace_match": checkBrace}
	if n.count() == 1 {
		p.pre.check = checkAll
		return
	}
	for i, w := range n.words()[1:] {
		name := w.Text
		sign := byte(0)
		if name != "" && (name[0] == '+' || name[0] == '-') {
			sign, name = name[0], name[1:]
		}
		check, ok := names[name]
		switch {
		case !ok:
			p.r.errorf(CodeInvalid, w.Pos, "read, match, wildcard_match or brace_match, with + or - before it", "include_check does not know %q", name)
		case sign == '-':
			p.pre.check &^= check
		case sign == '+' || i > 0:
			p.pre.check |= check
		default:
			p.pre.check = check
		}
	}
}
