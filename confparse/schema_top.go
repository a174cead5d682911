package confparse

// topLevel makes the whole table.
func topLevel() *block { return newBlock("", topRows()) }

// topRows are the keywords outside all blocks.
func topRows() []row {
	return []row{
		{"global_defs", section("", newBlock("global_defs", globalRows()), openGlobal, func(*decoder, *node, *global) {}), "", Active, "global settings block (may appear more than once)"},
		{"linkbeat_use_polling", args{}, "off", Known, "poll link state (MII/ETHTOOL/ioctl) on every VRRP interface instead of netlink"},
		{"net_namespace", form("NAME"), "default ns", Known, "run everything in named netns; implies use_pid_dir; not changeable on reload"},
		{"net_namespace_ipvs", form("[NAME] (none = default ns)"), "main ns", Known, "namespace for IPVS configuration only"},
		{"namespace_with_ipsets", args{}, "off", Known, "allow ipsets in a netns on kernels before 3.13"},
		{"use_pid_dir", args{}, "off", Known, "pid files go into <rundir>/keepalived/"},
		{"instance", form("NAME"), "", Known, "instance name; pid files become name_INSTANCE.pid in pid dir, syslog ident gets _INSTANCE; not changeable on reload"},
		{"child_wait_time", form("SECONDS 0..2^32-1"), "5", Known, "how long parent waits for children at shutdown before SIGKILL"},
		{"track_group", checked("NAME", newBlock("track_group", trackGroupRows())), "", Known, "named list of vrrp instances that track static items"},
		{"static_ipaddress", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("static_ipaddress", addressRows(), staticAddressRows()), staticAddress), "", Active, "addresses present as long as the daemon runs (removed on exit)"},
		{"static_routes", rawList("ROUTE", newBlock("static_routes", routeRows())), "", Known, "routes present as long as the daemon runs"},
		{"static_rules", rawList("RULE", newBlock("static_rules", ruleRows())), "", Known, "ip rules present as long as the daemon runs"},
		{"linkbeat_interfaces", rawList("INTERFACE [MII|ETHTOOL|IOCTL]", newBlock("linkbeat_interfaces")), "auto: MII then ETHTOOL then IOCTL", Known, "interfaces whose link is polled; unknown interface is fatal error class"},
		{"interface_up_down_delays", rawList("INTERFACE DOWN_DELAY [UP_DELAY]", newBlock("interface_up_down_delays")), "0 0", Known, "how long a change of an interface must last to count"},
		{"garp_group", checked("", newBlock("garp_group", garpGroupRows())), "", Known, "rate limit of GARP/NA on interface(s)"},
		{"vrrp_sync_group", section("NAME", newBlock("vrrp_sync_group", syncGroupRows()), openSyncGroup, func(*decoder, *node, *SyncGroup) {}), "", Known, "set of instances that change state together"},
		{"vrrp_instance", section("NAME", newBlock("vrrp_instance", instanceRows()), openInstance, closeInstance), "", Active, "one virtual router; name must be unique, else block skipped"},
		{"vrrp_script", section("NAME", newBlock("vrrp_script", scriptRows()), openScript, closeScript), "", Active, "periodic check script; must precede blocks that track it"},
		{"vrrp_track_process", checked("NAME", newBlock("vrrp_track_process", trackProcessRows())), "", Known, "process watcher via kernel proc connector"},
		{"track_file", checked("NAME", newBlock("track_file", trackFileRows())), "", Known, "file watched by inotify; number in it times weight is added to priority"},
		{"vrrp_track_file", checked("NAME", newBlock("vrrp_track_file", trackFileRows())), "", Deprecated, "write track_file"},
		{"bfd_instance", checked("NAME", newBlock("bfd_instance", bfdRows())), "", Known, "BFD session (RFC5880)"},
		{"SSL", checked("", newBlock("SSL", sslRows())), "", Known, "certificates for SSL_GET checks"},
		{"virtual_server_group", checked("NAME", virtualServerGroup()), "", Known, "addresses that share their real servers"},
		{"virtual_server", checked("ADDRESS [PORT] | fwmark N | group NAME", newBlock("virtual_server", virtualServerRows())), "", Known, "an IPVS service and the servers behind it"},
	}
}

