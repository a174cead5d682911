package confparse

import (
	"math"
	"time"
)

// topLevel makes the whole table.
func topLevel() *block { return newBlock("", topRows()) }

// topRows are the keywords outside all blocks.
func topRows() []row {
	return []row{
		{"global_defs", section("", newBlock("global_defs", globalRows(), globalExtensions()), openGlobal, func(*decoder, *node, *global) {}).like(""), "", Active, "settings of everything; several such blocks count together"},
		{"linkbeat_use_polling", flag(func(c *Config) *bool { return &c.Process.LinkbeatPolled }), "off", Known, "poll link state (MII/ETHTOOL/ioctl) on every VRRP interface instead of netlink"},
		{"net_namespace", word("NAME", func(c *Config) *string { return &c.Process.Namespace }).like("blue", ""), "default ns", Refused, "the network namespace that everything runs in"},
		{"net_namespace_ipvs", custom("[NAME]", namespaceIPVS).like("green"), "main ns", Known, "the network namespace of IPVS"},
		{"namespace_with_ipsets", flag(func(c *Config) *bool { return &c.Process.IPSets }), "off", Known, "allow ipsets in a netns on kernels before 3.13"},
		{"use_pid_dir", flag(func(c *Config) *bool { return &c.Process.PIDDir }), "off", Known, "PID files in a directory of their own"},
		{"instance", word("NAME", func(c *Config) *string { return &c.Process.Instance }).like("lb", ""), "", Known, "name that keeps the files of several daemons apart"},
		{"child_wait_time", seconds(0, math.MaxUint32, func(c *Config) *time.Duration { return &c.Process.ChildWait }), "5", Active, "how long scripts, pipes and mail may go on after a stop"},
		{"track_group", section("NAME", newBlock("track_group", trackGroupRows()), openTrackGroup, func(*decoder, *node, *TrackGroup) {}).like("TG", ""), "", Known, "instances that depend on static addresses and routes"},
		{"static_ipaddress", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("static_ipaddress", addressRows(), staticAddressRows()), staticAddress).like("198.51.100.7/24", "198.51.100"), "", Active, "addresses that are there as long as the daemon runs"},
		{"static_routes", list("ROUTE", newBlock("static_routes", routeRows()), staticRoute), "", Active, "routes that are there as long as the daemon runs"},
		{"static_rules", list("RULE", newBlock("static_rules", ruleRows()), staticRule), "", Active, "rules that are there as long as the daemon runs"},
		{"linkbeat_interfaces", list("INTERFACE [MII|ETHTOOL|IOCTL]", newBlock("linkbeat_interfaces", linkbeatRows()), linkbeat).like("eth1 ETHTOOL", "eth1 SNMP"), "auto: MII then ETHTOOL then IOCTL", Known, "interfaces whose link is polled; unknown interface is fatal error class"},
		{"interface_up_down_delays", list("INTERFACE DOWN_DELAY [UP_DELAY], 0..255 seconds, decimals", newBlock("interface_up_down_delays"), linkDelay).like("eth1 1.5 0.5", "eth1 256"), "0 0", Known, "how long a change of an interface must last to count"},
		{"garp_group", section("", newBlock("garp_group", garpGroupRows()), openGARPGroup, closeGARPGroup).like(""), "", Active, "interfaces that share a limit of gratuitous ARP"},
		{"vrrp_sync_group", section("NAME", newBlock("vrrp_sync_group", syncGroupRows()), openSyncGroup, func(*decoder, *node, *SyncGroup) {}).like("VG_1", ""), "", Active, "instances that change state together"},
		{"vrrp_instance", section("NAME", newBlock("vrrp_instance", instanceRows(), instanceExtensions()), openInstance, closeInstance).like("VI_1", ""), "", Active, "one virtual router"},
		{"vrrp_script", section("NAME", newBlock("vrrp_script", scriptRows()), openScript, closeScript).like("chk", ""), "", Active, "a program that is run again and again, and whose success counts; defined before it is tracked"},
		{"vrrp_track_process", section("NAME", newBlock("vrrp_track_process", trackProcessRows()), openTrackProcess, closeTrackProcess).like("proc", ""), "", Active, "a process whose presence counts"},
		{"track_file", section("NAME", newBlock("track_file", trackFileRows()), openTrackFile, closeTrackFile).like("prio", ""), "", Active, "a file with a number that changes priorities"},
		{"vrrp_track_file", silent(section("NAME", newBlock("vrrp_track_file", trackFileRows()), openTrackFile, closeTrackFile).like("prio", "")), "", Deprecated, "write track_file"},
		{"bfd_instance", section("NAME", newBlock("bfd_instance", bfdRows()), openBFD, closeBFD).like("bfd1", ""), "", Known, "a BFD session (RFC 5880)"},
		{"SSL", section("", newBlock("SSL", sslRows()), func(_ *cursor, c *Config) *SSL { return &c.SSL }, func(*decoder, *node, *SSL) {}).like(""), "", Active, "certificates for SSL_GET checks"},
		{"virtual_server_group", listSection("NAME", newBlock("virtual_server_group", serverGroupRows()), openServerGroup, groupEntry, closeServerGroup).like("web", ""), "", Active, "addresses that share their real servers"},
		{"virtual_server", section("ADDRESS [PORT] | fwmark N | group NAME", newBlock("virtual_server", virtualServerRows(), virtualServerExtensions()), openVirtualServer, closeVirtualServer).like("192.0.2.100 80", "fwmark x"), "", Active, "an IPVS service and the servers behind it"},
	}
}

