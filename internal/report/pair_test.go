package report

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The pair's views of one virtual router, and what is wrong with them together.
func TestCompare(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	vips := []string{"192.0.2.100/24"}
	instance := func(state string, base uint8, source netip.Addr) Instance {
		return Instance{Name: "VI_1", VRID: 51, Version: 2, State: state, Base: base, Source: source, Addresses: vips}
	}
	hears := func(i Instance, who netip.Addr) Instance {
		i.Peers = []Peer{{Address: who, Priority: 99, Heard: now.Add(-time.Second)}}
		return i
	}
	with := func(i Instance, change func(*Instance)) Instance { change(&i); return i }
	for name, tt := range map[string]struct {
		a, b []Instance
		want []string
	}{
		"good":            {[]Instance{instance("MASTER", 150, a)}, []Instance{hears(instance("BACKUP", 100, b), a)}, nil},
		"two masters":     {[]Instance{instance("MASTER", 150, a)}, []Instance{instance("MASTER", 100, b)}, []string{"CRITICAL a and b are master at the same time"}},
		"no master":       {[]Instance{instance("BACKUP", 150, a)}, []Instance{instance("FAULT", 100, b)}, []string{"CRITICAL no node is master"}},
		"no answer":       {[]Instance{instance("BACKUP", 150, a)}, nil, nil},
		"only one":        {[]Instance{instance("MASTER", 150, a)}, []Instance{}, []string{"WARNING b has not got it"}},
		"equal priority":  {[]Instance{instance("MASTER", 100, a)}, []Instance{instance("BACKUP", 100, b)}, []string{"WARNING b has the same priority 100 as another node: addresses decide"}},
		"another version": {[]Instance{instance("MASTER", 150, a)}, []Instance{with(instance("BACKUP", 100, b), func(i *Instance) { i.Version = 3 })}, []string{"WARNING the version of b differ from the others': 3, not 2"}},
		"more addresses": {[]Instance{instance("MASTER", 150, a)},
			[]Instance{with(instance("BACKUP", 100, b), func(i *Instance) { i.Addresses = append([]string{"192.0.2.101/24"}, vips...) })},
			[]string{"WARNING the addresses of b differ from the others': 192.0.2.100/24 192.0.2.101/24, not 192.0.2.100/24"}},
		"a third master": {[]Instance{instance("MASTER", 150, a)}, []Instance{hears(instance("BACKUP", 100, b), netip.MustParseAddr("192.0.2.3"))},
			[]string{"WARNING b hears 192.0.2.3, which is not a"}},
	} {
		t.Run(name, func(t *testing.T) {
			nodes := []View{{Name: "a", Status: &Status{At: now, Instances: tt.a}}, {Name: "b", Error: "no answer"}}
			if tt.b != nil {
				nodes[1] = View{Name: "b", Status: &Status{At: now, Instances: tt.b}}
			}
			rows := Compare(nodes)
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			var got []string
			for _, f := range rows[0].Accord {
				got = append(got, f.Level.String()+" "+f.Text)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// One VRID may be used on two interfaces, and for both families.
func TestCompareRows(t *testing.T) {
	list := func(interfaces ...string) (l []Instance) {
		for _, name := range interfaces {
			l = append(l, Instance{Name: name, VRID: 51, IPv6: name == "six", Addresses: []string{name}, State: "MASTER"})
		}
		return l
	}
	rows := Compare([]View{{Name: "a", Status: &Status{Instances: list("inside", "outside", "six")}}, {Name: "b", Status: &Status{Instances: list("six", "outside", "inside")}}})
	var got []string
	for _, r := range rows {
		got = append(got, r.Name)
		if len(r.Cells) != 2 || r.Cells[0] == nil || r.Cells[1] == nil || r.Cells[0].Name != r.Cells[1].Name {
			t.Errorf("%s: %+v", r.Name, r.Cells)
		}
	}
	if d := cmp.Diff([]string{"inside", "outside", "six"}, got); d != "" {
		t.Error(d)
	}
}
