package lint

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/confparse"
)

var update = flag.Bool("update", false, "write what the rules say into the examples")

// documents parses files, which may have errors.
func documents(files []File) (docs []*confparse.Document) {
	for _, f := range files {
		doc, _ := confparse.ParseDocument(f.Name, []byte(f.Text), confparse.Options{ConfigID: "main"})
		docs = append(docs, doc)
	}
	return docs
}

// of returns the findings of one rule.
func of(id confparse.Code, found []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return f.Code != id })
}

// TestRules holds each rule to its example: it says in the bad one, word for
// word, what will happen, and nothing in the good one, which is what it advises.
func TestRules(t *testing.T) {
	seen := map[confparse.Code]bool{}
	for _, r := range Rules() {
		t.Run(string(r.ID), func(t *testing.T) {
			if seen[r.ID] || r.Severity == 0 || r.Summary == "" || r.Fix == "" || (r.one == nil) == (r.all == nil) {
				t.Errorf("the rule is not whole: %+v", r)
			}
			seen[r.ID] = true
			e := r.Example()
			if len(e.Bad) == 0 || len(e.Good) == 0 {
				t.Fatal("no example")
			}
			var got strings.Builder
			for _, f := range of(r.ID, Check(documents(e.Bad)...)) {
				got.WriteString(f.String() + "\n")
				if f.Help == "" || f.Severity != r.Severity {
					t.Errorf("a finding without help, or with a severity of its own: %+v", f)
				}
				if f.Predicts != nil && f.Predicts.Kind != r.Predicts {
					t.Errorf("predicts %v, the rule says %v", f.Predicts.Kind, r.Predicts)
				}
			}
			if got.Len() == 0 {
				t.Fatal("nothing is found in the bad example")
			}
			if *update {
				write(t, r, got.String())
			} else if diff := cmp.Diff(e.Want, got.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, f := range e.Good {
				if _, ds := confparse.Parse(f.Name, []byte(f.Text), confparse.Options{}); bad(ds) {
					t.Errorf("the good example has mistakes:\n%s", ds.Render())
				}
			}
			for _, f := range of(r.ID, Check(documents(e.Good)...)) {
				t.Errorf("in the good example: %v", f)
			}
		})
	}
	files, err := os.ReadDir("examples")
	if err != nil || len(files) != len(seen) || len(seen) < 40 {
		t.Errorf("%d rules and %d examples, %v", len(seen), len(files), err)
	}
}

// bad reports whether keepalived itself would refuse the configuration.
func bad(ds confparse.Diagnostics) bool {
	return slices.ContainsFunc(ds, func(d confparse.Diagnostic) bool {
		return d.Severity == confparse.Error && d.Code != confparse.CodeUnsupported
	})
}

// write puts the findings of a rule into its example.
func write(t *testing.T, r Rule, findings string) {
	t.Helper()
	name := "examples/" + string(r.ID) + ".txt"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, tail, _ := strings.Cut(string(data), "-- want --\n")
	_, tail, _ = strings.Cut(tail, "-- good ")
	if err := os.WriteFile(name, []byte(head+"-- want --\n"+findings+"-- good "+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
