package vip_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/vip"
)

// What Sets hold in TestConverges, and what strangers do.
var (
	convergeAddresses = append(addresses("eth0", "10.0.0.1/24", "10.0.0.2/24", "2001:db8::1/64"), addresses("eth1", "10.0.0.4/32")...)
	convergeRoutes    = []vip.Route{
		{Destination: netip.MustParsePrefix("198.51.100.0/24"), Hop: vip.Hop{Interface: "eth0"}, Source: netip.MustParseAddr("10.0.0.1")},
		{Destination: netip.MustParsePrefix("2001:db8:1::/48"), Hop: vip.Hop{Interface: "eth1"}},
		{Destination: netip.MustParsePrefix("0.0.0.0/0"), Type: vip.RouteBlackhole, Table: 7},
	}
	convergeRules = []vip.Rule{
		{Priority: 100, From: netip.MustParsePrefix("10.0.0.1/32"), Table: 7},
		{Priority: 101, IPv6: true, Mark: 1, Action: vip.RuleProhibit},
	}
	convergeForeign = []vip.Object{
		addresses("eth0", "10.0.0.100/24")[0],
		addresses("eth1", "2001:db8::100/64")[0],
		vip.Route{Destination: netip.MustParsePrefix("198.51.100.0/24"), Hop: vip.Hop{Interface: "eth1"}, Protocol: 4},
		vip.Rule{Priority: 100, From: netip.MustParsePrefix("10.0.0.1/32"), Table: 7, Owner: 4},
	}
)

// step is something that a Set or a stranger does.
type step struct {
	what string
	n    int // which Set, object, or interface; or how many milliseconds
}

func (s step) String() string { return fmt.Sprint(s.what, " ", s.n) }

// Whatever Sets and strangers do in whatever order: in the end what is held is
// there, what is not held is gone, and what is the strangers' is as they left it.
func TestConverges(t *testing.T) {
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		what := rapid.SampledFrom([]string{"acquire", "acquire", "release", "take", "take", "put", "pull", "replug", "down", "wait"})
		return step{what.Draw(t, "what"), rapid.IntRange(0, 19).Draw(t, "n")}
	}), 1, 20)
	rapid.Check(t, func(rt *rapid.T) {
		list := steps.Draw(rt, "steps")
		var failure string
		inWorld(t, func(w world) { failure = converge(w, list) })
		if failure != "" {
			rt.Fatal(failure)
		}
	})
}

// converge returns how the kernel differs from what it should be, or "".
func converge(w world, steps []step) string {
	var virtual []vip.Object
	sets := []*vip.Set{
		w.add(vip.SetConfig{Addresses: convergeAddresses[:3], Routes: convergeRoutes[:2], Rules: convergeRules[:1]}),
		w.add(vip.SetConfig{Addresses: convergeAddresses[2:], Routes: convergeRoutes[1:], Rules: convergeRules}),
	}
	virtual = slices.Concat(sets[0].Objects(), sets[1].Objects())
	holder := make(map[string]*vip.Set)
	theirs := make(map[string]bool)
	dropped := func(dev string, addressesToo bool) {
		for _, o := range convergeForeign {
			switch o := o.(type) {
			case vip.Address:
				if addressesToo && o.Interface == dev {
					theirs[line(o)] = false
				}
			case vip.Route:
				if o.Interface == dev {
					theirs[line(o)] = false
				}
			}
		}
	}
	for _, s := range steps {
		set, dev := sets[s.n%2], []string{"eth0", "eth1"}[s.n%2]
		foreign := convergeForeign[s.n%len(convergeForeign)]
		switch s.what {
		case "acquire":
			_ = set.Acquire(w.Context()) // an interface may be down
			for _, o := range set.Objects() {
				holder[line(o)] = set
			}
		case "release":
			w.do(set.Release)
			for _, o := range set.Objects() {
				if holder[line(o)] == set {
					delete(holder, line(o))
				}
			}
		case "take":
			_ = w.Take(virtual[s.n%len(virtual)])
		case "put":
			theirs[line(foreign)] = w.Put(foreign) == nil
		case "pull":
			_ = w.Take(foreign)
			theirs[line(foreign)] = false
		case "replug":
			w.RemoveInterface(dev)
			dropped(dev, true)
			time.Sleep(time.Duration(s.n) * time.Millisecond)
			w.AddInterface(dev)
		case "down":
			w.SetUp(dev, false)
			dropped(dev, false)
			time.Sleep(time.Duration(s.n) * time.Millisecond)
			w.SetUp(dev, true)
		case "wait":
			time.Sleep(time.Duration(s.n) * time.Millisecond)
		}
	}
	time.Sleep(time.Second)

	var want []string
	for _, o := range slices.Concat(virtual, convergeForeign) {
		if (holder[line(o)] != nil || theirs[line(o)]) && !slices.Contains(want, line(o)) {
			want = append(want, line(o))
		}
	}
	got := lines(w.String())
	slices.Sort(want)
	slices.Sort(got)
	if slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("got  %s\nwant %s\nafter %v", strings.Join(got, ", "), strings.Join(want, ", "), steps)
}

// line is how an object appears in lines.
func line(o vip.Object) string {
	switch o := o.(type) {
	case vip.Address:
		dev := o.Interface
		o.Interface = ""
		return dev + " " + o.String()
	case vip.Rule:
		return "rule " + o.String()
	}
	return "route " + o.String()
}

// lines returns a kernel's objects, addresses behind their interfaces.
func lines(state string) (list []string) {
	dev := ""
	for l := range strings.Lines(strings.TrimSuffix(state, "\n")) {
		l = strings.TrimSuffix(l, "\n")
		switch {
		case strings.HasPrefix(l, "    "):
			list = append(list, dev+l[3:])
		case strings.HasPrefix(l, "route "), strings.HasPrefix(l, "rule "):
			list = append(list, l)
		default:
			dev, _, _ = strings.Cut(l, " ")
		}
	}
	return list
}
