package vip_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// Whatever Sets and strangers do in whatever order: in the end what is held is
// there, what is not held is gone, and what is the strangers' is as they left it.
func TestConverges(t *testing.T) {
	for seed := range netlab.Count(100, 5000) {
		inWorld(t, func(w world) { converge(w, rand.New(rand.NewPCG(uint64(seed), 0))) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func converge(w world, rng *rand.Rand) {
	virtual := append(addresses("eth0", "10.0.0.1/24", "10.0.0.2/24", "2001:db8::1/64"), addresses("eth1", "10.0.0.4/32")...)
	foreign := append(addresses("eth0", "10.0.0.100/24"), addresses("eth1", "2001:db8::100/64")...)
	sets := []*vip.Set{
		w.add(vip.SetConfig{Addresses: virtual[:3]}),
		w.add(vip.SetConfig{Addresses: virtual[2:]}),
	}
	holder := make(map[netip.Prefix]*vip.Set)
	theirs := make(map[netip.Prefix]bool)
	var steps []string
	for range 1 + rng.IntN(20) {
		s := rng.IntN(2)
		v, f := virtual[rng.IntN(4)], foreign[rng.IntN(2)]
		dev := []string{"eth0", "eth1"}[rng.IntN(2)]
		switch rng.IntN(7) {
		case 0, 1:
			steps = append(steps, fmt.Sprint("acquire ", s))
			_ = sets[s].Acquire(w.Context())
			for _, a := range sets[s].Addresses() {
				holder[a.Prefix] = sets[s]
			}
		case 2:
			steps = append(steps, fmt.Sprint("release ", s))
			w.do(sets[s].Release)
			for p, by := range holder {
				if by == sets[s] {
					delete(holder, p)
				}
			}
		case 3:
			steps = append(steps, fmt.Sprint("take ", v))
			_ = w.Take(v)
		case 4:
			steps = append(steps, fmt.Sprint("put ", f))
			theirs[f.Prefix] = w.Put(f) == nil
		case 5:
			steps = append(steps, fmt.Sprint("remove ", dev))
			w.RemoveInterface(dev)
			for _, a := range foreign {
				if a.Interface == dev {
					theirs[a.Prefix] = false
				}
			}
			time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
			w.AddInterface(dev)
		case 6:
			d := time.Duration(rng.IntN(20)) * time.Millisecond
			steps = append(steps, fmt.Sprint("wait ", d))
			time.Sleep(d)
		}
	}
	time.Sleep(time.Second)

	var want, got []string
	for _, a := range append(virtual, foreign...) {
		if holder[a.Prefix] != nil || theirs[a.Prefix] {
			want = append(want, a.String())
		}
	}
	interfaces, _ := w.Interfaces()
	for _, i := range interfaces {
		for _, a := range i.Addresses {
			got = append(got, a.String())
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		w.Errorf("got  %s\nwant %s\nafter %s", strings.Join(got, ", "), strings.Join(want, ", "), strings.Join(steps, ", "))
	}
}
