package apicheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/vrrpkit/vrrpkit"

// listed is what go list says of a package.
type listed struct {
	ImportPath, ForTest, Dir, Export   string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports                            []string
}

func goList(args ...string) ([]listed, error) {
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.New("go list: " + stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
}

// tree is the module's source, type-checked: each package alone, and again with
// its tests. A file is parsed once, so that the position of a declaration is
// its identity however often it was checked.
type tree struct {
	fset     *token.FileSet
	list     map[string]listed
	files    map[string]*ast.File
	packages map[string]*types.Package // without tests
	others   types.Importer            // standard library and dependencies, as the compiler left them
	infos    map[string][]*types.Info  // by import path: the package alone first, then with its tests
}

// load reads the module once for all tests of this package.
var load = sync.OnceValues(func() (*tree, error) {
	all, err := goList("-deps", "-test", "-json=ImportPath,ForTest,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports", "./...")
	if err != nil {
		return nil, err
	}
	t := &tree{
		fset: token.NewFileSet(), list: map[string]listed{}, files: map[string]*ast.File{},
		packages: map[string]*types.Package{}, infos: map[string][]*types.Info{},
	}
	var foreign []string
	for _, l := range all {
		switch {
		case l.ForTest != "" || strings.HasSuffix(l.ImportPath, ".test"):
		case l.ImportPath == module || strings.HasPrefix(l.ImportPath, module+"/"):
			t.list[l.ImportPath] = l
		default:
			foreign = append(foreign, l.ImportPath)
		}
	}
	compiled, err := goList(append([]string{"-export", "-json=ImportPath,Export"}, foreign...)...)
	if err != nil {
		return nil, err
	}
	export := map[string]string{}
	for _, l := range compiled {
		export[l.ImportPath] = l.Export
	}
	t.others = importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	for path, l := range t.list {
		if _, err := t.Import(path); err != nil {
			return nil, err
		}
		with := t.check(path, l, append(l.GoFiles[:len(l.GoFiles):len(l.GoFiles)], l.TestGoFiles...), nil)
		t.check(path+"_test", l, l.XTestGoFiles, with)
	}
	return t, nil
})

// Import makes a tree the importer of its own packages.
func (t *tree) Import(path string) (*types.Package, error) {
	l, ours := t.list[path]
	if !ours {
		if path == "unsafe" {
			return types.Unsafe, nil
		}
		return t.others.Import(path)
	}
	if t.packages[path] == nil {
		t.packages[path] = t.check(path, l, l.GoFiles, nil)
	}
	return t.packages[path], nil
}

// check type-checks files and keeps what their names mean. A package and the
// same with its tests are two to the checker, whose complaints about that are
// not heard: whether the module compiles is asked elsewhere.
func (t *tree) check(path string, l listed, names []string, tested *types.Package) *types.Package {
	var files []*ast.File
	for _, name := range names {
		file := filepath.Join(l.Dir, name)
		if t.files[file] == nil {
			t.files[file], _ = parser.ParseFile(t.fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		}
		files = append(files, t.files[file])
	}
	info := &types.Info{
		Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Defs: map[*ast.Ident]types.Object{},
	}
	conf := types.Config{Importer: underTest{t, l.ImportPath, tested}, Error: func(error) {}}
	p, _ := conf.Check(path, t.fset, files, info)
	t.infos[l.ImportPath] = append(t.infos[l.ImportPath], info)
	return p
}

// underTest gives an external test the package with what its internal tests
// export.
type underTest struct {
	*tree
	path string
	with *types.Package
}

func (u underTest) Import(path string) (*types.Package, error) {
	if path == u.path && u.with != nil {
		return u.with, nil
	}
	return u.tree.Import(path)
}

// public tells whether others can import the package.
func public(path string) bool {
	return !strings.Contains(path, "/internal/") && !strings.Contains(path, "/examples/") && path != module
}

func loaded(t *testing.T) *tree {
	t.Helper()
	if testing.Short() {
		t.Skip("type-checks the whole module; not with -short")
	}
	tr, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
