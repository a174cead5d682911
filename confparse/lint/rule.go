package lint

import (
	"embed"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Rule is one kind of trouble.
type Rule struct {
	ID       confparse.Code     // stable: people suppress by it
	Severity confparse.Severity // of its findings
	Summary  string             // what happens, in one sentence
	Fix      string             // what to write instead; findings may be more exact
	Predicts Kind               // what its findings predict, if a test can see it

	one func(p *pass, n *node) // looks at each node by itself
	all func(p *pass)          // looks at all nodes together
}

// Rules returns every rule, by subject. The caller may change the slice.
func Rules() []Rule {
	return slices.Concat(
		hearingRules(), clusterRules(), failoverRules(),
		preemptRules(), priorityRules(), timerRules(),
		authRules(), unicastRules(), addressRules(),
		scriptRules(), groupRules(), spellingRules(),
		virtualServerRules(), realServerRules(), checkerRules(),
	)
}

//go:embed examples/*.txt
var examples embed.FS

// Example is a configuration before and after a rule's advice, with what the
// rule says about it.
type Example struct {
	Bad, Good []File
	Want      string // the findings of the rule in Bad, a line each
}

// File is a configuration file as text.
type File struct{ Name, Text string }

// Example returns the example of a rule. Several files are those of several
// nodes.
func (r Rule) Example() Example {
	data, err := examples.ReadFile("examples/" + string(r.ID) + ".txt")
	if err != nil {
		return Example{}
	}
	var e Example
	for section := range strings.SplitSeq("\n"+string(data), "\n-- ") {
		title, text, _ := strings.Cut(section, " --\n")
		text = strings.TrimSuffix(text, "\n") + "\n"
		switch kind, name, _ := strings.Cut(title, " "); kind {
		case "bad":
			e.Bad = append(e.Bad, File{name, text})
		case "good":
			e.Good = append(e.Good, File{name, text})
		case "want":
			e.Want = text
		}
	}
	return e
}
