package compose_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/lint"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// settled is longer than any timer of the examples.
const settled = 30 * time.Second

// cluster is the nodes of an example at work.
type cluster []*node

// startCluster runs one node for each file; those in first, if any, before the
// others. A node has the source address that its file gives it, else one of its
// own.
func startCluster(t *testing.T, files []lint.File, first ...lint.Master) cluster {
	t.Helper()
	seg := vrrptest.NewSegment()
	c := make(cluster, len(files))
	begin := func(i int) {
		f := files[i]
		addr := fmt.Sprintf("192.0.2.%d", i+1)
		if source := parse(t, f.Text).Instances[0].Source; source.IsValid() {
			addr = source.String()
		}
		c[i] = start(t, seg, addr, f.Text)
	}
	for _, m := range first {
		begin(m.Node)
		time.Sleep(settled)
	}
	for i := range files {
		if c[i] == nil {
			begin(i)
		}
	}
	time.Sleep(settled)
	return c
}

// masters returns who is master of the first instances.
func (c cluster) masters() (list []lint.Master) {
	for i, n := range c {
		for _, inst := range n.Instances() {
			if inst.Router.Snapshot().State == vrrp.Master {
				list = append(list, lint.Master{Node: i, Instance: inst.Config.Name})
			}
		}
	}
	return list
}

// fail makes what a node tracks fail.
func (c cluster) fail(t *testing.T, node int, failing []lint.Tracked) {
	t.Helper()
	for _, f := range failing {
		switch f.Kind {
		case "script":
			c[node].good.Store(false)
		case "interface":
			c[node].port.SetInterface(f.Name, false)
		default:
			t.Fatalf("cannot make %v fail", f)
		}
	}
	time.Sleep(settled)
}

func documents(files []lint.File) (docs []*confparse.Document) {
	for _, f := range files {
		doc, _ := confparse.ParseDocument(f.Name, []byte(f.Text), confparse.Options{ConfigID: "main"})
		docs = append(docs, doc)
	}
	return docs
}

// predictions returns what the rules predict of some files.
func predictions(files []lint.File) (list []lint.Prediction) {
	for _, f := range lint.Check(documents(files)...) {
		if f.Predicts != nil {
			list = append(list, *f.Predicts)
		}
	}
	return list
}

// TestLintPredictions runs every example of a rule that predicts a split brain,
// or a failover that never comes: it happens as predicted, and does not with
// the advice followed.
func TestLintPredictions(t *testing.T) {
	confirmed := map[lint.Kind]int{}
	for _, r := range lint.Rules() {
		if r.Predicts == lint.Nothing {
			continue
		}
		t.Run(string(r.ID), func(t *testing.T) {
			e := r.Example()
			list := predictions(e.Bad)
			if len(list) == 0 {
				t.Fatal("the example predicts nothing")
			}
			for _, p := range list {
				synctest.Test(t, func(t *testing.T) { confirm(t, e.Bad, p) })
				confirmed[p.Kind]++
			}
			synctest.Test(t, func(t *testing.T) { refute(t, startCluster(t, e.Good), list[0]) })
			if again := predictions(e.Good); len(again) > 0 {
				t.Errorf("the good example predicts %+v", again)
			}
		})
	}
	t.Logf("confirmed: %d split brains, %d failovers that never come", confirmed[lint.SplitBrain], confirmed[lint.NoFailover])
}

// confirm asserts that what is predicted happens.
func confirm(t *testing.T, files []lint.File, p lint.Prediction) {
	t.Helper()
	var c cluster
	if p.Kind == lint.SplitBrain {
		c = startCluster(t, files)
	} else {
		c = startCluster(t, files, p.Masters...) // with nopreempt the first one stays
		if got := c.masters(); !slices.Equal(got, p.Masters) {
			t.Fatalf("before the failure %v is master, not %v", got, p.Masters)
		}
		c.fail(t, p.Masters[0].Node, p.Failing)
	}
	got := c.masters()
	for _, m := range p.Masters {
		if !slices.Contains(got, m) {
			t.Errorf("masters are %v, predicted %v", got, p.Masters)
		}
	}
	if p.Kind == lint.NoFailover && len(got) != 1 {
		t.Errorf("masters are %v, predicted that %v stays", got, p.Masters)
	}
}

// refute asserts that it does not happen: there is one master, and if what it
// tracks fails, it is another one.
func refute(t *testing.T, c cluster, p lint.Prediction) {
	t.Helper()
	before := c.masters()
	if len(before) != 1 {
		t.Fatalf("masters are %v, want one", before)
	}
	if p.Kind != lint.NoFailover {
		return
	}
	c.fail(t, before[0].Node, p.Failing)
	if after := c.masters(); len(after) != 1 || after[0] == before[0] {
		t.Errorf("%v was master, %v is after %v failed", before, after, p.Failing)
	}
}
