package ipvs_test

import (
	"net/netip"
	"testing"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

const services, destinations = 1000, 10

// large has services with destinations each.
func large() (s ipvs.State) {
	for i := range services {
		e := ipvs.Entry{Service: ipvs.Service{
			Key:       ipvs.Key{Protocol: ipvs.TCP, Address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, byte(i / 250), byte(i%250 + 1)}), 80)},
			Scheduler: "wlc",
		}}
		for j := range destinations {
			to := netip.AddrFrom4([4]byte{10, byte(10 + i/250), byte(i % 250), byte(j + 1)})
			e.Destinations = append(e.Destinations, ipvs.Destination{Address: netip.AddrPortFrom(to, 80), Weight: 1})
		}
		s.Table = append(s.Table, e)
	}
	return s
}

// What it costs, without the kernel, to find that 1000 services of 10
// destinations are as desired, but for one weight each second time.
func BenchmarkReconciler(b *testing.B) {
	for _, change := range []int{0, 1} {
		b.Run([]string{"the same", "one weight"}[change], func(b *testing.B) {
			r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &ipvstest.Kernel{}})
			if err != nil {
				b.Fatal(err)
			}
			desired := large()
			weight := &desired.Table[500].Destinations[5].Weight
			b.ReportAllocs()
			for b.Loop() {
				*weight = (*weight + change) % 100
				if err := r.Apply(b.Context(), desired); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
