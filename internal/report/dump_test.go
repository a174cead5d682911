package report

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// What keepalived 2.2.7 wrote for this configuration; its Password and auth_data
// were in the clear.
const dumpConf = `
vrrp_script chk {
	script "/usr/bin/false"
	interval 1
	weight -20
}
vrrp_instance VI_1 {
	state MASTER
	interface e0
	virtual_router_id 1
	priority 200
	advert_int 1
	authentication {
		auth_type PASS
		auth_pass secret
	}
	virtual_ipaddress {
		10.9.0.100/24
		10.9.0.101 label e0:1
	}
	virtual_ipaddress_excluded {
		10.9.0.102
	}
	track_script {
		chk
	}
	notify_master "/usr/bin/true a b"
	smtp_alert
}
`

func dump(t *testing.T) *Dump {
	t.Helper()
	cfg, diags := confparse.Parse("test.conf", []byte(dumpConf), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	i := DumpInstance{Config: cfg.Instances[0]}
	i.State, i.Since = vrrp.Master, time.Unix(1795217472, 94506000).UTC()
	i.Configured, i.Priority, i.Interval = 200, 180, time.Second
	i.DownInterval = 3218750 * time.Microsecond
	i.Source = netip.MustParseAddr("10.9.0.1")
	i.Counters = vrrp.Counters{AdvertsSent: 3, BecameMaster: 1}
	i.Counters.Errors[packet.ErrTTL] = 7
	return &Dump{
		Config: cfg, Instances: []DumpInstance{i},
		Scripts: []DumpScript{{cfg.Scripts[0], check.Snapshot{State: check.Down}}},
	}
}

func TestStats(t *testing.T) {
	var b strings.Builder
	if err := dump(t).Stats(&b); err != nil {
		t.Fatal(err)
	}
	want := `VRRP Instance: VI_1
  Advertisements:
    Received: 0
    Sent: 3
  Became master: 1
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 7
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 0
    Failure: 0
  Priority Zero:
    Received: 0
    Sent: 0
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := dump(t).JSON(&b); err != nil {
		t.Fatal(err)
	}
	want := `[{"data":{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,"strict_mode":0,"vmac_ifname":"","ifp_ifname":"e0","master_priority":0,"last_transition":1795217472.094506,"garp_delay":5,"garp_refresh":0,"garp_rep":5,"garp_refresh_rep":1,"garp_lower_prio_delay":5,"garp_lower_prio_rep":5,"lower_prio_no_advert":0,"higher_prio_send_advert":1,"vrid":1,"base_priority":200,"effective_priority":180,"vipset":true,"promote_secondaries":false,"adver_int":1,"master_adver_int":1,"accept":1,"nopreempt":false,"preempt_delay":0,"state":2,"wantstate":2,"version":2,"smtp_alert":true,"notify_deleted":false,"script_master":"'\/usr\/bin\/true' 'a' 'b'","vips":["10.9.0.100\/24 dev e0 scope global set","10.9.0.101 dev e0 scope global label e0:1 set"],"evips":["10.9.0.102 dev e0 scope global set"],"track_script":["'\/usr\/bin\/false'"],"auth_type":1,"auth_data":"********"},"stats":{"advert_rcvd":0,"advert_sent":3,"become_master":1,"release_master":0,"packet_len_err":0,"advert_interval_err":0,"ip_ttl_err":7,"invalid_type_rcvd":0,"addr_list_err":0,"invalid_authtype":0,"authtype_mismatch":0,"auth_failure":0,"auth_ext_missing":0,"auth_ext_malformed":0,"auth_ext_unknown_key":0,"auth_ext_invalid_hmac":0,"auth_ext_stale":0,"auth_ext_replay":0,"pri_zero_rcvd":0,"pri_zero_sent":0}}]`
	if d := cmp.Diff(strings.Split(want, ","), strings.Split(b.String(), ",")); d != "" {
		t.Error(d)
	}
}

// The lines that people and exporters look for, in their order.
func TestData(t *testing.T) {
	var b strings.Builder
	d := dump(t)
	if err := d.Data(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	_, topology, ok := strings.Cut(text, "------< VRRP Topology >------\n")
	if !ok {
		t.Fatal(text)
	}
	want := ` VRRP Instance = VI_1
   VRRP Version = 2
   State = MASTER
   Wantstate = MASTER
   Number of tracker faults = 0
   Last transition = 1795217472.094506 (Fri Nov 20 23:31:12.094506 2026)
   Master down timer = 3218750 usecs
   Interface = e0
   Using src_ip = 10.9.0.1
   Multicast address 224.0.0.18
   Gratuitous ARP delay = 5
   Gratuitous ARP repeat = 5
   Gratuitous ARP refresh = 0
   Gratuitous ARP refresh repeat = 1
   Gratuitous ARP lower priority delay = 5
   Gratuitous ARP lower priority repeat = 5
   Down timer adverts = 3
   Send advert after receive lower priority advert = true
   Send advert after receive higher priority advert = true
   Virtual Router ID = 1
   Priority = 200
   Effective priority = 180
   Total priority = 180
   Advert interval = 1 sec
   Accept = enabled
   Preempt = enabled
   Authentication type = SIMPLE_PASSWORD
   Password = ********
   Virtual IP (2):
     10.9.0.100/24 dev e0 scope global set
     10.9.0.101 dev e0 scope global label e0:1 set
   Virtual IP Excluded :
     10.9.0.102 dev e0 scope global set
   Tracked scripts :
     chk weight -20
   Using smtp notification = yes
   Notify deleted = Fault
   Master state transition script = '/usr/bin/true' 'a' 'b'
------< VRRP Scripts >------
 VRRP Script = chk
   Command = '/usr/bin/false'
   Interval = 1 sec
   Timeout = 1 sec
   Weight = -20
   Rise = 1
   Fall = 1
   Status = BAD
   State = idle
`
	if d := cmp.Diff(want, topology); d != "" {
		t.Error(d)
	}
	if strings.Contains(text, "secret") {
		t.Error("the password is in the dump")
	}
	d.Instances[0].State = vrrp.Backup
	d.Instances[0].Peer = vrrp.Peer{Addr: netip.MustParseAddr("10.9.0.2"), Priority: 250}
	b.Reset()
	if err := d.Data(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"   State = BACKUP\n   Master router = 10.9.0.2\n   Master priority = 250\n", "     10.9.0.100/24 dev e0 scope global\n"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no %q in\n%s", line, &b)
		}
	}
}
