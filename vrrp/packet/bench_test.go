package packet

import (
	"fmt"
	"net/netip"
	"testing"
)

func benchAdvert(n int) Advert {
	a := v3()
	a.Addresses = nil
	for i := range n {
		a.Addresses = append(a.Addresses, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
	}
	return a
}

func TestNoAllocation(t *testing.T) {
	sent := benchAdvert(20)
	buf := make([]byte, 0, Len(V3, false, 20))
	var received Advert
	allocs := testing.AllocsPerRun(100, func() {
		for _, form := range []ChecksumForm{MessageOnly, PseudoHeader, PseudoHeaderGroup} {
			b, err := sent.Append(buf, src4, peer4, form)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := received.Parse(b, src4, peer4); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for an advertisement out and in, want none", allocs)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 20} {
		b.Run(fmt.Sprintf("addresses=%d", n), func(b *testing.B) {
			a := benchAdvert(n)
			buf := make([]byte, 0, Len(V3, false, n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.Append(buf, src4, GroupIPv4, PseudoHeader); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1, 20} {
		b.Run(fmt.Sprintf("addresses=%d", n), func(b *testing.B) {
			sent := benchAdvert(n)
			message, err := sent.Append(nil, src4, GroupIPv4, PseudoHeader)
			if err != nil {
				b.Fatal(err)
			}
			var a Advert
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.Parse(message, src4, GroupIPv4); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
