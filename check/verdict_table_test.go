package check_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"
)

// TestVerdictTable keeps testdata/verdicts.txt, for people to read, as the
// table that the other tests go by. VRRPKIT_UPDATE=1 writes it.
func TestVerdictTable(t *testing.T) {
	const file = "testdata/verdicts.txt"
	var b strings.Builder
	b.WriteString("What checks say about servers: keepalived 2.2.7, and package check.\n" +
		"\"-\": never a verdict. TestVerdicts measures keepalived's, TestBehaviours ours.\n" +
		"Numbers of faults are those of TestFaults in package compose.\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tcheck\tserver\tkeepalived\twe\twhy we differ")
	for i, v := range verdicts() {
		kind, _, _ := strings.Cut(v.block, " ")
		ours := "down: " + string(v.ours)
		if v.ours == "ok" {
			ours = "up"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", i+1, kind, v.name, v.keepalived, ours, v.why)
	}
	w.Flush()
	var got strings.Builder
	for line := range strings.Lines(b.String()) {
		got.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	if os.Getenv("VRRPKIT_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-file +table:\n%s", diff)
	}
}
