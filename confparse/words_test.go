package confparse

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestWords reads each word that stands for a value of a type of its own.
func TestWords(t *testing.T) {
	global := func(s string) string { return "global_defs {\n" + s + "\n}" }
	route := func(s string) string { return "static_routes {\n198.51.100.0/24 via 192.0.2.9 dev eth0 " + s + "\n}" }
	route6 := func(s string) string { return "static_routes {\n2001:db8:1::/48 via 2001:db8::9 dev eth0 " + s + "\n}" }
	rule := func(s string) string { return "static_rules {\nfrom 198.51.100.0/24 preference 9 " + s + "\n}" }
	instance := func(s string) string {
		return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.99 }\n" + s + "\n}"
	}
	server := func(key, s string) string {
		return "virtual_server " + key + " {\nlb_algo rr\nlb_kind NAT\n" + s + "\nreal_server 192.0.2.11 80 { }\n}"
	}
	linkbeat := func(s string) string { return "linkbeat_interfaces {\neth1 " + s + "\n}" }
	process := func(s string) string { return "vrrp_track_process p {\nprocess named\n" + s + "\n}" }

	buffers := func(c *Config) any { return c.Global.ReceiveBuffers.Policy }
	encap := func(c *Config) any { return c.StaticRoutes[0].Encap.Type }
	mode := func(c *Config) any { return c.StaticRoutes[0].Mode }
	preference := func(c *Config) any { return c.StaticRoutes[0].Preference }
	propagate := func(c *Config) any { return c.StaticRoutes[0].TTLPropagate }
	action := func(c *Config) any { return c.StaticRules[0].Action }
	method := func(c *Config) any { return c.Linkbeats[0].Method }
	checksum := func(c *Config) any { return c.Instances[0].OldChecksum }
	protocol := func(c *Config) any { return c.VirtualServers[0].Protocol }
	most := func(c *Config) any { return c.TrackProcesses[0].QuorumMax }

	for _, w := range []struct {
		src  string
		got  func(*Config) any
		want any
	}{
		{global("router_id A"), buffers, BufferSystem},
		{global("vrrp_rx_bufs_policy MTU"), buffers, BufferMTU},
		{global("vrrp_rx_bufs_policy ADVERT"), buffers, BufferAdvert},
		{global("vrrp_rx_bufs_policy 4096"), buffers, BufferBytes},
		{global("vrrp_rx_bufs_policy 4096"), func(c *Config) any { return c.Global.ReceiveBuffers.Bytes }, 4096},
		{global("dynamic_interfaces"), func(c *Config) any { return c.Global.DynamicInterfaces }, DynamicOn},
		{global("lvs_flush_on_stop VS"), func(c *Config) any { return c.Global.LVS.FlushOnStop }, FlushOwn},
		{global("vrrp_ipsets"), func(c *Config) any { return c.Global.Firewall.NoIPSets }, true},
		{route(""), encap, EncapNone},
		{route("encap ip id 7 dst 192.0.2.99"), encap, EncapIP},
		{route6("encap ip6 id 7 dst 2001:db8::99"), encap, EncapIP6},
		{route("encap mpls 7"), encap, EncapMPLS},
		{route6("encap ila 1:2:3:4"), encap, EncapILA},
		{route(""), mode, RoutePrepend},
		{route("append"), mode, RouteAppend},
		{route("add"), mode, RouteAdd},
		{route6("pref medium"), preference, PreferMedium},
		{route6("pref high"), preference, PreferHigh},
		{route6("pref low"), preference, PreferLow},
		{route(""), propagate, TTLPropagateUnset},
		{route("ttl-propagate enabled"), propagate, TTLPropagateEnabled},
		{route("ttl-propagate disabled"), propagate, TTLPropagateDisabled},
		{rule("table 7"), action, RuleLookup},
		{rule("goto 9000"), action, RuleGoto},
		{rule("blackhole"), action, RuleBlackhole},
		{linkbeat(""), method, LinkbeatAuto},
		{linkbeat("MII"), method, LinkbeatMII},
		{linkbeat("ETHTOOL"), method, LinkbeatEthtool},
		{linkbeat("IOCTL"), method, LinkbeatIoctl},
		{instance(""), checksum, OldChecksumAuto},
		{instance("old_unicast_checksum"), checksum, OldChecksumOn},
		{instance("old_unicast_checksum never"), checksum, OldChecksumNever},
		{instance("use_vmac vrrp9 netlink_notify_msg"), func(c *Config) any { return c.Instances[0].VMAC.Notify }, true},
		{strings.Replace(instance("vrf red\nunicast_peer { 192.0.2.7 }"), "interface eth0\n", "", 1), func(c *Config) any { return c.Instances[0].VRF }, "red"},
		{server("192.0.2.1 80", "protocol TCP"), protocol, TCP},
		{server("192.0.2.1 80", "protocol UDP"), protocol, UDP},
		{server("192.0.2.1 80", "protocol SCTP"), protocol, SCTP},
		{server("fwmark 7", ""), protocol, ProtocolNone},
		{process(""), most, Unlimited},
		{process("quorum_max 3"), most, 3},
	} {
		cfg, ds := Parse("w.conf", []byte(w.src), hermetic(nil))
		if got := w.got(cfg); got != w.want {
			t.Errorf("%s: %v, want %v\n%s", w.src, got, w.want, ds.Render())
		}
	}
}

// TestPositions finds every Pos of a configuration that has one of everything,
// and looks whether the line there is about what the Pos belongs to.
func TestPositions(t *testing.T) {
	text := Reference()
	cfg, _ := Parse("reference.conf", []byte(text), hermetic(nil))
	lines := strings.Split(text, "\n")
	seen := map[reflect.Type]bool{}
	var look func(v reflect.Value, path string)
	look = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				look(v.Elem(), path)
			}
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		case reflect.Struct:
			if strings.Contains(path, ".") && v.IsZero() && v.Type() != reflect.TypeFor[Pos]() {
				return // there is none of it
			}
			if p, ok := v.Interface().(Pos); ok {
				if p.File != "reference.conf" || p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1]) {
					t.Errorf("%s is at %v, which is nowhere", path, p)
				}
				return
			}
			for f, field := range v.Fields() {
				if f.IsExported() {
					look(field, path+"."+f.Name)
				}
			}
			name, pos := v.FieldByName("Name"), v.FieldByName("Pos")
			if !name.IsValid() || !pos.IsValid() || name.Kind() != reflect.String || name.String() == "" {
				return
			}
			seen[v.Type()] = true
			if line := lines[pos.Interface().(Pos).Line-1]; !strings.Contains(line, name.String()) {
				t.Errorf("%s is called %s, and the line of its Pos is %q", path, name, line)
			}
		}
	}
	look(reflect.ValueOf(cfg).Elem(), "Config")
	if len(seen) < 8 {
		t.Errorf("only %d kinds of objects with a name: %v", len(seen), seen)
	}
}
