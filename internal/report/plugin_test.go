package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNagios(t *testing.T) {
	s := sample()
	var b strings.Builder
	list := append(s.Findings(), s.Expect(map[string]string{"VI_1": "backup", "VI_2": "FAULT", "VI_3": "MASTER"})...)
	if err := s.WriteNagios(&b, list); err != nil {
		t.Fatal(err)
	}
	want := `KEEPALIVED CRITICAL - VI_1: SPLIT BRAIN: another router is master as well; 1 MASTER, 0 BACKUP, 1 FAULT, up 1h30m0s | 'VI_1 priority'=80;;;0;255 'VI_1 transitions to master'=0c 'VI_2 priority'=100;;;0;255 'VI_2 transitions to master'=0c
WARNING: VI_1: script chk is down: priority -20
CRITICAL: VI_1: SPLIT BRAIN: another router is master as well
WARNING: VI_1: 192.0.2.9: its password is another (7 packets since 1m0s ago)
CRITICAL: VI_2: eth1: no carrier
CRITICAL: VI_2: interface eth2 is down: the instance cannot take part
WARNING: script new: does not end
CRITICAL: VI_1: is MASTER and should be BACKUP
CRITICAL: VI_3: there is no such instance
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	if Worst(list) != Critical || Worst(nil) != OK {
		t.Error(Worst(list))
	}
}

// Where no daemon answers there is nothing to count.
func TestNobodyAnswers(t *testing.T) {
	list := []Finding{{Level: Critical, Text: "no daemon answers"}}
	var nagios, checkmk strings.Builder
	if err := errors.Join(new(Status).WriteNagios(&nagios, list), new(Status).WriteCheckmk(&checkmk, list)); err != nil {
		t.Fatal(err)
	}
	if want := "KEEPALIVED CRITICAL - no daemon answers\nCRITICAL: no daemon answers\n"; nagios.String() != want {
		t.Errorf("%q, want %q", nagios.String(), want)
	}
	if want := "2 \"Keepalived\" - no daemon answers\n"; checkmk.String() != want {
		t.Errorf("%q, want %q", checkmk.String(), want)
	}
}

func TestCheckmk(t *testing.T) {
	s := sample()
	s.Instances[1].Name = "VI|\"2\"\n"
	var b strings.Builder
	if err := s.WriteCheckmk(&b, s.Findings()); err != nil {
		t.Fatal(err)
	}
	want := `2 "Keepalived VI_1" priority=80|became_master=0|adverts_sent=0|adverts_received=0 MASTER for 2.15s, priority 80; script chk is down: priority -20; SPLIT BRAIN: another router is master as well; 192.0.2.9: its password is another (7 packets since 1m0s ago)
2 "Keepalived VI/2 " priority=100|became_master=0|adverts_sent=0|adverts_received=0 FAULT for 1h0m0s, priority 100; eth1: no carrier; interface eth2 is down: the instance cannot take part
1 "Keepalived" uptime=5400 1 MASTER, 0 BACKUP, 1 FAULT, up 1h30m0s; script new: does not end
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestFindings(t *testing.T) {
	s := Status{At: now, Configuration: ConfigStatus{Error: "k.conf:3: nonsense", Loaded: now, Tried: now, ConfirmUntil: now}, Instances: []Instance{
		{Name: "a", State: "MASTER", Link: "up", Missing: []string{"192.0.2.1/24"}},
		{Name: "b", State: "BACKUP", Link: "up", Drained: true, Trackers: []Tracker{{Name: "drain", Status: "down", Contribution: -253}}},
		{Name: "c", State: "FAULT", Link: "up", Cause: "sync group"},
		{Name: "d", State: "INIT", Link: "up"},
		{Name: "e", State: "BACKUP", Link: "up"},
	}}
	var got []string
	for _, f := range s.Findings() {
		got = append(got, f.Level.String()+" "+f.String())
	}
	want := []string{
		"CRITICAL a: this machine has not got 192.0.2.1/24",
		"WARNING b: drained: it is master only where nobody else is; keepalived-lite undrain b ends that",
		"CRITICAL c: in FAULT: sync group",
		"WARNING d: it has not started",
		"WARNING the reload of 2026-01-02 03:04:05 failed, and the configuration of 2026-01-02 03:04:05 is in use: k.conf:3: nonsense",
		"WARNING the last reload is undone at 03:04:05, unless somebody confirms it: keepalived-lite confirm",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
