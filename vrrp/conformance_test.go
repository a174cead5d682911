package vrrp_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rule is a line of testdata/rules.txt.
type rule struct{ id, level, where, text string }

func readRules(t *testing.T) (rules []rule) {
	f, err := os.Open("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		w := strings.SplitN(s.Text(), " ", 4)
		if len(w) != 4 || seen[w[0]] {
			t.Fatalf("bad line: %s", s.Text())
		}
		seen[w[0]] = true
		rules = append(rules, rule{w[0], w[1], w[2], w[3]})
	}
	return rules
}

var (
	ruleID    = regexp.MustCompile(`\b([A-Z][A-Z0-9]*(?:-[A-Z]+)?)-(\d\d)\b(?: to (\d\d)\b)?`)
	testFirst = regexp.MustCompile(`^Test[A-Z]`)
)

// idsIn lists the rules that a text names: each by itself, or "RX-01 to 04".
func idsIn(text string) (ids []string) {
	for _, m := range ruleID.FindAllStringSubmatch(text, -1) {
		first, _ := strconv.Atoi(m[2])
		last := first
		if m[3] != "" {
			last, _ = strconv.Atoi(m[3])
		}
		for n := first; n <= last; n++ {
			ids = append(ids, fmt.Sprintf("%s-%02d", m[1], n))
		}
	}
	return ids
}

// citations lists the tests of a package by the rule that they name: in their
// comment, in their body, or in a table or function that they use.
func citations(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	text, uses := map[string]string{}, map[string]map[string]bool{}
	for _, name := range files {
		if name == "conformance_test.go" {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		end := fset.File(f.Pos()).Base() // where the previous declaration ends: comments belong to the next one
		for _, d := range f.Decls {
			for _, named := range namesOf(d) {
				text[named] += string(source[end-fset.File(f.Pos()).Base() : int(d.End())-fset.File(f.Pos()).Base()])
				if uses[named] == nil {
					uses[named] = map[string]bool{}
				}
				ast.Inspect(d, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						uses[named][id.Name] = true
					}
					return true
				})
			}
			end = int(d.End())
		}
	}
	cited := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if !testFirst.MatchString(name) {
			continue
		}
		ids := idsIn(text[name])
		for used := range uses[name] {
			if !testFirst.MatchString(used) {
				ids = append(ids, idsIn(text[used])...)
				for deeper := range uses[used] {
					if !testFirst.MatchString(deeper) {
						ids = append(ids, idsIn(text[deeper])...)
					}
				}
			}
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			cited[id] = append(cited[id], name)
		}
	}
	return cited
}

func namesOf(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []string{d.Name.Name}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if v, ok := s.(*ast.ValueSpec); ok {
				for _, n := range v.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// TestConformance prints every rule with the tests that hold us to it, and
// fails where there is none. Asked for by name (-run Conformance -v), it runs
// those tests too, for their results; otherwise they run anyway.
func TestConformance(t *testing.T) {
	asked := strings.Contains(flag.Lookup("test.run").Value.String(), "Conformance")
	results := map[string]string{}
	cited := map[string][]string{}
	for _, dir := range []string{".", "packet", "../internal/rawsock"} {
		found := citations(t, dir)
		for id, tests := range found {
			for _, name := range tests {
				if dir != "." {
					name = filepath.Base(dir) + "." + name
				}
				cited[id] = append(cited[id], name)
			}
		}
		if asked {
			maps.Copy(results, runTests(t, dir, found))
		}
	}
	elsewhere := map[string]map[string][]string{"vip": citations(t, "../vip")}
	var table strings.Builder
	for _, r := range readRules(t) {
		tests := cited[r.id]
		if by := elsewhere[r.where]; by != nil {
			tests = nil
			for _, name := range by[r.id] {
				tests = append(tests, r.where+"."+name)
			}
		}
		if len(tests) == 0 && r.where == "-" {
			t.Errorf("no test for %s: %s", r.id, r.text)
		}
		if len(tests) == 0 && r.where != "-" {
			tests = []string{"(" + r.where + ")"}
		}
		for _, name := range tests {
			result := results[name]
			if result == "FAIL" {
				t.Errorf("%s: %s fails", r.id, name)
			}
			fmt.Fprintf(&table, "%-10s %s  %-45s %-4s  %s\n", r.id, r.level, name, result, r.text)
		}
	}
	t.Log("\n" + table.String())
}

// runTests runs the tests of a package that cite rules.
func runTests(t *testing.T, dir string, cited map[string][]string) map[string]string {
	t.Helper()
	var names []string
	for _, tests := range cited {
		names = append(names, tests...)
	}
	slices.Sort(names)
	cmd := exec.CommandContext(context.Background(), "go", "test", "-v", "-run", "^("+strings.Join(slices.Compact(names), "|")+")$", ".")
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // what fails is in the table
	prefix := ""
	if dir != "." {
		prefix = filepath.Base(dir) + "."
	}
	results := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^--- (PASS|FAIL|SKIP): (\w+) `).FindAllSubmatch(out, -1) {
		results[prefix+string(m[2])] = string(m[1])
	}
	if len(results) == 0 {
		t.Errorf("the tests in %s did not run:\n%s", dir, out)
	}
	return results
}