// syntaxRows describe what is not a keyword, for people to look up.
func syntaxRows() []row {
	return []row{
		{"! or # (comment)", form(`to end of line, anywhere outside "..." (even mid-word); \# and \! give the literal`), "", Active, "the rest of the line is a comment, unless in double quotes"},
		{"include", form("FILE or glob (csh braces allowed)"), "", Active, "read other files here; names are relative to this file"},
		{"includer", form("FILE/glob"), "", Active, "include, and what cannot be read is an error"},
		{"includem", form("FILE/glob"), "", Active, "include, and a file that does not exist is an error too"},
		{"includew", form("FILE/glob"), "", Active, "include, and a pattern that matches nothing is an error too"},
		{"includeb", form("FILE/glob"), "", Active, "include, and an alternative in braces that matches nothing is an error"},
		{"includea", form("FILE/glob"), "", Active, "include, and any problem is an error"},
		{"@ID", form("@ID rest-of-line"), "", Active, "the line counts only if ID is the configuration id: the host name, or what -i says"},
		{"@^ID", form("@^ID rest-of-line"), "", Active, "the line counts only if ID is not the configuration id"},
		{"$NAME=", form("$NAME=text; name [A-Za-z_][A-Za-z0-9_]*; no blank before =; trailing \\ continues (multi-line macro)"), "", Active, "a definition, which $NAME and ${NAME} stand for from here on"},
		{"${_PWD}", args{}, "", Active, "the directory of this file"},
		{"${_INSTANCE}", args{}, "", Active, "the configuration id"},
		{"${_RANDOM [MIN [MAX]]}", form("decimal integers"), "0 32767", Active, "a random number"},
		{"${_ENV NAME}", form("exactly one name"), "", Active, "the value of an environment variable"},
		{"${_HASH}", args{}, "#", Active, "a #, which begins a comment outside quotes"},
		{"${_BANG}", args{}, "!", Active, "a !, which begins a comment outside quotes"},
		{"~SEQ", form("~SEQ(var,[start,[step,]]end) text; numbers base 0 (0x.. ok)"), "start 1 (-1 if end<0), step +-1", Active, "the rest of the line once for each number"},
		{"~SEQx", form("as ~SEQ, non-negative"), "", Active, "as ~SEQ, with hexadecimal numbers"},
		{"~LST", form("~LST(var,v1,v2,..) text or ~LST({a,b},{1,2},{3,4}) text"), "", Active, "the rest of the line once for each value"},
		{"{ }", form("braces same line, next line, or several on one line"), "", Active, "a block; braces may stand anywhere outside double quotes"},
	}
}

// trackGroupRows are the keywords of track_group.
func trackGroupRows() []row {
	return []row{
		{"group", wordsOf("INSTANCE", newBlock("track_group.group"), trackGroupMember).like("VI_1"), "required", Known, "member instances; empty group removed"},
	}
}

// garpGroupRows are the keywords of garp_group.
func garpGroupRows() []row {
	return []row{
		{"garp_interval", decimal(time.Microsecond, maxPeriod, time.Microsecond, func(g *GARPGroup) *time.Duration { return &g.GARPInterval }), "", Active, "gap between GARPs"},
		{"gna_interval", decimal(time.Microsecond, maxPeriod, time.Microsecond, func(g *GARPGroup) *time.Duration { return &g.GNAInterval }), "", Active, "gap between NAs; group with neither is removed"},
		{"interface", custom("INTERFACE", garpInterface).like("eth1", "a-name-that-is-too-long"), "", Active, "single interface (not a vmac)"},
		{"interfaces", wordsOf("INTERFACE", newBlock("garp_group.interfaces"), garpInterface).like("eth1 eth2"), "", Active, "interfaces sharing one limit"},
	}
}

// linkbeatRows are the methods of linkbeat_interfaces.
func linkbeatRows() []row {
	method := func(m LinkbeatMethod) args {
		return custom("", func(_ *cursor, l *Linkbeat) { l.Method = m }).like("")
	}
	return []row{
		{"MII", method(LinkbeatMII), "", Known, "ask the MII registers"},
		{"ETHTOOL", method(LinkbeatEthtool), "", Known, "ask as ethtool does"},
		{"IOCTL", method(LinkbeatIoctl), "", Known, "ask for the flags of the interface"},
	}
}
