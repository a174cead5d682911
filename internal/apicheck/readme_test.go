package apicheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	listing   = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	declares  = regexp.MustCompile(`(?m)^func `)
	comment   = regexp.MustCompile(`//.*`)
	qualifier = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)
)

// standard are packages of the standard library that listings use.
var standard = []string{"context", "errors", "fmt", "log", "log/slog", "net/netip", "sync", "testing", "testing/synctest", "time"}

// TestReadmeListings compiles every Go listing of the README: a declaration as it
// stands, statements as what a function with a ctx does. They need nothing but the
// imports, which go by the names that they use.
func TestReadmeListings(t *testing.T) {
	tr := loaded(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string]string{}
	for _, p := range standard {
		imports[path.Base(p)] = p
	}
	for p := range tr.packages {
		if public(p) {
			imports[path.Base(p)] = p
		}
	}
	found := listing.FindAllSubmatchIndex(readme, -1)
	if len(found) < 3 {
		t.Fatalf("%d listings", len(found))
	}
	for _, f := range found {
		text := string(readme[f[2]:f[3]])
		src, end := "package p\n", ""
		var names []string
		for _, m := range qualifier.FindAllStringSubmatch("context.Context\n"+comment.ReplaceAllString(text, ""), -1) {
			if p := imports[m[1]]; p != "" && !slices.Contains(names, p) {
				names = append(names, p)
				src += "import \"" + p + "\"\n"
			}
		}
		if declares.MatchString(text) {
			src += "var _ context.Context\n"
		} else {
			src, end = src+"func _(ctx context.Context) error {\n", "}\n"
		}
		line := strings.Count(string(readme[:f[2]]), "\n") + 1
		src += fmt.Sprintf("//line README.md:%d\n%s%s", line, text, end)
		file, err := parser.ParseFile(tr.fset, "README.md", src, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		conf := types.Config{Importer: tr, Error: func(err error) { t.Error(err) }}
		_, _ = conf.Check("readme", tr.fset, []*ast.File{file}, nil)
	}
}

// TestReadmeTest holds the README's test of a failover to the one that is run.
func TestReadmeTest(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../vrrp/failover_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range listing.FindAllSubmatch(readme, -1) {
		if strings.HasPrefix(string(f[1]), "func TestFailover") {
			if !strings.Contains(string(source), string(f[1])) {
				t.Error("the README's TestFailover is not that of vrrp/failover_test.go")
			}
			return
		}
	}
	t.Error("the README has no TestFailover")
}
