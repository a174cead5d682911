package ipvs_test

import (
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

func TestPoolWeights(t *testing.T) {
	type config = ipvs.PoolConfig
	playPools(t, []poolCase{
		{"weights of checks add up and are bounded", config{Servers: servers(server(1, 10, "a", "b"))}, nil, `
> start
1 up initially
quorum gained: 1+0 <= 10 initially
= 1*10
> 1 a offset 5
1 weight 10 to 15
= 1*15
> 1 b weight 12
1 weight 15 to 17
= 1*17
> 1 a offset -100
1 weight 17 to 0
quorum lost: 1-0 > 0
= 1*0
> 1 a up
1 weight 0 to 12
quorum gained: 1+0 <= 12
= 1*12
> 1 b down
1 weight 12 to 10
1 down
quorum lost: 1-0 > 0
=
> 1 b weight 2147483647
1 weight 10 to 2147483647
1 up
quorum gained: 1+0 <= 2147483647
= 1*2147483647
`},
		{"a server is drained by hand", config{Servers: servers(server(1, 2), server(2, 2))}, nil, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 4 initially
= 1*2 2*2
> 1 drain
= 1*0 2*2
> 1 count 3
= 1*0 2*2
> 1 count 0
1 drained
= 1*0 2*2
> 1 count 0
= 1*0 2*2
> 2 drain
quorum lost: 1-0 > 0
= 1*0 2*0
> 1 undrain
quorum gained: 1+0 <= 2
= 1*2 2*0
`},
		{"a server that comes back gets its weight step by step", config{Servers: servers(server(1, 50, "w"), server(2, 50)), Warm: 10 * time.Second}, nil, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 100 initially
= 1*50 2*50
> 1 w down
1 down
= 2*50
> 1 w up
1 up
= 1*5 2*50
> wait 1s
= 1*10 2*50
> wait 3500ms
= 1*25 2*50
> 1 w weight 100
1 weight 50 to 100
= 1*50 2*50
> wait 5s
= 1*100 2*50
> wait 10s
= 1*100 2*50
`},
	}...)
}

func TestPoolUpdate(t *testing.T) {
	type config = ipvs.PoolConfig
	playPools(t, []poolCase{
		{
			"an update keeps what stays", config{Servers: servers(server(1, 1, "w"), server(2, 1, "w"), server(3, 1))},
			[]config{{Servers: servers(server(2, 7, "w"), server(1, 7, "w"), server(4, 1, "w"), server(5, 1, "w alpha"))}}, `
> start
1 up initially
2 up initially
3 up initially
quorum gained: 1+0 <= 3 initially
= 1*1 2*1 3*1
> 1 w down
1 down
= 2*1 3*1
> update
2 weight 1 to 7
1 weight 1 to 7
3 down removed
4 up initially
= 2*7 4*1
> 1 w up
1 up
= 2*7 1*7 4*1
`},
		// Fault 7 of keepalived: there the failed server comes back at once.
		{
			"a failed server stays away when its checks are changed", config{Servers: servers(server(1, 1, "tcp"), server(2, 1))},
			[]config{{Servers: servers(server(1, 1, "http"), server(2, 1))}, {Servers: servers(server(1, 1), server(2, 1))}}, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 2 initially
= 1*1 2*1
> 1 tcp down
1 down
= 2*1
> update
= 2*1
> 1 http down
= 2*1
> update
1 up
= 1*1 2*1
`},
		{
			"an update of quorum and sorry server", config{Servers: servers(server(1, 1), server(2, 1))},
			[]config{
				{Servers: servers(server(1, 1), server(2, 1)), Quorum: 3, Sorry: sorry(9)},
				{Servers: servers(server(1, 1), server(2, 1)), Quorum: 3},
				{Servers: servers(server(1, 1), server(2, 1))},
			}, `
> start
1 up initially
2 up initially
quorum gained: 1+0 <= 2 initially
= 1*1 2*1
> update
quorum lost: 3-0 > 2
= 9*1
> update
= 1*1 2*1
> update
quorum gained: 1+0 <= 2
= 1*1 2*1
> stop
1 down removed
2 down removed
quorum lost: 1-0 > 0 removed
= 1*1 2*1
`},
	}...)
}
