package ipvs_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// randomPool draws a configuration of a few servers, with few checks.
var randomPool = rapid.Custom(func(t *rapid.T) ipvs.PoolConfig {
	var cfg ipvs.PoolConfig
	for n := range 5 {
		if rapid.Bool().Draw(t, "server") {
			s := server(n, rapid.IntRange(0, 4).Draw(t, "weight"))
			for _, name := range []string{"a", "b"} {
				if rapid.Bool().Draw(t, "check") {
					s.Checks = append(s.Checks, ipvs.PoolCheck{Name: name, Alpha: rapid.Bool().Draw(t, "alpha")})
				}
			}
			s.Inhibit = rapid.Bool().Draw(t, "inhibit")
			cfg.Servers = append(cfg.Servers, s)
		}
	}
	cfg.Quorum = rapid.Int64Range(1, 8).Draw(t, "quorum")
	cfg.Hysteresis = rapid.Int64Range(0, cfg.Quorum-1).Draw(t, "hysteresis")
	if rapid.Bool().Draw(t, "has sorry") {
		cfg.Sorry, cfg.SorryInhibit = sorry(rapid.IntRange(0, 9).Draw(t, "sorry")), rapid.Bool().Draw(t, "sorry inhibit")
	}
	cfg.Warm = time.Duration(rapid.IntRange(0, 3).Draw(t, "warm")) * time.Second
	return cfg
})

// Whatever happens: the events tell how the pool stands, what the kernel gets
// fits to that, and the quorum is gained and lost where it should be.
func TestPoolProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := randomPool.Draw(t, "config")
		p, err := ipvs.NewPool(cfg)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(1000, 0)
		alive := map[netip.AddrPort]bool{}
		quorum := false
		take := func(events []ipvs.PoolEvent) {
			for _, e := range events {
				switch e.Kind {
				case ipvs.PoolServerUp:
					if alive[e.Server] {
						t.Fatalf("%v: it was up", e)
					}
					alive[e.Server] = true
				case ipvs.PoolServerDown:
					if !alive[e.Server] && !e.Initial {
						t.Fatalf("%v: it was not up", e)
					}
					delete(alive, e.Server)
				case ipvs.PoolQuorumGained:
					quorum = true
				case ipvs.PoolQuorumLost:
					quorum = false
				}
			}
			checkPool(t, p, cfg, now, alive, quorum)
		}
		take(p.Start(now, nil))
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "update") == 0 {
				cfg = randomPool.Draw(t, "config")
				events, err := p.Update(now, cfg, nil)
				if err != nil {
					t.Fatal(err)
				}
				take(events)
				table := p.Destinations(now, nil)
				if again, _ := p.Update(now, cfg, nil); again != nil || !cmp.Equal(table, p.Destinations(now, nil), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })) {
					t.Fatalf("the same update again: %v", again)
				}
				continue
			}
			in := ipvs.PoolInput{
				Kind:   rapid.SampledFrom([]ipvs.PoolInputKind{ipvs.PoolChecked, ipvs.PoolChecked, ipvs.PoolChecked, ipvs.PoolTick, ipvs.PoolDrain, ipvs.PoolUndrain, ipvs.PoolCounted, ipvs.PoolRefused, ipvs.PoolAccepted}).Draw(t, "kind"),
				Server: ap(fmt.Sprintf("198.51.100.%d:80", rapid.IntRange(0, 5).Draw(t, "server"))),
				Check:  rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "check"),
				Up:     rapid.Bool().Draw(t, "up"),
				Weight: ipvs.PoolWeight{Mode: ipvs.PoolWeightMode(rapid.IntRange(0, 2).Draw(t, "mode")), Value: rapid.IntRange(-3, 5).Draw(t, "value")},
			}
			take(p.Handle(now, in, nil))
		}
		take(p.Stop(nil))
		if len(alive) > 0 || quorum {
			t.Fatalf("after Stop: %v, quorum %v", alive, quorum)
		}
	})
}

// checkPool holds a pool to its configuration and to what its events have told.
func checkPool(t *rapid.T, p *ipvs.Pool, cfg ipvs.PoolConfig, now time.Time, alive map[netip.AddrPort]bool, quorum bool) {
	s := p.Snapshot(now)
	if s.Quorum != quorum {
		t.Fatalf("quorum %v, told %v", s.Quorum, quorum)
	}
	if quorum && (s.Sum == 0 || s.Sum < cfg.Quorum-cfg.Hysteresis) {
		t.Fatalf("quorum with %d, needs %d, hysteresis %d", s.Sum, cfg.Quorum, cfg.Hysteresis)
	}
	weights := map[netip.AddrPort]int{}
	for _, d := range p.Destinations(now, nil) {
		if _, twice := weights[d.Address]; twice {
			t.Fatalf("%v is there twice", d.Address)
		}
		weights[d.Address] = d.Weight
	}
	var sum int64
	running := len(alive) > 0 || quorum
	for i, server := range s.Servers {
		if running && server.Alive != alive[server.Address] {
			t.Fatalf("%v: alive %v, told %v", server.Address, server.Alive, alive[server.Address])
		}
		if server.Alive != (len(server.Failed) == 0) {
			t.Fatalf("%v: alive %v with failed %v", server.Address, server.Alive, server.Failed)
		}
		if server.Alive && !server.Draining && !server.Refused {
			sum += int64(server.Weight)
		}
		weight, there := weights[server.Address]
		sorry := cfg.Sorry != nil && cfg.Sorry.Address == server.Address
		switch {
		case sorry && s.Sorry:
			if weight != 1 {
				t.Fatalf("the sorry server has weight %d", weight)
			}
		case server.Alive && !s.Sorry:
			if !there || weight != server.Share || server.Draining && weight != 0 {
				t.Fatalf("%v: weight %d, share %d", server.Address, weight, server.Share)
			}
			if weight > server.Weight || !server.Draining && (weight == 0) != (server.Weight == 0) {
				t.Fatalf("%v: weight %d of %d", server.Address, weight, server.Weight)
			}
		case sorry:
		case there != (cfg.Servers[i].Inhibit || server.Alive && server.Refused) || weight != 0:
			t.Fatalf("%v: there %v with weight %d", server.Address, there, weight)
		}
	}
	if sum != s.Sum {
		t.Fatalf("sum %d, should be %d", s.Sum, sum)
	}
	if next := p.Deadline(now); !next.IsZero() && !next.After(now) {
		t.Fatalf("the deadline %v is not after %v", next, now)
	}
}
