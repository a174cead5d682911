package daemon

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/confparse/lint"
)

// lintOptions are the command line of lint.
type lintOptions struct {
	files, ids     []string
	strictIncludes bool

	here    bool     // look at this machine too
	disable []string // rules
	failOn  string
	format  string
	fix     bool
	noTable bool
}

func lintCommand(status *int) *cobra.Command {
	var o lintOptions
	var explain string
	var rules bool
	cmd := &cobra.Command{
		Use:   "lint [FILE ...]",
		Short: "Predict what goes wrong with a configuration, and with those of all nodes together",
		Long: "lint reads the configurations of one or more nodes and says what will happen\n" +
			"that nobody wants: split brain, failovers that never come, checks without\n" +
			"effect. For several nodes it shows who is master when. Every finding has the id\n" +
			"of a rule: --explain ID shows what the rule is about, with an example.\n\n" +
			"Exit status: 0 nothing found, 4 a file cannot be read, 5 findings as bad as\n" +
			"--fail-on says, or worse.",
		Run: func(cmd *cobra.Command, args []string) {
			defer collectLater()()
			out, errOut := cmd.OutOrStdout(), cmd.ErrOrStderr()
			switch {
			case rules:
				listRules(out)
			case explain != "":
				*status = explainRule(explain, out, errOut)
			default:
				if o.files = args; len(args) == 0 {
					o.files = []string{defaultConfig}
				}
				*status = o.run(out, errOut)
			}
		},
	}
	f := cmd.Flags()
	f.StringSliceVarP(&o.ids, "config-id", "i", nil, "`ID` that @ID lines compare with; several make as many nodes of one file")
	f.BoolVarP(&o.strictIncludes, "all-config", "e", false, "every problem with an include is an error")
	f.BoolVar(&o.here, "here", false, "look at this machine too: programs and who may change them, users, interfaces")
	f.BoolVar(&o.fix, "fix", false, "change the files where that does not change what they mean")
	f.StringSliceVar(&o.disable, "disable", nil, "`RULES` to leave out, separated by commas")
	f.StringVar(&o.failOn, "fail-on", "warning", "lowest `SEVERITY` for exit status 5: error, warning, note or never")
	f.StringVar(&o.format, "format", "text", "how to write findings: text, json or sarif")
	completeWords(cmd, "format", "text", "json", "sarif")
	completeWords(cmd, "fail-on", "error", "warning", "note", "never")
	f.BoolVar(&o.noTable, "no-table", false, "do not show who is master when (only text has it)")
	f.BoolVar(&rules, "rules", false, "list all rules")
	f.StringVar(&explain, "explain", "", "explain the rule `ID`")
	f.SortFlags = false
	return cmd
}

// lintNode is a configuration with what is said about it.
type lintNode struct {
	file   string
	doc    *confparse.Document
	parsed confparse.Diagnostics
}

// nodes reads what is to be looked at: each file for each id.
func (o *lintOptions) nodes() (nodes []lintNode) {
	ids := o.ids
	if len(ids) == 0 {
		ids = []string{""}
	}
	for _, file := range o.files {
		for _, id := range ids {
			doc, ds := confparse.ReadDocument(file, confparse.Options{ConfigID: id, StrictIncludes: o.strictIncludes})
			if len(ids) > 1 {
				doc.Name += "@" + id
			}
			if o.here && doc.Config != nil {
				ds = append(ds, compose.Inspect(doc.Config)...)
			}
			nodes = append(nodes, lintNode{file, doc, ds})
		}
	}
	return nodes
}

