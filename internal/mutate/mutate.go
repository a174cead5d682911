package mutate

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Mutant is one mistake.
type Mutant struct {
	ID   int
	Pos  string // file:line:column
	What string
	Line string // of the source
	edit edit   // how to make it
}

// String names the mistake by what stands there, so that the name holds when
// lines move.
func (m Mutant) String() string {
	file, _, _ := strings.Cut(m.Pos, ":")
	return fmt.Sprintf("%s: %s: %s", file, m.Line, m.What)
}

// edit replaces a part of a file.
type edit struct {
	file       string
	start, end int    // offsets
	switched   string // by an expression that the environment variable controls
	constant   string // or for good, by this text
}

// Package is a package with its possible mistakes.
type Package struct {
	Name    string
	Mutants []Mutant
	source  map[string][]byte // by path
}

// variable is the environment variable that chooses a mistake.
const variable = "VRRPKIT_MUTANT"

// Load reads the package in dir, and finds the mistakes that can be made in some
// of its files. timers are the names of the fields whose assignments to drop.
func Load(dir string, files, timers []string) (*Package, error) {
	dir, err := filepath.Abs(dir) // overlays are for absolute paths
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	p := &Package{source: map[string][]byte{}}
	all, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, path := range all {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_other.go") {
			continue
		}
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.Name = f.Name.Name
		parsed = append(parsed, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	if _, err := conf.Check(dir, set, parsed, info); err != nil {
		return nil, err
	}
	for _, f := range parsed {
		path := set.Position(f.Pos()).Filename
		if !slices.Contains(files, filepath.Base(path)) {
			continue
		}
		if p.source[path], err = os.ReadFile(path); err != nil {
			return nil, err
		}
		p.find(set, f, info, timers)
	}
	return p, nil
}

// find lists the mistakes of a file.
func (p *Package) find(set *token.FileSet, f *ast.File, info *types.Info, timers []string) {
	add := func(n ast.Node, what string, switched func(id int, text string) string, constant string) {
		start, end := set.Position(n.Pos()), set.Position(n.End())
		id := len(p.Mutants) + 1
		e := edit{file: start.Filename, start: start.Offset, end: end.Offset, constant: constant}
		if switched != nil {
			e.switched = switched(id, string(p.source[start.Filename][start.Offset:end.Offset]))
		}
		p.Mutants = append(p.Mutants, Mutant{id, fmt.Sprintf("%s:%d:%d", filepath.Base(start.Filename), start.Line, start.Column), what, p.line(start), e})
	}
	constant := false // within a constant declaration
	keys := map[ast.Expr]bool{}
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			was := constant
			constant = n.Tok == token.CONST
			for _, s := range n.Specs {
				ast.Inspect(s, walk)
			}
			constant = was
			return false
		case *ast.KeyValueExpr:
			keys[n.Key] = true
		case *ast.ArrayType:
			return false // a length must be constant
		case *ast.BinaryExpr:
			switch n.Op {
			case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
				if !constant {
					add(n, "not "+p.text(set, n), func(id int, _ string) string { return fmt.Sprintf("mutantFlip(%d, ", id) }, "")
				}
			}
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE && slices.ContainsFunc(n.Lhs, func(x ast.Expr) bool { return isTimer(x, timers) }) {
				add(n, "without "+p.text(set, n), func(id int, _ string) string { return fmt.Sprintf("if !mutantIs(%d) { ", id) }, "")
			}
		case *ast.BasicLit:
			if n.Kind != token.INT {
				return true
			}
			v, err := strconv.ParseInt(n.Value, 0, 64)
			if err != nil {
				return true
			}
			what := fmt.Sprintf("%d instead of %s", v+1, n.Value)
			// An index of an array's literal must be constant, and a part of a
			// constant expression has no type of its own.
			basic, ok := info.Types[n].Type.(*types.Basic)
			if constant || keys[n] || ok && basic.Info()&types.IsUntyped != 0 {
				add(n, what, nil, strconv.FormatInt(v+1, 10))
				return true
			}
			typ := types.TypeString(info.Types[n].Type, func(o *types.Package) string {
				if o.Name() == p.Name {
					return ""
				}
				return o.Name()
			})
			typ = strings.Replace(typ, "time.Duration", "mutantDuration", 1)
			add(n, what, func(id int, text string) string { return fmt.Sprintf("mutantShift[%s](%d, %s)", typ, id, text) }, "")
		}
		return true
	}
	ast.Inspect(f, walk)
}

func (p *Package) text(set *token.FileSet, n ast.Node) string {
	start, end := set.Position(n.Pos()), set.Position(n.End())
	line, _, _ := strings.Cut(string(p.source[start.Filename][start.Offset:end.Offset]), "\n")
	return line
}

// line returns the line at pos without the space around it.
func (p *Package) line(pos token.Position) string {
	lines := strings.Split(string(p.source[pos.Filename]), "\n")
	return strings.TrimSpace(lines[pos.Line-1])
}

func isTimer(x ast.Expr, timers []string) bool {
	s, ok := x.(*ast.SelectorExpr)
	return ok && slices.Contains(timers, s.Sel.Name)
}
