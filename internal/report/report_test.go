package report

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func sample() Status {
	return Status{
		Node: Node{Version: "Keepalived-lite v1", RouterID: "lb1", PID: 42, Started: now.Add(-90 * time.Minute)},
		At:   now,
		Instances: []Instance{
			{
				Name: "VI_1", Interface: "eth0", VRID: 51, Addresses: []string{"192.0.2.100/24"}, State: "MASTER",
				Since: now.Add(-2150 * time.Millisecond), Priority: 80, Base: 100, Link: "up", Split: true,
				Why: "VI_1 is MASTER: nobody else speaks.", Change: "Another has to advertise above 80.",
				Trackers:  []Tracker{{Name: "script chk", Status: "down", Contribution: -20}},
				Conflicts: []Conflict{{Detail: "its password is another", Offender: netip.MustParseAddr("192.0.2.9"), Since: now.Add(-time.Minute), Packets: 7}},
			},
			{
				Name: "VI_2", Interface: "eth1", VRID: 52, State: "FAULT", Since: now.Add(-time.Hour), Priority: 100, Base: 100,
				Link: "no carrier", Peers: []Peer{{Address: netip.MustParseAddr("192.0.2.2"), Priority: 90, Heard: now.Add(-time.Second)}},
				Trackers: []Tracker{{Name: "interface eth2", Status: "down", Fault: true}},
			},
		},
		Scripts: []Script{
			{Name: "chk", State: "down", Since: now.Add(-time.Minute), Checked: now.Add(-time.Second), Detail: "exited with status 1", TookMS: 12.3, Runs: 9, Failures: 3},
			{Name: "new", State: "unknown", Overdue: true},
		},
	}
}

func TestText(t *testing.T) {
	s := sample()
	var b strings.Builder
	if err := s.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `Keepalived-lite v1 on lb1, pid 42, up 1h30m0s

INSTANCE  STATE   FOR     PRIORITY  INTERFACE  VRID  PEER                 ADDRESSES
VI_1      MASTER  2.15s   80 (100)  eth0       51    -                    192.0.2.100/24
VI_2      FAULT   1h0m0s  100       eth1       52    192.0.2.2:90 1s ago  -

SCRIPT  STATE    FOR   RUNS  FAILED  LAST
chk     down     1m0s  9     3       exited with status 1 (12 ms, 1s ago)
new     unknown  -     0     0       -

VI_1: script chk is down: priority -20
VI_1: SPLIT BRAIN: another router is master as well
VI_1: 192.0.2.9: its password is another (7 packets since 1m0s ago)
VI_2: eth1: no carrier
VI_2: interface eth2 is down: the instance cannot take part
script new: does not end
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestExplanation(t *testing.T) {
	s := sample()
	for name, want := range map[string]string{
		"VI_1": "VI_1 is MASTER: nobody else speaks.\nAnother has to advertise above 80.\n",
		"none": "",
	} {
		var b strings.Builder
		found, err := s.WriteExplanation(&b, name)
		if err != nil || found != (want != "") || b.String() != want {
			t.Errorf("%s: %q, %v, %v", name, b.String(), found, err)
		}
	}
}

// An explanation ends with the incidents of the instance, the newest first.
func TestExplanationIncidents(t *testing.T) {
	s := sample()
	stall := Event{Type: TypeIncident, Name: "VI_1", Cause: "stall", Detail: "this process did not run", At: now, Count: 1}
	rival := Event{Type: TypeIncident, Name: "VI_1", Cause: "rival", Peer: netip.MustParseAddr("192.0.2.2"), At: now.Add(time.Second), Count: 7}
	s.Remember([]Event{stall, {Type: TypeInstance, Name: "VI_1", At: now}, rival, {Type: TypeIncident, Name: "VI_2", Cause: "stall"}})
	var b strings.Builder
	if _, err := s.WriteExplanation(&b, "VI_1"); err != nil {
		t.Fatal(err)
	}
	want := "  2026-01-02T03:04:06.000 INCIDENT VI_1: rival, peer 192.0.2.2; 7 in a row\n  2026-01-02T03:04:05.000 INCIDENT VI_1: stall (this process did not run)\n"
	if !strings.HasSuffix(b.String(), ".\n"+want) {
		t.Errorf("%s", &b)
	}
}

func TestEventText(t *testing.T) {
	e := Event{Type: "INSTANCE", Name: "VI_1", From: "BACKUP", To: "FAULT", Cause: "link down", Detail: "no carrier", Peer: netip.MustParseAddr("192.0.2.2"), At: now, Error: "late", Missed: 3}
	if got, want := e.String(), "2026-01-02T03:04:05.000 INSTANCE VI_1 BACKUP -> FAULT: link down (no carrier), peer 192.0.2.2, late; 3 events before it were missed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What a router shows of itself arrives under our names.
func TestInstance(t *testing.T) {
	s := vrrp.Snapshot{Name: "VI_1", VRID: 51, LinkWhy: "no carrier", Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")}}
	s.State, s.Priority, s.Configured = vrrp.Fault, 90, 100
	s.Peers = []vrrp.Peer{{Addr: netip.MustParseAddr("192.0.2.2"), Priority: 7, Interval: 1500 * time.Millisecond, At: now}}
	s.Counters.AdvertsSent, s.Counters.Errors[1] = 5, 2
	i := instance(s)
	switch {
	case i.State != "FAULT" || i.Link != "no carrier" || i.Priority != 90 || i.Base != 100 || i.Addresses[0] != "192.0.2.100/24",
		i.Peers[0].IntervalMS != 1500 || i.Peers[0].Priority != 7,
		i.Counters.AdvertsSent != 5 || len(i.Counters.PacketErrors) != 1:
		t.Errorf("%+v", i)
	}
}
