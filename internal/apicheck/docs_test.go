package apicheck

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestDocumentation wants a comment at every package and every exported name of
// the public packages, a package comment that says who may call what when, and an
// example of the package as a whole.
func TestDocumentation(t *testing.T) {
	tr := loaded(t)
	for _, path := range slices.Sorted(maps.Keys(tr.packages)) {
		if !public(path) {
			continue
		}
		l := tr.list[path]
		about := ""
		for _, name := range l.GoFiles {
			f := tr.files[l.Dir+"/"+name]
			if f.Doc != nil {
				about += f.Doc.Text()
			}
			for _, d := range f.Decls {
				for at, what := range undocumented(d) {
					t.Errorf("%s: %s has no comment", tr.fset.Position(at), what)
				}
			}
		}
		if !strings.Contains(about, "goroutine") {
			t.Errorf("%s: the package comment does not say which goroutines may call it, or which it has", path)
		}
		if !hasExample(tr, l) {
			t.Errorf("%s: no func Example", path)
		}
	}
}

func hasExample(tr *tree, l listed) bool {
	for _, name := range slices.Concat(l.TestGoFiles, l.XTestGoFiles) {
		for _, d := range tr.files[l.Dir+"/"+name].Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Example" {
				return true
			}
		}
	}
	return false
}

// undocumented are the exported names of a declaration without a comment. A
// comment of a group is one for all of it.
func undocumented(d ast.Decl) map[token.Pos]string {
	missing := map[token.Pos]string{}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d))) {
			missing[d.Pos()] = d.Name.Name
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					missing[s.Pos()] = s.Name.Name
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					missing[s.Pos()] = s.Names[0].Name
				}
			}
		}
	}
	return missing
}

// receiver is the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if g, ok := t.(*ast.IndexExpr); ok {
		t = g.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
