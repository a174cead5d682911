package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A table's fields are for programs: who is master in which state of the nodes.
func TestTableFields(t *testing.T) {
	doc := func(name string, more string) File {
		return File{name, "vrrp_script chk {\nscript /bin/true\nweight -20\n}\nvrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\n" + more + "\nvirtual_ipaddress { 192.0.2.100/24 }\ntrack_script { chk }\n}\n"}
	}
	tables := Tables(documents([]File{doc("a.conf", "priority 100"), doc("b.conf", "priority 90")})...)
	if len(tables) != 1 || tables[0].Title != "VI_1: virtual_router_id 51, 192.0.2.100" || !slices.Equal(tables[0].Nodes, []string{"a.conf", "b.conf"}) {
		t.Fatalf("%+v", tables)
	}
	for _, row := range tables[0].Rows {
		if failing := row.Nodes[0].Failing; len(failing) == 0 || row.Nodes[1].Priority != 90 {
			continue
		}
		if want := []Tracked{{"script", "chk"}}; !slices.Equal(row.Nodes[0].Failing, want) || row.Nodes[0].Priority != 80 || !slices.Equal(row.Masters, []string{"b.conf"}) {
			t.Errorf("%+v", row)
		}
		return
	}
	t.Error("no row for a failure on a.conf")
}

func TestTables(t *testing.T) {
	example := func(id string) []File {
		for _, r := range Rules() {
			if string(r.ID) == id {
				return r.Example().Bad
			}
		}
		t.Fatalf("no rule %s", id)
		return nil
	}
	for _, tt := range []struct{ id, want string }{
		{"failover-tie", `VI_1: virtual_router_id 61, 192.0.2.100
  a.conf               b.conf               master
  100                  90                   a.conf
  100                  80 (script chk_web)  a.conf
  100                  off                  a.conf
  90 (script chk_web)  90                   a.conf  (equal: whoever is master stays; at the start the higher address wins)
  90 (script chk_web)  80 (script chk_web)  a.conf
  90 (script chk_web)  off                  a.conf
  off                  90                   b.conf
  off                  80 (script chk_web)  b.conf
  off                  off                  nobody
`},
		{"nopreempt-blocks-failover", `VI_1: virtual_router_id 61, 192.0.2.100
  a.conf               b.conf               master
  100                  90                   a.conf  (nopreempt: whoever is master stays)
  100                  70 (script chk_web)  a.conf  (nopreempt: whoever is master stays)
  100                  off                  a.conf
  80 (script chk_web)  90                   b.conf  (nopreempt: whoever is master stays)
  80 (script chk_web)  70 (script chk_web)  a.conf  (nopreempt: whoever is master stays)
  80 (script chk_web)  off                  a.conf
  off                  90                   b.conf
  off                  70 (script chk_web)  b.conf
  off                  off                  nobody
`},
		{"no-master", `VI_1: virtual_router_id 61, 192.0.2.100
  a.conf                               b.conf                               master
  150                                  100                                  a.conf
  150                                  off, or FAULT (script chk_web)       a.conf
  off, or FAULT (script chk_web)       100                                  b.conf
  off, or FAULT (script chk_web)       off, or FAULT (script chk_web)       nobody
`},
		{"vrid-mismatch", `VI_1: virtual_router_id 61, 192.0.2.100
  a.conf  b.conf  master
  150     100     a.conf AND b.conf
  150     off     a.conf
  off     100     b.conf
  off     off     nobody
`},
	} {
		tables := Tables(documents(example(tt.id))...)
		if len(tables) != 1 {
			t.Errorf("%s: %d tables", tt.id, len(tables))
			continue
		}
		got := strings.Join(strings.Fields(tables[0].String()), " ")
		want := strings.Join(strings.Fields(tt.want), " ")
		if got != want {
			t.Errorf("%s:\n%s", tt.id, cmp.Diff(tt.want, tables[0].String()))
		}
	}
}

// A hundred trackers have 2^100 combinations: the sums are what counts.
func TestManyTrackers(t *testing.T) {
	var b strings.Builder
	track := ""
	for i := range 100 {
		name := "s" + strings.Repeat("x", i)
		b.WriteString("vrrp_script " + name + " {\n script /bin/true\n weight -2\n}\n")
		track += name + "\n"
	}
	b.WriteString("vrrp_instance A {\n interface eth0\n virtual_router_id 5\n priority 250\n virtual_ipaddress {\n 192.0.2.1\n}\n track_script {\n" + track + "}\n}\n")
	file := File{"a.conf", b.String()}
	n := newPass(documents([]File{file})).nodes[0]
	m := &member{n.cfg.Instances[0], n}
	list := m.outcomes()
	if len(list) != 101 || list[0].priority != 250 || list[100].priority != 50 || len(list[100].failing) != 100 {
		t.Errorf("%d outcomes, from %d to %d", len(list), list[0].priority, list[len(list)-1].priority)
	}
	docs := documents([]File{file, {"b.conf", strings.ReplaceAll(b.String(), "priority 250", "priority 200")}})
	if tables := Tables(docs...); len(tables) != 1 || !tables[0].Partial || len(tables[0].Rows) > 2*102 {
		t.Errorf("%d tables", len(tables))
	}
}
