package confparse

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestSchema holds the table to what help and documentation need.
func TestSchema(t *testing.T) {
	seen := map[string]bool{}
	count := map[Status]int{}
	for _, k := range Keywords() {
		id := k.Block + "/" + k.Name
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
		count[k.Status]++
		if k.Help == "" || strings.HasSuffix(k.Help, ".") || strings.Contains(k.Help, "\n") {
			t.Errorf("%s: bad help %q", id, k.Help)
		}
		if k.Status == 0 || strings.Contains(k.Status.String(), "(") {
			t.Errorf("%s has no status", id)
		}
	}
	if len(seen) < 600 || count[Active] < 60 {
		t.Errorf("only %d keywords, %v", len(seen), count)
	}
}

func TestDefaults(t *testing.T) {
	cfg, ds := Parse("k.conf", []byte("vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\n}"), hermetic(nil))
	if len(ds) > 0 {
		t.Errorf("unexpected findings:\n%s", ds.Render())
	}
	i := cfg.Instances[0]
	want := Instance{
		Name: "A", State: StateBackup, Interface: "eth0", VRID: 1, Priority: 100, Version: 2, AdvertInterval: time.Second,
		Addresses:      []Address{{Prefix: netip.MustParsePrefix("192.0.2.1/32"), Interface: "eth0", PreferredLifetime: Forever}},
		MulticastGroup: netip.MustParseAddr("224.0.0.18"), UnicastTTL: 255, Accept: true,
		InstanceDefaults: InstanceDefaults{
			GARP:             GARP{MasterDelay: 5 * time.Second, MasterRepeat: 5, MasterRefreshRepeat: 1, LowerPrioDelay: 5 * time.Second, LowerPrioRepeat: 5},
			DownTimerAdverts: 3, YieldAfterRemovals: 100, HigherPrioSendAdvert: true,
		},
	}
	if diff := cmp.Diff(want, *i, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.IgnoreTypes(Pos{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestActedOn has the keywords that are acted on, though quietly.
func TestActedOn(t *testing.T) {
	_, ds := Parse("k.conf", []byte(`
		global_defs {
			vrrp_check_unicast_src
			vrrp_garp_lower_prio_delay 1
			vrrp_garp_lower_prio_repeat 2
			vrrp_skip_check_adv_addr
			v3_checksum_as_v2
			dynamic_interfaces
			vrrp_strict off
		}
		vrrp_instance A {
			interface eth0
			virtual_router_id 1
			virtual_ipaddress { 192.0.2.1 no_track }
			check_unicast_src
			unicast_peer { 192.0.2.2 }
			garp_lower_prio_delay 1
			garp_lower_prio_repeat 2
			skip_check_adv_addr
			v3_checksum_as_v2
			strict_mode off
		}`), hermetic(nil))
	if len(ds) > 0 {
		t.Errorf("unexpected findings:\n%s", ds.Render())
	}
}

// TestGlobalsLast has global_defs behind what takes its defaults from there.
func TestGlobalsLast(t *testing.T) {
	cfg, _ := Parse("k.conf", []byte("vrrp_instance A {\n}\nglobal_defs { vrrp_version 3 }\nglobal_defs { vrrp_garp_master_delay 9\nscript_user nobody }"), hermetic(nil))
	if i := cfg.Instances[0]; i.Version != 3 || i.GARP.MasterDelay != 9*time.Second || i.GARP.LowerPrioDelay != 9*time.Second {
		t.Errorf("got %+v", i)
	}
}

func TestExitCode(t *testing.T) {
	instance := "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\n"
	tests := []struct {
		name, src string
		want      int
	}{
		{"nothing to report", instance + "}", ExitOK},
		{"known, but not acted on", instance + "preempt_delay 3\nsmtp_alert\n}", ExitOK},
		{"a note", "vrrp_script s { script /bin/true }\nglobal_defs { enable_script_security }\n" + instance + "}", ExitOK},
		{"extra words", instance + "priority 100 200\n}", ExitOK},
		{"state MASTER without priority", instance + "state MASTER\n}", ExitOK},
		{"an error", instance + "priority 300\n}", ExitConfig},
		{"a warning of keepalived's", instance + "advert_int 1.5\n}", ExitConfig},
		{"auth_type AH", instance + "authentication {\nauth_type AH\nauth_pass x\n}\n}", ExitOK},
		{"strict mode", instance + "strict_mode\n}", ExitOK},
		{"strict mode off", instance + "strict_mode off\n}\nglobal_defs { vrrp_strict }", ExitOK},
		{"no address", "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n}", ExitConfig},
		{"no interface", "vrrp_instance A {\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\nunicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.3 }\n}", ExitConfig},
		{"an address of two", instance + "}\nstatic_ipaddress { 192.0.2.1/24 dev eth0 }", ExitConfig},
		{"an address twice", instance + "virtual_ipaddress_excluded { 192.0.2.1 }\n}", ExitOK},
		{"an address on two interfaces", instance + "}\nstatic_ipaddress { 192.0.2.1/24 dev eth1 }", ExitOK},
		{"a deprecation", instance + "}\nvirtual_server 192.0.2.1 80 { nat_mask 255.0.0.0 }", ExitConfig},
		{"script security only", instance + "notify /bin/x\n}", ExitSecurity},
		{"script security and more", instance + "notify /bin/x\npriority x\n}", ExitConfig},
		{"empty", "", ExitCannot},
		{"comments only", "# nothing\n\n! at all\n", ExitCannot},
		{"all for another node", "@other foo\n", ExitCannot},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, ds := Parse("k.conf", []byte(tt.src), hermetic(nil))
			if got := ds.ExitCode(); got != tt.want {
				t.Errorf("ExitCode() = %d, want %d:\n%s", got, tt.want, ds.Render())
			}
			if (cfg == nil) != (tt.want == ExitCannot) {
				t.Errorf("Config is %v", cfg)
			}
		})
	}
	files := fstest.MapFS{"etc/x.conf": {Data: []byte("a"), Mode: 0o755}}
	for _, name := range []string{"/etc/none.conf", "/etc/x.conf", "/etc"} {
		cfg, ds := ParseFile(name, hermetic(files))
		if cfg != nil || ds.ExitCode() != ExitCannot || !ds.HasErrors() {
			t.Errorf("%s: %v, exit code %d", name, ds, ds.ExitCode())
		}
	}
}

func TestCommandWords(t *testing.T) {
	tests := []struct {
		line  string
		words []string
	}{
		{`a b  c`, []string{"a", "b", "c"}},
		{`"a b" c`, []string{"a b", "c"}},
		{`'a "b' c`, []string{`a "b`, "c"}},
		{`a'b c'"d e"f`, []string{"ab cd ef"}},
		{`"" a`, []string{"", "a"}},
		{`a\ b \"c`, []string{"a b", `"c`}},
		{`\a\b\E\f\n\r\t\v`, []string{"\a\b\x1b\f\n\r\t\v"}},
		{`\101 \1012 \7`, []string{"A", "A2", "\a"}},
		{`\x41 \x414 \xzz`, []string{"A", "A4", "xzz"}},
		{`\cA \cz \q`, []string{"\x01", "\x1a", "q"}},
		{`a\`, []string{`a\`}},
		{`\x`, []string{"x"}},
	}
	for _, tt := range tests {
		got, ok := splitArgs(tt.line)
		if diff := cmp.Diff(tt.words, got); diff != "" || !ok {
			t.Errorf("splitArgs(%q), ok %v (-want +got):\n%s", tt.line, ok, diff)
		}
	}
	for _, open := range []string{`"a`, `a 'b`, `'`} {
		if _, ok := splitArgs(open); ok {
			t.Errorf("splitArgs(%q) misses the open quote", open)
		}
	}
	outer, _ := splitCommandLine(`"/x a\ b 'c d' \x41" "us"er`)
	if diff := cmp.Diff([]string{`/x a\ b 'c d' \x41`, "user"}, outer); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// thousand is a configuration with that many instances.
func thousand() []byte {
	var b strings.Builder
	b.WriteString("global_defs {\n    router_id LB\n}\n")
	for i := range 1000 {
		fmt.Fprintf(&b, `vrrp_instance VI_%d {
    state BACKUP
    interface eth%d   # its own
    virtual_router_id %d
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        10.%d.%d.1/24 dev eth0
        10.%d.%d.2/24 dev eth0
    }
}
`, i, i/255, i%255+1, i/250, i%250, i/250, i%250)
	}
	return []byte(b.String())
}

func BenchmarkParse1000(b *testing.B) {
	src := thousand()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if cfg, ds := Parse("k.conf", src, hermetic(nil)); len(cfg.Instances) != 1000 || len(ds) > 0 {
			b.Fatal(ds.Render())
		}
	}
}
