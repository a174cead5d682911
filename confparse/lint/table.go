package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Table says who is master of a virtual router in every state that its nodes can
// be in.
type Table struct {
	Title string   // "VI_1: virtual_router_id 51, 192.0.2.100"
	Nodes []string // the files
	Rows  []Row
	// Partial says that there are too many states for a table, and only those
	// with failures on one node are listed.
	Partial bool
}

// Row is a state of all nodes, and what follows.
type Row struct {
	Nodes   []NodeState
	Masters []string // files; none: nobody; several: split brain
	Note    string   // what the files alone do not decide
}

// NodeState is a priority that a node can come to.
type NodeState struct {
	Priority int       // 0: FAULT, or not running
	Failing  []Tracked // the fewest failures that bring it there
}

// maxRows is how long a table is worth reading.
const maxRows = 64

// Tables returns a table for each virtual router of several nodes.
func Tables(docs ...*confparse.Document) (list []Table) {
	for _, r := range newPass(docs).routers {
		if len(r.members) > 1 {
			list = append(list, r.table())
		}
	}
	return list
}

func (r *router) table() Table {
	first := r.members[0]
	t := Table{Title: fmt.Sprintf("%s: virtual_router_id %d", first.Name, first.VRID)}
	for _, a := range first.Addresses {
		t.Title += ", " + a.Prefix.Addr().String()
	}
	var states [][]outcome
	size := 1
	for _, m := range r.members {
		t.Nodes = append(t.Nodes, m.node.name)
		list := m.outcomes()
		if list[len(list)-1].priority != 0 {
			list = append(list, outcome{}) // it may always be switched off
		}
		states = append(states, list)
		size = min(size*len(list), maxRows+1)
	}
	t.Partial = size > maxRows
	for row := range combinations(states) {
		if !t.Partial || failures(row) <= 1 {
			t.Rows = append(t.Rows, r.row(row))
		}
	}
	return t
}

// combinations yields every choice of one outcome for each node.
func combinations(states [][]outcome) func(func([]outcome) bool) {
	return func(yield func([]outcome) bool) {
		index := make([]int, len(states))
		for {
			row := make([]outcome, len(states))
			for i, k := range index {
				row[i] = states[i][k]
			}
			if !yield(row) {
				return
			}
			i := len(index) - 1
			for ; i >= 0; i-- {
				if index[i]++; index[i] < len(states[i]) {
					break
				}
				index[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// failures counts the nodes that are not well.
func failures(row []outcome) (n int) {
	for _, o := range row {
		if o.priority == 0 || len(o.failing) > 0 {
			n++
		}
	}
	return n
}

// row decides one state.
func (r *router) row(states []outcome) Row {
	row := Row{}
	order := make([]int, len(states))
	for i, s := range states {
		row.Nodes = append(row.Nodes, NodeState{s.priority, s.failing})
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return states[b].priority - states[a].priority })
	var masters []int
	for _, i := range order {
		m := r.members[i]
		if states[i].priority == 0 || slices.ContainsFunc(masters, func(k int) bool { return deaf(m, r.members[k]) == "" }) {
			continue
		}
		masters = append(masters, i)
		row.Masters = append(row.Masters, m.node.name)
	}
	if len(masters) > 0 {
		row.Note = r.undecided(masters[0], states)
	}
	return row
}

// undecided says why the one with the highest priority may not be master.
func (r *router) undecided(top int, states []outcome) string {
	for i, s := range states {
		if i == top || s.priority != states[top].priority {
			continue
		}
		a, b := r.members[i], r.members[top]
		switch hears := deaf(a, b) == ""; {
		case hears != (deaf(b, a) == ""):
			return "equal, and only one hears the other: who starts first decides whether both are"
		case hears:
			return "equal: whoever is master stays; at the start the higher address wins"
		}
	}
	if r.members[top].NoPreempt && slices.ContainsFunc(states, func(s outcome) bool { return s.priority > 0 && s.priority < states[top].priority }) {
		return "nopreempt: whoever is master stays"
	}
	return ""
}

// String returns the table as aligned text.
func (t Table) String() string {
	cells := [][]string{append(slices.Clone(t.Nodes), "master")}
	for _, row := range t.Rows {
		var line []string
		for _, s := range row.Nodes {
			line = append(line, s.String())
		}
		who := strings.Join(row.Masters, " AND ")
		if who == "" {
			who = "nobody"
		}
		if row.Note != "" {
			who += "  (" + row.Note + ")"
		}
		cells = append(cells, append(line, who))
	}
	width := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, c := range line {
			width[i] = max(width[i], len(c))
		}
	}
	var b strings.Builder
	b.WriteString(t.Title + "\n")
	for _, line := range cells {
		text := ""
		for i, c := range line {
			text += fmt.Sprintf("  %-*s", width[i], c)
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	if t.Partial {
		b.WriteString("  (and more, with failures on several nodes)\n")
	}
	return b.String()
}

// String returns for example "80 (script chk)".
func (s NodeState) String() string {
	switch {
	case s.Priority == 0 && len(s.Failing) == 0:
		return "off"
	case s.Priority == 0:
		return "off, or FAULT (" + names(s.Failing) + ")"
	case len(s.Failing) == 0:
		return fmt.Sprint(s.Priority)
	}
	return fmt.Sprintf("%d (%s)", s.Priority, names(s.Failing))
}
