package vip_test

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// BenchmarkKernelTakeover is Acquire and Release on the real kernel. It reports
// the median times from the call of Acquire until the first and the last
// address had been announced on the wire for the first time, and until
// Release returned.
func BenchmarkKernelTakeover(b *testing.B) {
	for _, n := range []int{1, 20, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			lab := netlab.New(b)
			h := lab.Host("h", "192.0.2.1/24")
			wire := lab.Capture()
			m, _ := manage(b, h)
			cfg := vip.SetConfig{Interface: "eth0", Schedule: vip.Schedule{Repeat: 5}}
			for i := range n {
				a := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
				cfg.Addresses = append(cfg.Addresses, vip.Address{Prefix: netip.PrefixFrom(a, 32)})
			}
			s := set(b, m, cfg)
			last := cfg.Addresses[n-1].Prefix.Addr()

			var acquire, first, final, release []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := s.Acquire(b.Context()); err != nil {
					b.Fatal(err)
				}
				acquire = append(acquire, time.Since(start))
				heard := func(a netip.Addr) func(netlab.Frame) bool {
					return func(f netlab.Frame) bool {
						arp, ok := f.ARP()
						return ok && arp.Sender == a
					}
				}
				first = append(first, wire.Wait(start, time.Second, "the first address", heard(cfg.Addresses[0].Prefix.Addr())).At.Sub(start))
				final = append(final, wire.Wait(start, time.Second, "the last address", heard(last)).At.Sub(start))
				time.Sleep(time.Duration(n*5/100+10) * time.Millisecond)

				start = time.Now()
				if err := s.Release(b.Context()); err != nil {
					b.Fatal(err)
				}
				release = append(release, time.Since(start))
			}
			b.ReportMetric(median(acquire), "acquire-ms")
			b.ReportMetric(median(first), "first-ms")
			b.ReportMetric(median(final), "last-ms")
			b.ReportMetric(median(release), "release-ms")
		})
	}
}

// BenchmarkKernelManySets is a thousand routers that become master at once. It
// reports the median times until all calls of Acquire have returned and until
// the last address had been announced for the first time.
func BenchmarkKernelManySets(b *testing.B) {
	const n = 1000
	lab := netlab.New(b)
	h := lab.Host("h", "192.0.2.1/24")
	wire := lab.Capture()
	m, _ := manage(b, h)
	sets := make([]*vip.Set, n)
	for i := range sets {
		sets[i] = set(b, m, vip.SetConfig{Addresses: addresses("eth0", fmt.Sprintf("10.0.%d.%d/32", i/250, i%250))})
	}
	var all, announced []time.Duration
	for b.Loop() {
		start := time.Now()
		var wg sync.WaitGroup
		for _, s := range sets {
			wg.Go(func() {
				if err := s.Acquire(b.Context()); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		all = append(all, time.Since(start))
		heard := make(map[netip.Addr]bool)
		announced = append(announced, wire.Wait(start, time.Second, "all addresses", func(f netlab.Frame) bool {
			if arp, ok := f.ARP(); ok {
				heard[arp.Sender] = true
			}
			return len(heard) == n
		}).At.Sub(start))
		for _, s := range sets {
			if err := s.Release(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(median(all), "acquire-ms")
	b.ReportMetric(median(announced), "last-ms")
}

// BenchmarkKernelPutBack reports the median time until an address that someone
// else removed is there again.
func BenchmarkKernelPutBack(b *testing.B) {
	lab := netlab.New(b)
	h := lab.Host("h", "192.0.2.1/24")
	m, _ := manage(b, h)
	s := set(b, m, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32"), Schedule: vip.Schedule{Repeat: 1}})
	if err := s.Acquire(b.Context()); err != nil {
		b.Fatal(err)
	}
	other, err := vip.NewKernel(h.NS())
	if err != nil {
		b.Fatal(err)
	}
	defer other.Close()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if errs := other.Apply([]vip.Change{{Op: vip.Delete, Object: s.Addresses()[0]}}); errs != nil {
			b.Fatal(errs)
		}
		<-s.Trouble()
		took = append(took, time.Since(start))
		time.Sleep(20 * time.Millisecond)
	}
	b.ReportMetric(median(took), "back-ms")
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2]) / float64(time.Millisecond)
}
