package metrics

import (
	"bytes"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

const conf = `
vrrp_script chk {
	script "/usr/bin/false"
	weight -20
}
vrrp_sync_group G {
	group {
		VI_1
	}
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	priority 200
	virtual_ipaddress {
		192.0.2.100/24
		192.0.2.101 dev eth1
		192.0.2.100/24
	}
	virtual_ipaddress_excluded {
		192.0.2.102
	}
	track_script {
		chk
	}
}
`

var (
	began = time.Unix(1795217472, 0).UTC()
	peer  = netip.MustParseAddr("192.0.2.2")
)

func exporter(t *testing.T) *Exporter {
	t.Helper()
	cfg, diags := confparse.Parse("test.conf", []byte(conf), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	i := report.DumpInstance{Config: cfg.Instances[0]}
	i.Name, i.Interface, i.VRID, i.Group, i.LinkUp = "VI_1", "eth0", 51, "G", true
	i.State, i.Since, i.Configured, i.Priority, i.SplitBrain = vrrp.Master, began, 200, 180, true
	i.Counters = vrrp.Counters{AdvertsSent: 3, AdvertsReceived: 5, BecameMaster: 1, Contested: 4, PriorityZeroSent: 2}
	i.Counters.Errors[packet.ErrAuth] = 7
	i.Counters.Conflicts[vrrp.CausePassword] = 1
	i.Peers = []vrrp.Peer{{Addr: peer, Priority: 90, At: began}}
	i.Trackers = []vrrp.TrackerState{{Tracker: vrrp.Tracker{Name: "script chk", Weight: -20}, Status: vrrp.TrackDown, Contribution: -20}}
	dump := &report.Dump{
		Config: cfg, Instances: []report.DumpInstance{i},
		Scripts: []report.DumpScript{{Config: cfg.Scripts[0], Snapshot: check.Snapshot{State: check.Down, Runs: 9, Failures: 2}}},
	}
	host := vrrp.HostCounters{Late: vrrp.Lateness{Count: 4, Sum: time.Second, Stalled: 900 * time.Millisecond}}
	host.Late.Buckets[0], host.Late.Buckets[2] = 2, 1
	host.Errors[packet.ErrVRID] = 11
	e := &Exporter{Take: func() Sample {
		return Sample{
			Node: report.Node{Version: "v1", Started: began}, Config: report.ConfigStatus{Loaded: began, Hash: 12345},
			Host: host, Dump: dump, Servers: servers(), Present: map[report.Spot]bool{{Interface: "eth0", Addr: netip.MustParseAddr("192.0.2.100")}: true, {Interface: "lo", Addr: netip.MustParseAddr("192.0.2.102")}: true},
		}
	}}
	e.Publish(report.Event{Type: "INSTANCE", Name: "VI_1", From: "INIT", To: "BACKUP", Cause: "startup"})
	e.Publish(report.Event{Type: "INSTANCE", Name: "VI_1", From: "BACKUP", To: "MASTER", Cause: "no response"})
	e.Publish(report.Event{Type: "INSTANCE", Name: "VI_1", From: "BACKUP", To: "MASTER", Cause: "no response"})
	e.Publish(report.Event{Type: "GROUP", Name: "G", From: "BACKUP", To: "MASTER", Cause: "sync group"})
	return e
}

func servers() []report.VirtualServer {
	vip, rs := netip.MustParseAddrPort("192.0.2.100:80"), netip.MustParseAddrPort("198.51.100.1:80")
	passed := report.Traffic{Connections: 5, InPackets: 50, OutPackets: 40, InBytes: 5000, OutBytes: 4000, Active: 2}
	check := report.ServerCheck{Name: "TCP_CHECK [198.51.100.1]:80", State: "up", TookMS: 20}
	return []report.VirtualServer{
		{
			Name: "[192.0.2.100]:tcp:80", Quorum: true,
			Services: []report.Service{{Address: vip, Protocol: "tcp", Traffic: passed, Real: []report.Backend{{Address: rs, Traffic: passed}}}},
			Real:     []report.RealServer{{Name: "[198.51.100.1]:tcp:80", Address: rs, Alive: true, Share: 3, Checks: []report.ServerCheck{check, check}, Traffic: passed}},
		},
		{Name: "FWM 7", Sorry: true, Services: []report.Service{{Mark: 7}}},
	}
}

func scrape(t *testing.T, e *Exporter, query string) (status int, text string) {
	t.Helper()
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest("GET", "/metrics"+query, nil))
	return w.Code, w.Body.String()
}

// What a scrape shows, under our own names and under those of both exporters.
func TestNames(t *testing.T) {
	status, text := scrape(t, exporter(t), "")
	if status != 200 {
		t.Fatal(status, text)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(text) {
		lines[strings.TrimSpace(line)] = true
	}
	const mehdy, gen2brain = `{iname="VI_1",intf="eth0",vrid="51"} `, `{intf="eth0",name="VI_1",state="2",vrid="51"} `
	for _, want := range []string{
		`keepalived_up 1`,
		`keepalived_vrrp_instance_state{family="ipv4",instance="VI_1",interface="eth0",state="MASTER",vrid="51"} 1`,
		`keepalived_vrrp_instance_state{family="ipv4",instance="VI_1",interface="eth0",state="FAULT",vrid="51"} 0`,
		`keepalived_vrrp_sync_group_state{group="G",state="MASTER"} 1`,
		`keepalived_vrrp_priority_effective{instance="VI_1"} 180`,
		`keepalived_vrrp_priority_base{instance="VI_1"} 200`,
		`keepalived_vrrp_transitions_total{cause="no response",from="BACKUP",instance="VI_1",to="MASTER"} 2`,
		`keepalived_vrrp_last_transition_timestamp_seconds{instance="VI_1"} 1.795217472e+09`,
		`keepalived_vrrp_adverts_sent_total{instance="VI_1"} 3`,
		`keepalived_vrrp_adverts_received_total{instance="VI_1"} 5`,
		`keepalived_vrrp_packet_errors_total{instance="VI_1",reason="` + reasonLabel(packet.ErrAuth) + `"} 7`,
		`keepalived_vrrp_foreign_packets_total{reason="` + reasonLabel(packet.ErrVRID) + `"} 11`,
		`keepalived_vrrp_contested_total{cause="rival",instance="VI_1"} 4`,
		`keepalived_vrrp_contested_total{cause="` + vrrp.CausePassword.String() + `",instance="VI_1"} 1`,
		`keepalived_vrrp_split_brain{instance="VI_1"} 1`,
		`keepalived_vrrp_peer_last_advert_timestamp_seconds{instance="VI_1",peer="192.0.2.2"} 1.795217472e+09`,
		`keepalived_vrrp_advert_interval_seconds_bucket{le="0.00025"} 3`,
		`keepalived_vrrp_advert_interval_seconds_count 4`,
		`keepalived_event_loop_stall_seconds_total 0.9`,
		`keepalived_vip_present{address="192.0.2.100",instance="VI_1"} 1`,
		`keepalived_vip_present{address="192.0.2.102",instance="VI_1"} 0`,
		`keepalived_tracker_up{instance="VI_1",name="chk",type="script"} 0`,
		`keepalived_script_runs_total{name="chk"} 9`,
		`keepalived_config_last_reload_success 1`,
		`keepalived_config_hash 12345`,
		`keepalived_virtualserver_quorum_up{vs="[192.0.2.100]:tcp:80"} 1`,
		`keepalived_virtualserver_sorry{vs="FWM 7"} 1`,
		`keepalived_realserver_up{rs="[198.51.100.1]:tcp:80",vs="[192.0.2.100]:tcp:80"} 1`,
		`keepalived_realserver_weight{rs="[198.51.100.1]:tcp:80",vs="[192.0.2.100]:tcp:80"} 3`,
		`keepalived_realserver_connections_total{rs="[198.51.100.1]:tcp:80",vs="[192.0.2.100]:tcp:80"} 5`,
		`keepalived_realserver_bytes_total{direction="out",rs="[198.51.100.1]:tcp:80",vs="[192.0.2.100]:tcp:80"} 4000`,
		`keepalived_check_duration_seconds{check="TCP_CHECK [198.51.100.1]:80",rs="[198.51.100.1]:tcp:80",vs="[192.0.2.100]:tcp:80"} 0.02`,

		`keepalived_vrrp_state{iname="VI_1",intf="eth0",ip_address="192.0.2.100/24",vrid="51"} 2`,
		`keepalived_vrrp_state{iname="VI_1",intf="eth1",ip_address="192.0.2.101",vrid="51"} 2`,
		`keepalived_vrrp_excluded_state{iname="VI_1",intf="eth0",ip_address="192.0.2.102",vrid="51"} 2`,
		`keepalived_exporter_check_script_status{iname="VI_1",intf="eth1",ip_address="192.0.2.101",vrid="51"} 0`,
		`keepalived_gratuitous_arp_delay_total` + mehdy + `5`,
		`keepalived_advertisements_received_total` + mehdy + `5`,
		`keepalived_advertisements_sent_total` + mehdy + `3`,
		`keepalived_become_master_total` + mehdy + `1`,
		`keepalived_release_master_total` + mehdy + `0`,
		`keepalived_packet_length_errors_total` + mehdy + `0`,
		`keepalived_advertisements_interval_errors_total` + mehdy + `0`,
		`keepalived_ip_ttl_errors_total` + mehdy + `0`,
		`keepalived_invalid_type_received_total` + mehdy + `0`,
		`keepalived_address_list_errors_total` + mehdy + `0`,
		`keepalived_authentication_invalid_total` + mehdy + `0`,
		`keepalived_authentication_mismatch_total` + mehdy + `0`,
		`keepalived_authentication_failure_total` + mehdy + `7`,
		`keepalived_priority_zero_received_total` + mehdy + `0`,
		`keepalived_priority_zero_sent_total` + mehdy + `2`,
		`keepalived_script_status{name="chk"} 0`,
		`keepalived_script_state{name="chk"} 0`,

		`keepalived_vrrp_advert_rcvd` + gen2brain + `5`,
		`keepalived_vrrp_advert_sent` + gen2brain + `3`,
		`keepalived_vrrp_become_master` + gen2brain + `1`,
		`keepalived_vrrp_release_master` + gen2brain + `0`,
		`keepalived_vrrp_packet_len_err` + gen2brain + `0`,
		`keepalived_vrrp_advert_interval_err` + gen2brain + `0`,
		`keepalived_vrrp_ip_ttl_err` + gen2brain + `0`,
		`keepalived_vrrp_invalid_type_rcvd` + gen2brain + `0`,
		`keepalived_vrrp_addr_list_err` + gen2brain + `0`,
		`keepalived_vrrp_invalid_authtype` + gen2brain + `0`,
		`keepalived_vrrp_authtype_mismatch` + gen2brain + `0`,
		`keepalived_vrrp_auth_failure` + gen2brain + `7`,
		`keepalived_vrrp_pri_zero_rcvd` + gen2brain + `0`,
		`keepalived_vrrp_pri_zero_sent` + gen2brain + `2`,
		`keepalived_lvs_vip_in_packets{addr="192.0.2.100:80",proto="TCP"} 50`,
		`keepalived_lvs_vip_out_packets{addr="192.0.2.100:80",proto="TCP"} 40`,
		`keepalived_lvs_vip_in_bytes{addr="192.0.2.100:80",proto="TCP"} 5000`,
		`keepalived_lvs_vip_out_bytes{addr="192.0.2.100:80",proto="TCP"} 4000`,
		`keepalived_lvs_vip_conn{addr="192.0.2.100:80",proto="TCP"} 5`,
		`keepalived_lvs_rs_conn{addr="198.51.100.1:80",proto="TCP",vip="192.0.2.100:80"} 5`,
		`keepalived_lvs_rs_out_bytes{addr="198.51.100.1:80",proto="TCP",vip="192.0.2.100:80"} 4000`,
	} {
		if !lines[want] {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestSets(t *testing.T) {
	e := exporter(t)
	for query, want := range map[string]struct {
		status   int
		has, not string
	}{
		"?set=native":               {200, "keepalived_vrrp_priority_base", "iname="},
		"?set=mehdy":                {200, "keepalived_script_status", "go_goroutines"},
		"?set=gen2brain":            {200, "keepalived_vrrp_pri_zero_sent", "iname="},
		"?set=mehdy,gen2brain":      {200, "keepalived_vrrp_pri_zero_sent", "instance="},
		"?set=native&set=gen2brain": {200, "keepalived_vrrp_pri_zero_sent", "iname="},
		"?set=other":                {400, "native, mehdy, gen2brain", "keepalived_up"},
	} {
		status, text := scrape(t, e, query)
		if status != want.status || !strings.Contains(text, want.has) || strings.Contains(text, want.not) {
			t.Errorf("%s: %d\n%s", query, status, text)
		}
	}
}

// Prometheus's own judge of names, types and help.
func TestPromtool(t *testing.T) {
	netlab.Require(t, "promtool")
	_, text := scrape(t, exporter(t), "")
	cmd := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(text)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil || out.Len() > 0 {
		t.Errorf("%v\n%s", err, &out)
	}
}
