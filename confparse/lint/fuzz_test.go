package lint

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzCheck holds the rules to what they promise for any input, mistakes and
// all: they end, point into the file, and what they edit is there.
func FuzzCheck(f *testing.F) {
	for _, r := range Rules() {
		e := r.Example()
		f.Add([]byte(e.Bad[0].Text), []byte(e.Bad[len(e.Bad)-1].Text))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) > 1024 || len(b) > 1024 {
			return
		}
		files := []File{{"a.conf", string(a)}, {"b.conf", string(b)}}
		docs := documents(files)
		found := Check(docs...)
		for i, file := range files {
			var edits []Edit
			for _, finding := range found {
				if finding.Node == file.Name {
					edits = append(edits, finding.Edits...)
				}
			}
			text, err := Apply(file.Name, file.Text, edits)
			if err != nil {
				t.Fatal(err)
			}
			if text == file.Text {
				continue
			}
			after := documents([]File{{file.Name, text}})[0]
			if diff := cmp.Diff(docs[i].Config, after.Config, sameMeaning); diff != "" {
				t.Fatalf("edits change the meaning of\n%q\nto\n%q\n%s", file.Text, text, diff)
			}
		}
		for _, finding := range found {
			if finding.Message == "" || finding.Help == "" || finding.File == "" {
				t.Errorf("bad finding %+v", finding)
			}
		}
		for _, table := range Tables(docs...) {
			if table.String() == "" || len(table.Rows) == 0 {
				t.Errorf("empty table %+v", table)
			}
		}
	})
}