func (o *lintOptions) run(out, errOut io.Writer) int {
	format, err := confparse.ParseReportFormat(o.format)
	if err != nil {
		fmt.Fprintf(errOut, "keepalived-lite: --format: %v\n", err)
		return exitFatal
	}
	threshold, ok := map[string]confparse.Severity{
		"error": confparse.Error, "warning": confparse.Warning, "note": confparse.Note, "never": confparse.Error + 1,
	}[o.failOn]
	if !ok {
		fmt.Fprintf(errOut, "keepalived-lite: --fail-on is error, warning, note or never, not %q\n", o.failOn)
		return exitFatal
	}
	nodes := o.nodes()
	found := o.check(nodes)
	if o.fix {
		if err := fixFiles(found, errOut); err != nil {
			fmt.Fprintf(errOut, "keepalived-lite: %v\n", err)
			return exitFatal
		}
		nodes = o.nodes()
		found = o.check(nodes)
	}
	all := o.merge(nodes, found)
	exit := confparse.ExitOK
	if all.ExitCode() == confparse.ExitCannot {
		exit = confparse.ExitCannot
	} else if slices.ContainsFunc(all, func(d confparse.Diagnostic) bool { return d.Severity >= threshold }) {
		exit = confparse.ExitConfig
	}
	if err := all.Write(out, format, exit); err != nil {
		fmt.Fprintf(errOut, "keepalived-lite: %v\n", err)
		return exitFatal
	}
	if !o.noTable && format == confparse.ReportText {
		for _, t := range lint.Tables(documents(nodes)...) {
			fmt.Fprintf(out, "\n%s", t)
		}
	}
	return exit
}

func documents(nodes []lintNode) (docs []*confparse.Document) {
	for _, n := range nodes {
		docs = append(docs, n.doc)
	}
	return docs
}

// check returns the findings of the rules that are wanted.
func (o *lintOptions) check(nodes []lintNode) []lint.Finding {
	return slices.DeleteFunc(lint.Check(documents(nodes)...), func(f lint.Finding) bool {
		return slices.Contains(o.disable, string(f.Code))
	})
}

// merge returns everything that there is to say, file by file. What a file that
// several nodes share says about all of them is said once.
func (o *lintOptions) merge(nodes []lintNode, found []lint.Finding) (all confparse.Diagnostics) {
	seen := map[string]bool{}
	for _, n := range nodes {
		for _, d := range lint.Merge(n.doc, n.parsed, found) {
			if key := d.String(); !seen[key] && !slices.Contains(o.disable, string(d.Code)) {
				seen[key] = true
				all = append(all, d)
			}
		}
	}
	return all
}

// fixFiles makes the edits that the findings come with.
func fixFiles(found []lint.Finding, errOut io.Writer) error {
	edits := map[string][]lint.Edit{}
	var files []string
	for _, f := range found {
		for _, e := range f.Edits {
			if edits[e.File] == nil {
				files = append(files, e.File)
			}
			if !slices.Contains(edits[e.File], e) {
				edits[e.File] = append(edits[e.File], e)
			}
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fixed, err := lint.Apply(file, string(text), edits[file])
		if err != nil {
			return err
		}
		if err := replaceFile(file, fixed); err != nil {
			return err
		}
		fmt.Fprintf(errOut, "%s: %d fixed\n", file, len(edits[file]))
	}
	return nil
}

func listRules(out io.Writer) {
	for _, r := range lint.Rules() {
		fmt.Fprintf(out, "%-7s  %-26s  %s\n", r.Severity, r.ID, r.Summary)
	}
}

func explainRule(id string, out, errOut io.Writer) int {
	i := slices.IndexFunc(lint.Rules(), func(r lint.Rule) bool { return string(r.ID) == id })
	if i < 0 {
		fmt.Fprintf(errOut, "keepalived-lite: there is no rule %s; --rules lists them\n", id)
		return exitFatal
	}
	r := lint.Rules()[i]
	e := r.Example()
	fmt.Fprintf(out, "%s (%s)\n\n%s.\nTo do: %s.\n", r.ID, r.Severity, capital(r.Summary), r.Fix)
	show := func(title string, files []lint.File) {
		for _, f := range files {
			fmt.Fprintf(out, "\n%s %s:\n\n    %s\n", title, f.Name, strings.ReplaceAll(strings.TrimSpace(f.Text), "\n", "\n    "))
		}
	}
	show("Wrong:", e.Bad)
	fmt.Fprintf(out, "\nlint says:\n\n    %s\n", strings.ReplaceAll(strings.TrimSpace(e.Want), "\n", "\n    "))
	show("Right:", e.Good)
	return exitOK
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
