package main_test

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// The seeds are five how-to texts about keepalived from different years and
// countries. What they promise their readers is numbered: 002.7 is the seventh
// promise of the text 002. seedItems has them all.

// TestSeeds proves every promise, and prints how: what each is, who ran on the
// nodes, the result, and what was seen. A promise that no step is about makes it
// fail.
//
// When it is asked for by name, and in a long run, it has all pairs of
// implementations in all scenarios that they can play; among all other tests it
// has each pair in some of them.
func TestSeeds(t *testing.T) {
	t.Parallel()
	if _, err := program(); err != nil { // built before any clock starts
		t.Fatal(err)
	}
	l := &ledger{results: map[string][]seedResult{}}
	var wg sync.WaitGroup
	var ran atomic.Int32
	all := 0
	// They mostly wait, but too many would disturb one another's timers, and
	// other tests'.
	slots := make(chan struct{}, 5)
	if allPairs() {
		slots = make(chan struct{}, 6)
	}
	for _, sc := range seedScenarios {
		for _, p := range sc.pairings() {
			all++
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				t.Run(sc.name+"/"+p.String(), func(t *testing.T) {
					sc.run(t, seedRun{p, l})
					ran.Add(1) // not if it was skipped or gave up
				})
			})
		}
	}
	wg.Wait()
	if umllab.InGuest() {
		return // the one outside knows more
	}
	whole := int(ran.Load()) == all
	t.Logf("\n%s", l.table(whole))
	if whole {
		l.check(t)
	}
}

// allPairs reports whether every pair of implementations is wanted.
func allPairs() bool {
	return netlab.Soak() || strings.Contains(flag.Lookup("test.run").Value.String(), "Seeds")
}

// seedScenario is a story on one stand, in which steps prove some of the items.
type seedScenario struct {
	name        string
	run         func(t *testing.T, p seedRun)
	short, long []pairing // not all pairs, and all that can play it
}

func (sc *seedScenario) pairings() []pairing {
	if allPairs() {
		return sc.long
	}
	return sc.short
}

// seedRun is a scenario with certain implementations.
type seedRun struct {
	pairing
	ledger *ledger
}

// item is a step of a scenario. Its name begins with the numbers of what it
// proves, and says what is seen.
func (r seedRun) item(t *testing.T, name string, f func(t *step)) {
	t.Helper()
	s := &step{}
	passed := t.Run(name, func(t *testing.T) { s.T = t; f(s) })
	if s.T == nil { // -run does not want it
		return
	}
	said := strings.Join(s.said, "; ")
	r.ledger.add(name, r.String(), passed, s.Skipped(), said)
	if umllab.InGuest() {
		fmt.Printf("proof %q %t %t %q\n", name, passed, s.Skipped(), said)
	}
}

// fromGuest notes what was proven in a guest, from what it printed.
func (r seedRun) fromGuest(output string) {
	for line := range strings.Lines(output) {
		var name, said string
		var passed, skipped bool
		if n, _ := fmt.Sscanf(line, "proof %q %t %t %q", &name, &passed, &skipped, &said); n == 4 {
			r.ledger.add(name, r.String(), passed, skipped, said)
		}
	}
}

// step is the test of a step. What it logs is evidence.
type step struct {
	*testing.T
	said []string
}

// Logf logs, and notes for the table.
func (s *step) Logf(format string, args ...any) {
	s.Helper()
	s.T.Logf(format, args...)
	s.said = append(s.said, strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
}

// Log logs, and notes for the table.
func (s *step) Log(args ...any) {
	s.Helper()
	s.Logf("%s", fmt.Sprint(args...))
}

// ledger collects what was proven.
type ledger struct {
	mu      sync.Mutex
	results map[string][]seedResult // by item
}

type seedResult struct{ who, result, evidence string }

var itemNumber = regexp.MustCompile(`\b(00[0-4]\.\d+|D\d+)\b`)

func (l *ledger) add(name, who string, passed, skipped bool, said string) {
	result := "ok"
	switch {
	case skipped:
		result = "skipped"
	case !passed:
		result = "FAILED"
	}
	claim := strings.TrimLeft(itemNumber.ReplaceAllString(name, ""), " ,;:")
	if said != "" {
		claim += " (" + said + ")"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range itemNumber.FindAllString(name, -1) {
		l.results[id] = append(l.results[id], seedResult{who, result, claim})
	}
}

// table shows item, who, result, evidence; of a run that was not whole, only
// what there is.
func (l *ledger) table(whole bool) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }
	row("ITEM", "NODES", "RESULT", "EVIDENCE")
	proven := 0
	for _, item := range seedItems {
		list := l.results[item.id]
		if len(list) == 0 && !whole {
			continue
		}
		row(item.id, "", "", item.promise)
		slices.SortStableFunc(list, func(a, b seedResult) int { return strings.Compare(a.who, b.who) })
		for _, r := range list {
			row("", r.who, r.result, "- "+r.evidence)
		}
		if len(list) == 0 {
			row("", "", "NO TEST", "")
		}
		if item.not != "" {
			row("", "keepalived", "not", "- "+item.not)
		}
		if len(list) > 0 && !slices.ContainsFunc(list, func(r seedResult) bool { return r.result != "ok" }) {
			proven++
		}
	}
	_ = w.Flush() // to a builder
	return fmt.Sprintf("%s%d of %d items proven\n", &b, proven, len(seedItems))
}

// check fails the test for items that nothing proves, and where all pairs are
// wanted for those of two nodes that lack one.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	known := map[string]bool{}
	for _, item := range seedItems {
		known[item.id] = true
		list := l.results[item.id]
		if len(list) == 0 {
			t.Errorf("nothing proves %s: %s", item.id, item.promise)
		}
		if !item.pair || !allPairs() {
			continue
		}
		for _, p := range allPairings {
			if !slices.ContainsFunc(list, func(r seedResult) bool { return r.who == p.String() }) {
				t.Errorf("nothing proves %s with %s: %s", item.id, p, item.promise)
			}
		}
	}
	for id := range l.results {
		if !known[id] {
			t.Errorf("a step is about %s, which is no item", id)
		}
	}
}