// syntaxRows describe what is not a keyword, for people to look up.
func syntaxRows() []row {
	return []row{
		{"! or # (comment)", form(`to end of line, anywhere outside "..." (even mid-word); \# and \! give the literal`), "", Active, "start of comment; single quotes do not protect"},
		{"include", form("FILE or glob (csh braces allowed)"), "", Active, "read further file(s) in place; relative to directory of the including file; missing files only logged"},
		{"includer", form("FILE/glob"), "", Active, "include + \"read\" check: unreadable/directory/executable match makes load fail (exit 6)"},
		{"includem", form("FILE/glob"), "", Active, "include + read + error if a non-wildcard name has no match"},
		{"includew", form("FILE/glob"), "", Active, "include + read + match + error if a wildcard matches nothing"},
		{"includeb", form("FILE/glob"), "", Active, "include + read + every brace alternative must match"},
		{"includea", form("FILE/glob"), "", Active, "include + all four checks"},
		{"@ID", form("@ID rest-of-line"), "", Active, "line used only if ID equals config-id (hostname up to first dot, or -i)"},
		{"@^ID", form("@^ID rest-of-line"), "", Active, "line used only if ID differs from config-id"},
		{"$NAME=", form("$NAME=text; name [A-Za-z_][A-Za-z0-9_]*; no blank before =; trailing \\ continues (multi-line macro)"), "", Active, "define/redefine macro; expanded at use as $NAME (followed by blank, comma, ) or EOL) or ${NAME}"},
		{"${_PWD}", args{}, "", Active, "current directory while parsing (directory of current config file if it was given with a slash)"},
		{"${_INSTANCE}", args{}, "", Active, "the config-id"},
		{"${_RANDOM [MIN [MAX]]}", form("decimal integers"), "0 32767", Active, "random integer; seeded by time or random_seed; min>max reports error and uses min"},
		{"${_ENV NAME}", form("exactly one name"), "", Active, "environment variable value; unset gives empty text"},
		{"${_HASH}", args{}, "#", Active, "literal #"},
		{"${_BANG}", args{}, "!", Active, "literal !"},
		{"~SEQ", form("~SEQ(var,[start,[step,]]end) text; numbers base 0 (0x.. ok)"), "start 1 (-1 if end<0), step +-1", Active, "repeat rest of line with $var counting"},
		{"~SEQx", form("as ~SEQ, non-negative"), "", Active, "same but $var printed in hex without 0x"},
		{"~LST", form("~LST(var,v1,v2,..) text or ~LST({a,b},{1,2},{3,4}) text"), "", Active, "repeat rest of line over listed values / tuples; missing tuple members blank"},
		{"{ }", form("braces same line, next line, or several on one line"), "", Active, "block delimiters; recognised anywhere outside \"...\""},
	}
}

// trackGroupRows are the keywords of track_group.
func trackGroupRows() []row {
	return []row{
		{"group", rawList("INSTANCE", newBlock("track_group.group")), "required", Known, "member instances; empty group removed"},
	}
}

// garpGroupRows are the keywords of garp_group.
func garpGroupRows() []row {
	return []row{
		{"garp_interval", form("SECONDS with decimals"), "", Known, "gap between GARPs"},
		{"gna_interval", form("SECONDS with decimals"), "", Known, "gap between NAs; group with neither is removed"},
		{"interface", form("INTERFACE"), "", Known, "single interface (not a vmac)"},
		{"interfaces", rawList("INTERFACE", newBlock("garp_group.interfaces")), "", Known, "interfaces sharing one limit"},
	}
}
