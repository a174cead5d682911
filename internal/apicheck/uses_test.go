package apicheck

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestExportedNamesAreUsed finds what the public packages export and nothing
// shows: no other package, no test, no example uses it. Either it is missed
// there, or nobody needs it.
func TestExportedNamesAreUsed(t *testing.T) {
	tr := loaded(t)
	used := tr.used()
	tr.keywords(t, used)
	for _, path := range slices.Sorted(maps.Keys(tr.packages)) {
		if !public(path) {
			continue
		}
		p := tr.packages[path]
		for _, name := range p.Scope().Names() {
			for what, obj := range exported(p.Scope().Lookup(name)) {
				if !used[obj.Pos()] && !isPos(obj) && !tr.required(obj) && !tr.implemented(obj, path) {
					t.Errorf("%s: nothing outside of its package, no test and no example uses %s.%s", tr.fset.Position(obj.Pos()), p.Name(), what)
				}
			}
		}
	}
}

// used collects the declarations that are used outside of their package's own
// code. A type is, too, where a value of it is at hand and its name is not.
func (t *tree) used() map[token.Pos]bool {
	used := map[token.Pos]bool{}
	for path, infos := range t.infos {
		for _, info := range infos {
			foreign := func(at token.Pos, p *types.Package) bool {
				return p != nil && (strings.TrimSuffix(p.Path(), "_test") != path || strings.HasSuffix(t.fset.Position(at).Filename, "_test.go"))
			}
			for id, obj := range info.Uses {
				if foreign(id.Pos(), obj.Pkg()) {
					used[obj.Pos()] = true
				}
			}
			for e, tv := range info.Types {
				if lit, ok := e.(*ast.CompositeLit); ok && len(lit.Elts) > 0 {
					for f := range unkeyed(lit, tv.Type) {
						if foreign(e.Pos(), f.Pkg()) {
							used[f.Pos()] = true
						}
					}
				}
				for named := range namedIn(tv.Type) {
					if foreign(e.Pos(), named.Obj().Pkg()) {
						used[named.Obj().Pos()] = true
					}
				}
			}
			for e, s := range info.Selections {
				for _, f := range through(s) {
					if foreign(e.Pos(), f.Pkg()) {
						used[f.Pos()] = true
						for named := range namedIn(f.Type()) {
							used[named.Obj().Pos()] = true
						}
					}
				}
			}
		}
	}
	return used
}

// keywords adds the fields of a configuration that the golden list of confparse
// names: a test of it gives every keyword, and compares what each of them changes.
func (t *tree) keywords(tb testing.TB, used map[token.Pos]bool) {
	golden, err := os.ReadFile("../../confparse/testdata/keywords.txt")
	if err != nil {
		tb.Fatal(err)
	}
	root := t.packages[module+"/confparse"].Scope().Lookup("Config").Type()
	for _, line := range regexp.MustCompile(`(?m)^    ([A-Z][\w.\[\]]*): `).FindAllStringSubmatch(string(golden), -1) {
		typ := root
		for name := range strings.SplitSeq(line[1], ".") {
			name, _, _ = strings.Cut(name, "[")
			obj, _, _ := types.LookupFieldOrMethod(typ, true, nil, name)
			if obj == nil {
				tb.Fatalf("there is no %s of %s any more", name, line[1])
			}
			used[obj.Pos()] = true
			typ = obj.Type()
			for named := range namedIn(typ) {
				used[named.Obj().Pos()], typ = true, named
			}
		}
	}
}

// isPos tells whether a field says where something stands in a file: confparse has
// a test that looks at all of them.
func isPos(obj types.Object) bool {
	f, ok := obj.(*types.Var)
	return ok && f.IsField() && f.Type().String() == module+"/confparse.Pos"
}

// unkeyed are the fields that a literal without their names sets.
func unkeyed(lit *ast.CompositeLit, t types.Type) func(func(*types.Var) bool) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	u, ok := t.Underlying().(*types.Struct)
	if _, keyed := lit.Elts[0].(*ast.KeyValueExpr); !ok || keyed {
		return func(func(*types.Var) bool) {}
	}
	return func(yield func(*types.Var) bool) {
		for f := range u.Fields() {
			if !yield(f) {
				return
			}
		}
	}
}

