package ipvs_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// server is a server of pools under test: 198.51.100.N:80.
func server(n, weight int, checks ...string) ipvs.PoolServer {
	s := ipvs.PoolServer{Destination: nat(fmt.Sprintf("198.51.100.%d:80", n), weight)}
	for _, c := range checks {
		name, alpha := strings.CutSuffix(c, " alpha")
		s.Checks = append(s.Checks, ipvs.PoolCheck{Name: name, Alpha: alpha})
	}
	return s
}

func inhibited(s ipvs.PoolServer) ipvs.PoolServer {
	s.Inhibit = true
	return s
}

// sorry is 198.51.100.9:80, or the server of another number.
func sorry(n int) *ipvs.Destination {
	d := nat(fmt.Sprintf("198.51.100.%d:80", n), 0)
	return &d
}

// poolScript plays inputs, one a line, and writes down events and destinations:
//
//	start               stop                  update (the next of the configurations)
//	N CHECK up|down     N CHECK offset|weight V
//	N drain|undrain     N count V             wait DURATION
type poolScript struct {
	t       *testing.T
	pool    *ipvs.Pool
	now     time.Time
	updates []ipvs.PoolConfig
}

func newPoolScript(t *testing.T, cfg ipvs.PoolConfig, updates ...ipvs.PoolConfig) *poolScript {
	t.Helper()
	p, err := ipvs.NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &poolScript{t, p, time.Unix(1000, 0), updates}
}

func (s *poolScript) line(line string) (events []ipvs.PoolEvent) {
	s.t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "start":
		return s.pool.Start(s.now, nil)
	case "stop":
		return s.pool.Stop(nil)
	case "update":
		events, err := s.pool.Update(s.now, s.updates[0], nil)
		if err != nil {
			s.t.Fatal(err)
		}
		s.updates = s.updates[1:]
		return events
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		until := s.now.Add(d)
		for next := s.pool.Deadline(s.now); !next.IsZero() && !next.After(until); next = s.pool.Deadline(s.now) {
			s.now = next
			events = s.pool.Handle(s.now, ipvs.PoolInput{Kind: ipvs.PoolTick}, events)
		}
		s.now = until
		return events
	}
	in := ipvs.PoolInput{Server: ap("198.51.100." + words[0] + ":80")}
	value := func(word string) (n int) {
		if _, err := fmt.Sscan(word, &n); err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
		return n
	}
	switch words[1] {
	case "drain":
		in.Kind = ipvs.PoolDrain
	case "undrain":
		in.Kind = ipvs.PoolUndrain
	case "count":
		in.Kind, in.Connections = ipvs.PoolCounted, value(words[2])
	default:
		in.Kind, in.Check, in.Up = ipvs.PoolChecked, words[1], words[2] != "down"
		switch words[2] {
		case "offset":
			in.Weight = ipvs.PoolWeight{Mode: ipvs.PoolWeightOffset, Value: value(words[3])}
		case "weight":
			in.Weight = ipvs.PoolWeight{Mode: ipvs.PoolWeightAbsolute, Value: value(words[3])}
		}
	}
	return s.pool.Handle(s.now, in, nil)
}

// table is what the kernel should have: number and weight of each.
func (s *poolScript) table() string {
	var list []string
	for _, d := range s.pool.Destinations(s.now, nil) {
		list = append(list, fmt.Sprintf("%d*%d", d.Address.Addr().As4()[3], d.Weight))
	}
	return strings.Join(list, " ")
}

// play plays the lines of text that begin with a sign of "> ", and returns text
// as it should be.
func (s *poolScript) play(text string) string {
	s.t.Helper()
	var b strings.Builder
	for line := range strings.Lines(text) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "> ")
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "> %s\n", command)
		for _, e := range s.line(command) {
			fmt.Fprintf(&b, "%s\n", strings.ReplaceAll(strings.ReplaceAll(e.String(), "198.51.100.", ""), ":80", ""))
		}
		fmt.Fprintf(&b, "= %s\n", s.table())
	}
	return b.String()
}

func TestPool(t *testing.T) {
	type config = ipvs.PoolConfig
	servers := func(s ...ipvs.PoolServer) []ipvs.PoolServer { return s }
	for _, tt := range []struct {
		name    string
		cfg     config
		updates []config
		want    string
	}{
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.ReplaceAll(strings.TrimPrefix(tt.want, "\n"), "=\n", "= \n")
			if diff := cmp.Diff(want, newPoolScript(t, tt.cfg, tt.updates...).play(want)); diff != "" {
				t.Error(diff)
			}
		})
	}
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
