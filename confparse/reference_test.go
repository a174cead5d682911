package confparse

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const refDir = "/etc/keepalived/"

// cmd is a command as the reference configuration has it.
func cmd(line string, user User, argv ...string) *Command {
	return &Command{Line: line, Argv: argv, User: user}
}

func scriptAt(name string, user User) *Command { return cmd(refDir+name, user, refDir+name) }

// TestReference decodes every keyword there is a field for.
func TestReference(t *testing.T) {
	cfg, ds := ParseFile("testdata/reference.conf", Options{ConfigID: "main"})
	for _, d := range ds {
		if d.Severity == Error || d.Code == CodeExtraArg {
			t.Error(d)
		}
	}
	nobody := User{Name: "nobody", Group: "nogroup", Supplementary: true}
	defaults := InstanceDefaults{
		GARP: GARP{MasterDelay: 6 * time.Second, MasterRepeat: 7, MasterRefresh: time.Minute, MasterRefreshRepeat: 2,
			LowerPrioDelay: 8 * time.Second, LowerPrioRepeat: 9},
		DownTimerAdverts: 4, CheckUnicastSource: true, SkipCheckAdvertAddrs: true, LowerPrioNoAdvert: true,
		HigherPrioSendAdvert: true, OwnerIgnoreAdverts: true, V3ChecksumAsV2: true,
		AddressLifetime: 5 * time.Second, GARPReplies: true, YieldAfterRemovals: 50,
	}
	chk := &Script{
		Name: "chk", Command: cmd(`/usr/bin/pgrep -x 'ha proxy' \x41\ b`, User{Name: "haproxy", Group: "haproxy"}, "/usr/bin/pgrep", "-x", "ha proxy", "A b"),
		User: User{Name: "haproxy", Group: "haproxy"}, Interval: 250 * time.Millisecond, Timeout: 2 * time.Second, Rise: 2, Fall: 3,
		Weight: Weight{-20, true}, InitFail: true,
	}
	chkFile := &Script{
		Name: "chk_file", Command: &Command{Line: "</run/ok", Argv: []string{"</run/ok"}, User: nobody, Shell: true},
		User: nobody, Interval: time.Second, Timeout: time.Second, Rise: 1, Fall: 1,
	}
	prefix := netip.MustParsePrefix
	addr := netip.MustParseAddr
	global := newConfig().Global // what reference.conf leaves alone
	alert := true
	global.RouterID, global.DefaultInterface, global.Version = "LB1", "eth9", 3
	global.MulticastGroup4, global.MulticastGroup6 = addr("224.0.0.99"), addr("ff02::99")
	global.DynamicInterfaces, global.MaxAutoPriority = DynamicAllowChanges, 50
	global.VRRP.Priority, global.VRRP.NoSwap, global.Checker.Priority, global.Checker.NoSwap = -10, true, -5, true
	global.ScriptUser, global.ScriptSecurity = nobody, true
	global.Mail = Mail{To: []string{"a@example.com", "b@example.com", "c@example.com"}, From: "VRRP <vrrp@example.com>",
		Server: "192.0.2.25", Port: 2525, Helo: "lb1.example.com", ConnectTimeout: 10 * time.Second, NoFaults: true, CheckerAlert: &alert}
	global.Instance = defaults
	global.Files.IPRouteUsr = "/usr/lib/iproute2"
	global.VMACAddrPrefix, global.SNMP.RealUpdate = "vrrp", 5*time.Second
	want := &Config{
		Files:   []string{"testdata/reference.conf"},
		Process: Process{ChildWait: 5 * time.Second},
		Global:  global,
		StaticAddresses: []Address{
			{Prefix: prefix("198.51.100.1/24"), Interface: "eth1", Label: "eth1:static", Scope: ScopeLink, Broadcast: addr("198.51.100.255"), PreferredLifetime: Forever, TrackGroup: "TG"},
			{Prefix: prefix("198.51.100.2/32"), Interface: "eth9", PreferredLifetime: Forever},
		},
		Scripts: []*Script{chk, chkFile},
		Instances: []*Instance{{
			Name: "VI_1", State: StateBackup, Interface: "eth0", VRID: 51, Priority: 150, Version: 2,
			AdvertInterval: 2 * time.Second, Auth: Auth{Type: AuthPass, Password: "a!b"}, Debug: 2,
			Addresses: []Address{
				{Prefix: prefix("192.0.2.1/24"), Interface: "eth1", Label: "eth1:1", Scope: ScopeSite, Broadcast: addr("192.0.2.255"), PreferredLifetime: Forever},
				{Prefix: prefix("192.0.2.2/32"), Interface: "eth0", Peer: addr("192.0.2.3"), Home: true, DAD: true, ManageTempAddr: true,
					NoPrefixRoute: true, AutoJoin: true, NoTrack: true, VMAC: true, PreferredLifetime: Forever},
			},
			Excluded: []Address{
				{Prefix: prefix("192.0.2.9/32"), Interface: "eth0", Broadcast: addr("192.0.2.254"), PreferredLifetime: Forever},
				{Prefix: prefix("2001:db8::9/64"), Interface: "eth0", PreferredLifetime: time.Hour},
				{Prefix: prefix("2001:db8::10/128"), Interface: "eth0"},
			},
			Source: addr("192.0.2.10"), TrackSource: true, MulticastGroup: addr("224.0.0.99"),
			Peers:      []Peer{{Addr: addr("192.0.2.11"), MaxTTL: 255}, {Addr: addr("192.0.2.12"), MinTTL: 254, MaxTTL: 254}},
			UnicastTTL: 64, UnicastNoPeer: true,
			Trackers: Trackers{
				TrackInterfaces: []TrackInterface{{Name: "eth1"}, {Name: "eth2", Weight: Weight{20, false}}, {Name: "eth3", Weight: Weight{-253, true}}},
				TrackScripts:    []TrackScript{{Script: chk, Weight: Weight{-20, true}}, {Script: chkFile, Weight: Weight{7, false}}},
			},
			NoTrackPrimary: true, PreemptDelay: 1500 * time.Millisecond, VMAC: &VMAC{Name: "vrrp.51", Group: Inherited}, PromoteSecondaries: true,
			InstanceDefaults: InstanceDefaults{
				GARP:             GARP{MasterDelay: time.Second, MasterRepeat: 1, MasterRefresh: 30 * time.Second, MasterRefreshRepeat: 3, LowerPrioDelay: 2 * time.Second},
				DownTimerAdverts: 5, CheckUnicastSource: true, SMTPAlert: true,
				AddressLifetime: 2 * time.Second, YieldAfterRemovals: 1,
			},
			Notify: Notify{
				Any:    scriptAt("any.sh", nobody),
				Master: cmd(refDir+"to.sh 'a b' master", User{Name: "root", Group: "wheel"}, refDir+"to.sh", "a b", "master"),
				Backup: cmd(refDir+"to.sh backup", nobody, refDir+"to.sh", "backup"),
				Fault:  scriptAt("fault.sh", User{Name: "root"}), Stop: scriptAt("stop.sh", nobody),
				Deleted: scriptAt("deleted.sh", nobody), MasterRxLowerPri: scriptAt("rx.sh", nobody), ReportDeleted: true,
			},
		}, {
			Name: "VI_6", State: StateBackup, Interface: "eth0", VRID: 51, Priority: 100, Version: 3, IPv6: true,
			AdvertInterval: 250 * time.Millisecond, UnicastTTL: 255, NoPreempt: true, Accept: true,
			Source: addr("fe80::10"), MulticastGroup: addr("ff02::77"),
			Addresses: []Address{
				{Prefix: prefix("fe80::1/128"), Interface: "eth0"},
				{Prefix: prefix("2001:db8::1/64"), Interface: "eth0", PreferredLifetime: Forever},
			},
			InstanceDefaults: defaults,
		}, {
			Name: "VI_owner", State: StateMaster, Interface: "eth5", VRID: 53, Priority: 255, Version: 3,
			Addresses:      []Address{{Prefix: prefix("192.0.2.53/24"), Interface: "eth5", PreferredLifetime: Forever}},
			AdvertInterval: time.Second, UnicastTTL: 255, Accept: true, MulticastGroup: addr("224.0.0.99"),
			InstanceDefaults: defaults,
		}},
		TrackGroups: []*TrackGroup{{Name: "TG", Members: []Name{{Name: "VI_1"}}}},
		SyncGroups: []*SyncGroup{{
			Name: "G1", Members: []Name{{Name: "VI_1"}, {Name: "VI_6"}}, TrackingWeight: true,
			Trackers: Trackers{TrackInterfaces: []TrackInterface{{Name: "eth4"}}, TrackScripts: []TrackScript{{Script: chk}}},
			Notify: Notify{Any: scriptAt("g.sh", nobody), Master: scriptAt("gm.sh", nobody), Backup: scriptAt("gb.sh", nobody),
				Fault: scriptAt("gf.sh", nobody), Stop: scriptAt("gs.sh", nobody)},
		}},
	}
	diff := cmp.Diff(want, cfg, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.IgnoreTypes(Pos{}, []Route{}, []Rule{}))
	if diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := cfg.Instances[0].Addresses[1].Pos.String(); got != "testdata/reference.conf:89:9" {
		t.Errorf("position of an address: %s", got)
	}
}
