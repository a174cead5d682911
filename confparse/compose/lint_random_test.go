package compose_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vrrpkit/vrrpkit/confparse/lint"
)

// randomPair returns the files of two nodes that differ where pairs do.
func randomPair(r *rand.Rand) []lint.File {
	maybe := func(n int, s string) string {
		if r.IntN(n) == 0 {
			return s
		}
		return ""
	}
	pick := func(list ...int) int { return list[r.IntN(len(list))] }
	common := maybe(3, "    version 3\n")
	weight := pick(-60, -20, -10, 2, 10, 50, 0)
	nopreempt := maybe(4, "    state BACKUP\n    nopreempt\n")
	unicast := r.IntN(4) == 0
	var files []lint.File
	for i, name := range []string{"a.conf", "b.conf"} {
		var b strings.Builder
		fmt.Fprintf(&b, "vrrp_script chk {\n    script /bin/true\n    weight %d\n}\n", weight)
		fmt.Fprintf(&b, "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id %d\n    priority %d\n%s%s", 51+r.IntN(20)/19, pick(50, 90, 100, 110, 150), common, nopreempt)
		b.WriteString(maybe(24, "    advert_int 2\n"))
		b.WriteString(maybe(24, "    mcast_dst_ip 224.0.0.200\n"))
		b.WriteString(maybe(24, "    authentication {\n        auth_type PASS\n        auth_pass secret\n    }\n"))
		if unicast != (r.IntN(24) == 0) {
			fmt.Fprintf(&b, "    unicast_src_ip 192.0.2.%d\n    unicast_peer {\n        192.0.2.%d\n    }\n%s", i+1, pick(2-i, 2-i, 2-i, 2-i, 9), maybe(2, "    check_unicast_src\n"))
		}
		b.WriteString("    virtual_ipaddress {\n        192.0.2.100\n    }\n    track_script {\n        chk\n    }\n")
		b.WriteString(maybe(2, "    track_interface {\n        eth5 weight -20\n    }\n"))
		files = append(files, lint.File{Name: name, Text: b.String() + "}\n"})
	}
	return files
}

// settles reports whether the backup alone is master after failures of the
// master: not with equal priorities, which stay where they are, and not if one
// does not hear the other, which is found, but only splits them then.
func settles(files []lint.File) bool {
	if oneWay(files) {
		return false
	}
	row := lint.Tables(documents(files)...)[0].Rows[0]
	return row.Note == "" && row.Nodes[0].Priority > 0 && row.Nodes[1].Priority > 0
}

// undecided reports whether one of two equals does not hear the other: it
// depends on who starts first, and on their addresses, whether both are master.
func undecided(files []lint.File) bool {
	nodes := lint.Tables(documents(files)...)[0].Rows[0].Nodes
	return nodes[0].Priority == nodes[1].Priority && oneWay(files)
}

// oneWay reports whether a node is found not to send to the other.
func oneWay(files []lint.File) bool {
	return slices.ContainsFunc(lint.Check(documents(files)...), func(f lint.Finding) bool { return f.Code == "peer-missing" })
}

// TestLintRandomPairs holds the predictions to what random pairs do, both ways:
// two masters if and only if a split brain is predicted, and no failover if and
// only if none is predicted.
func TestLintRandomPairs(t *testing.T) {
	pairs := 60
	if os.Getenv("VRRPKIT_SOAK") != "" {
		pairs = 5000
	}
	r := rand.New(rand.NewPCG(5, 5))
	outcomes := map[string]int{}
	for i := range pairs {
		files := randomPair(r)
		list := predictions(files)
		never := slices.DeleteFunc(slices.Clone(list), func(p lint.Prediction) bool { return p.Kind != lint.NoFailover })
		split := slices.ContainsFunc(list, func(p lint.Prediction) bool { return p.Kind == lint.SplitBrain })
		synctest.Test(t, func(t *testing.T) {
			c := startCluster(t, files)
			before := c.masters()
			switch {
			case !split && undecided(files):
				outcomes["undecided"]++
			case (len(before) == 2) != split:
				t.Errorf("masters are %v", before)
			case split:
				outcomes["split brain"]++
			case len(never) == 0 && settles(files):
				outcomes["failover"]++
				refute(t, c, lint.Prediction{Kind: lint.NoFailover, Failing: []lint.Tracked{{Kind: "script", Name: "chk"}, {Kind: "interface", Name: "eth5"}}})
			}
		})
		for _, p := range never {
			outcomes["no failover"]++
			synctest.Test(t, func(t *testing.T) { confirm(t, files, p) })
		}
		if t.Failed() {
			t.Logf("pair %d, predicted %+v\n%s\n%s", i, list, files[0].Text, files[1].Text)
		}
		if t.Failed() {
			return
		}
	}
	t.Log(outcomes)
}
