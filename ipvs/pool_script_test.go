package ipvs_test

import (
	"fmt"
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
//	N refused|accepted
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
	case "refused":
		in.Kind = ipvs.PoolRefused
	case "accepted":
		in.Kind = ipvs.PoolAccepted
	case "count":
		in.Kind, in.Connections = ipvs.PoolCounted, value(words[2])
	default:
		in.Kind, in.Check, in.Up = ipvs.PoolChecked, words[1], words[2] != "down"
		switch words[2] {
		default: // up or down
			in.Weight = ipvs.PoolWeight{Mode: ipvs.PoolWeightNone}
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

// poolCase is a script, and what it should come to.
type poolCase struct {
	name    string
	cfg     ipvs.PoolConfig
	updates []ipvs.PoolConfig
	want    string
}

func playPools(t *testing.T, cases ...poolCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.ReplaceAll(strings.TrimPrefix(tt.want, "\n"), "=\n", "= \n")
			if diff := cmp.Diff(want, newPoolScript(t, tt.cfg, tt.updates...).play(want)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func servers(s ...ipvs.PoolServer) []ipvs.PoolServer { return s }
