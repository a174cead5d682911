package ipvs_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

func TestPool(t *testing.T) {
	type config = ipvs.PoolConfig
	playPools(t, []poolCase{
		{"without alpha everything serves until it fails", config{Servers: servers(server(1, 1, "tcp"), server(2, 3, "tcp"))}, nil, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 4 initially
= 1*1 2*3
> 1 tcp up
= 1*1 2*3
> 1 tcp down
1 down
= 2*3
> 2 tcp down
2 down
quorum lost: 1-0 > 0
=
> 1 tcp up
1 up
quorum gained: 1+0 <= 1
= 1*1
`},
		{"with alpha nothing serves until it succeeds", config{Servers: servers(server(1, 1, "tcp alpha"), inhibited(server(2, 1, "tcp alpha")), server(3, 1))}, nil, `
> start
3 up initially
quorum gained: 1+0 <= 1 initially
= 2*0 3*1
> 1 tcp down
1 down initially
= 2*0 3*1
> 1 tcp down
= 2*0 3*1
> 2 tcp up
2 up
= 2*1 3*1
> 1 tcp up
1 up
= 1*1 2*1 3*1
`},
		{"all checks of a server have to be up", config{Servers: servers(server(1, 1, "tcp", "http"), server(2, 1))}, nil, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 2 initially
= 1*1 2*1
> 1 tcp down
1 down
= 2*1
> 1 http down
= 2*1
> 1 tcp up
= 2*1
> 1 http up
1 up
= 1*1 2*1
`},
		// keepalived, observed: quorum 10, hysteresis 3, three servers of 5.
		{"hysteresis", config{Servers: servers(server(1, 5, "w"), server(2, 5, "w"), server(3, 5, "w")), Quorum: 10, Hysteresis: 3}, nil, `
> start
1 up initially
2 up initially
3 up initially
quorum gained: 10+3 <= 15 initially
= 1*5 2*5 3*5
> 1 w down
1 down
= 2*5 3*5
> 2 w weight 2
2 weight 5 to 2
= 2*2 3*5
> 2 w weight 1
2 weight 2 to 1
quorum lost: 10-3 > 6
= 2*1 3*5
> 2 w weight 5
2 weight 1 to 5
= 2*5 3*5
> 1 w up
1 up
quorum gained: 10+3 <= 15
= 1*5 2*5 3*5
`},
	}...)
}

func TestPoolSorryServer(t *testing.T) {
	type config = ipvs.PoolConfig
	playPools(t, []poolCase{
		{"the sorry server replaces all", config{Servers: servers(server(1, 1, "w"), server(2, 1, "w"), inhibited(server(3, 1, "w"))), Quorum: 2, Sorry: sorry(9)}, nil, `
> start
1 up initially
2 up initially
3 up initially
quorum gained: 2+0 <= 3 initially
= 1*1 2*1 3*1
> 3 w down
3 down
= 1*1 2*1 3*0
> 2 w down
2 down
quorum lost: 2-0 > 1
= 3*0 9*1
> 1 w down
1 down
= 3*0 9*1
> 3 w up
3 up
= 3*0 9*1
> 2 w up
2 up
quorum gained: 2+0 <= 2
= 2*1 3*1
`},
		{"a sorry server from the beginning, inhibited", config{Servers: servers(server(1, 1, "w alpha")), Sorry: sorry(9), SorryInhibit: true}, nil, `
> start
quorum lost: 1-0 > 0 initially
= 9*1
> 1 w up
1 up
quorum gained: 1+0 <= 1
= 1*1 9*0
> 1 w down
1 down
quorum lost: 1-0 > 0
= 9*1
`},
		{"a server that is the sorry server too", config{Servers: servers(server(1, 4, "w"), server(2, 4, "w")), Quorum: 8, Sorry: sorry(1)}, nil, `
> start
1 up initially
2 up initially
quorum gained: 8+0 <= 8 initially
= 1*4 2*4
> 2 w down
2 down
quorum lost: 8-0 > 4
= 1*1
> 2 w up
2 up
quorum gained: 8+0 <= 8
= 1*4 2*4
`},
	}...)
}

// Fault 21 of keepalived: servers that the kernel refuses count for the quorum.
// Here they do not, and stay there with weight 0, behind the sorry server too, so
// that it shows when the kernel takes them.
func TestPoolRefused(t *testing.T) {
	type config = ipvs.PoolConfig
	playPools(t, []poolCase{
		{"the kernel's refusals do not count", config{Servers: servers(server(1, 2, "w"), server(2, 2)), Sorry: sorry(9)}, nil, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 4 initially
= 1*2 2*2
> 1 refused
= 1*2 2*2
> 2 refused
quorum lost: 1-0 > 0
= 1*0 2*0 9*1
> 1 w down
1 down
= 2*0 9*1
> 2 accepted
quorum gained: 1+0 <= 2
= 2*2
> 1 w up
1 up
= 1*2 2*2
> 1 accepted
= 1*2 2*2
`},
	}...)
}

func TestPoolConfig(t *testing.T) {
	for _, tt := range []struct {
		cfg  ipvs.PoolConfig
		want string
	}{
		{ipvs.PoolConfig{Servers: []ipvs.PoolServer{server(1, 1), server(1, 2)}}, "ipvs: pool: server 198.51.100.1:80: listed twice"},
		{ipvs.PoolConfig{Servers: []ipvs.PoolServer{server(1, -1)}}, "ipvs: pool: server 198.51.100.1:80: weight -1 is negative"},
		{ipvs.PoolConfig{Servers: []ipvs.PoolServer{server(1, 1, "a", "a")}}, `ipvs: pool: server 198.51.100.1:80: check "a": listed twice`},
		{ipvs.PoolConfig{Servers: []ipvs.PoolServer{{}}}, "ipvs: pool: a server has no address"},
		{ipvs.PoolConfig{Sorry: &ipvs.Destination{}}, "ipvs: pool: the sorry server has no address"},
		{ipvs.PoolConfig{Quorum: 2, Hysteresis: 2}, "ipvs: pool: hysteresis 2 is not in 0..1, below the quorum"},
		{ipvs.PoolConfig{Quorum: -1}, "ipvs: pool: quorum -1 is negative"},
		{ipvs.PoolConfig{Warm: -1}, "ipvs: pool: negative time to warm up (-1ns)"},
	} {
		if _, err := ipvs.NewPool(tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	var empty netip.AddrPort
	p, err := ipvs.NewPool(ipvs.PoolConfig{})
	if err != nil || p.Handle(time.Time{}, ipvs.PoolInput{Kind: ipvs.PoolChecked, Server: empty}, nil) != nil {
		t.Error("an empty pool: ", err)
	}
	if _, err := p.Update(time.Time{}, ipvs.PoolConfig{Quorum: -1}, nil); err == nil {
		t.Error("a wrong update is taken")
	}
}