// through are the embedded fields that a selection goes through.
func through(s *types.Selection) []*types.Var {
	var fields []*types.Var
	typ := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := typ.Underlying().(*types.Pointer); ok {
			typ = p.Elem()
		}
		f := typ.Underlying().(*types.Struct).Field(i)
		fields = append(fields, f)
		typ = f.Type()
	}
	return fields
}

// namedIn are the named types that a value of type t shows: itself, what it
// points to, what it is a list or channel of.
func namedIn(t types.Type) func(func(*types.Named) bool) {
	return func(yield func(*types.Named) bool) {
		for {
			switch u := types.Unalias(t).(type) {
			case *types.Named:
				yield(u.Origin())
				return
			case *types.Pointer:
				t = u.Elem()
			case *types.Slice:
				t = u.Elem()
			case *types.Array:
				t = u.Elem()
			case *types.Chan:
				t = u.Elem()
			case *types.Map:
				t = u.Elem()
			default:
				return
			}
		}
	}
}

// exported are the exported names of a declaration: its own, and those of its
// fields and methods.
func exported(obj types.Object) func(func(string, types.Object) bool) {
	return func(yield func(string, types.Object) bool) {
		if !obj.Exported() || !yield(obj.Name(), obj) {
			return
		}
		tn, ok := obj.(*types.TypeName)
		if !ok {
			return
		}
		if tn.IsAlias() {
			return
		}
		named := tn.Type().(*types.Named)
		for m := range named.Methods() {
			if m.Exported() && !yield(obj.Name()+"."+m.Name(), m) {
				return
			}
		}
		switch u := named.Underlying().(type) {
		case *types.Struct:
			for f := range u.Fields() {
				if f.Exported() && !yield(obj.Name()+"."+f.Name(), f) {
					return
				}
			}
		case *types.Interface:
			for m := range u.ExplicitMethods() {
				if m.Exported() && !yield(obj.Name()+"."+m.Name(), m) {
					return
				}
			}
		}
	}
}

// required tells whether a method is there because an interface wants it: one of
// this module, or of those that the standard library looks for.
func (t *tree) required(obj types.Object) bool {
	m, ok := obj.(*types.Func)
	if !ok || m.Signature().Recv() == nil {
		return false
	}
	switch m.Name() {
	case "String", "GoString", "Error", "Is", "As", "Unwrap", "MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "LogValue":
		return true
	}
	recv := m.Signature().Recv().Type()
	if types.IsInterface(recv) {
		return false
	}
	for _, p := range t.packages {
		for _, name := range p.Scope().Names() {
			tn, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || !types.IsInterface(tn.Type()) {
				continue
			}
			i, ok := tn.Type().Underlying().(*types.Interface)
			if !ok || i.NumMethods() == 0 || !types.Implements(recv, i) {
				continue
			}
			for want := range i.Methods() {
				if want.Name() == m.Name() {
					return true
				}
			}
		}
	}
	return false
}

// implemented tells whether a method is one of an interface, or an interface, that
// a type of somebody else has: the package calls it, and others write it.
func (t *tree) implemented(obj types.Object, path string) bool {
	var iface types.Type
	switch obj := obj.(type) {
	case *types.Func:
		iface = obj.Signature().Recv().Type()
	case *types.TypeName:
		iface = obj.Type()
	}
	if iface == nil || !types.IsInterface(iface) {
		return false
	}
	want := iface.Underlying().(*types.Interface)
	for at, infos := range t.infos {
		for _, info := range infos {
			for id, def := range info.Defs {
				tn, ok := def.(*types.TypeName)
				if !ok || types.IsInterface(tn.Type()) || (at == path && !strings.HasSuffix(t.fset.Position(id.Pos()).Filename, "_test.go")) {
					continue
				}
				if has(tn.Type(), want) {
					return true
				}
			}
		}
	}
	return false
}

// has tells whether a type has the methods of an interface, by their names: the
// types in their signatures may be those of a package with its tests.
func has(t types.Type, want *types.Interface) bool {
	for m := range want.Methods() {
		if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, m.Name()); obj == nil {
			return false
		}
	}
	return want.NumMethods() > 0
}
