package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// View is a node as it describes itself.
type View struct {
	Name  string
	At    time.Time // when it was asked
	Error string    // why there is no status
	*Status
}

// Row is a virtual router as all nodes see it.
type Row struct {
	Name   string // as the first node that has it calls it
	VRID   uint8
	IPv6   bool
	Cells  []*Instance // by node; nil: that node has not got it
	Accord []Finding   // where the nodes disagree
}

// Bad reports whether the nodes disagree.
func (r *Row) Bad() bool { return len(r.Accord) > 0 }

// Compare puts the instances of all nodes side by side, by VRID and family, and
// says where they disagree. Nodes that do not answer are left out of the
// judgement, but for that.
func Compare(nodes []View) (rows []Row) {
	index := map[string]int{}
	for n, node := range nodes {
		if node.Status == nil {
			continue
		}
		for k := range node.Instances {
			i := &node.Instances[k]
			key := fmt.Sprint(i.VRID, i.IPv6)
			// One VRID may be on two interfaces, and those may have other names
			// on the other node: what tells them apart is what they protect.
			at, known := index[key]
			if known && !overlap(rows[at], i) || known && rows[at].Cells[n] != nil {
				key += fmt.Sprint(i.Addresses)
				at, known = index[key]
			}
			if !known {
				at = len(rows)
				index[key] = at
				rows = append(rows, Row{Name: i.Name, VRID: i.VRID, IPv6: i.IPv6, Cells: make([]*Instance, len(nodes))})
			}
			rows[at].Cells[n] = i
		}
	}
	for n := range rows {
		rows[n].judge(nodes)
	}
	return rows
}

// overlap reports whether the instance protects an address that those of the row
// protect too. With no address anywhere it does.
func overlap(r Row, i *Instance) bool {
	for _, c := range r.Cells {
		if c == nil {
			continue
		}
		if len(c.Addresses) == 0 || len(i.Addresses) == 0 || slices.ContainsFunc(c.Addresses, func(a string) bool { return slices.Contains(i.Addresses, a) }) {
			return true
		}
	}
	return false
}

func (r *Row) judge(nodes []View) {
	add := func(l Level, format string, args ...any) {
		r.Accord = append(r.Accord, Finding{l, r.Name, fmt.Sprintf(format, args...)})
	}
	masters, silent := []string{}, 0
	var first *Instance
	for n, c := range r.Cells {
		switch {
		case nodes[n].Status == nil:
			silent++
			continue
		case c == nil:
			add(Warning, "%s has not got it", nodes[n].Name)
			continue
		}
		if c.State == vrrp.Master.String() {
			masters = append(masters, nodes[n].Name)
		}
		if first = cmp.Or(first, c); first == c {
			continue
		}
		for _, d := range []struct {
			what, a, b string
		}{
			{"addresses", strings.Join(sorted(first.Addresses), " "), strings.Join(sorted(c.Addresses), " ")},
			{"version", fmt.Sprint(first.Version), fmt.Sprint(c.Version)},
		} {
			if d.a != d.b {
				add(Warning, "the %s of %s differ from the others': %s, not %s", d.what, nodes[n].Name, cmp.Or(d.b, "none"), cmp.Or(d.a, "none"))
			}
		}
		if first.Base == c.Base {
			add(Warning, "%s has the same priority %d as another node: addresses decide", nodes[n].Name, c.Base)
		}
	}
	switch {
	case len(masters) > 1:
		add(Critical, "%s are master at the same time", strings.Join(masters, " and "))
	case len(masters) == 0 && silent == 0:
		add(Critical, "no node is master")
	case len(masters) == 1:
		r.judgeHearing(nodes, masters[0], add)
	}
}

// judgeHearing looks whether the backups hear the master, and nobody else.
func (r *Row) judgeHearing(nodes []View, master string, add func(Level, string, ...any)) {
	var source netip.Addr
	for n, c := range r.Cells {
		if c != nil && nodes[n].Name == master {
			source = c.Source
		}
	}
	for n, c := range r.Cells {
		if c == nil || c.State != vrrp.Backup.String() || len(c.Peers) == 0 {
			continue
		}
		if p := c.Peers[0]; source.IsValid() && p.Address != source && p.Priority > 0 && nodes[n].Status.At.Sub(p.Heard) < 3*time.Second {
			add(Warning, "%s hears %v, which is not %s", nodes[n].Name, p.Address, master)
		}
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
