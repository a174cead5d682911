package confparse

// addressRows are the options of addresses.
func addressRows() []row {
	return []row{
		{"dev", custom("INTERFACE", addressDevice), "instance interface/vmac (static: default_interface)", Active, "interface; given twice = address dropped"},
		{"scope", custom("global|site|link|host|nowhere|0..255", addressScope), "global", Active, "IPv4 only (ignored with message for IPv6)"},
		{"brd", custom("ADDRESS|+|-", addressBroadcast), "none", Active, "IPv4 broadcast; + sets, - clears host bits (prefix <=30); IPv6 drops the VIP"},
		{"broadcast", custom("ADDRESS|+|-", addressBroadcast), "none", Active, "IPv4 broadcast; + sets, - clears host bits (prefix <=30); IPv6 drops the VIP"},
		{"label", custom("LABEL", addressLabel), "none", Active, "IPv4 label, e.g. eth0:1"},
		{"peer", custom("ADDRESS", addressPeer), "", Known, "peer address (code does not accept a prefix on it; clears own prefix)"},
		{"home", flag(func(a *addressEntry) *bool { return &a.Home }), "off", Known, "IFA_F_HOMEADDRESS"},
		{"-nodad", flag(func(a *addressEntry) *bool { return &a.DAD }), "NODAD is set by default on IPv6", Known, "do duplicate address detection, which is off by default"},
		{"mngtmpaddr", flag(func(a *addressEntry) *bool { return &a.ManageTempAddr }), "off", Known, "IFA_F_MANAGETEMPADDR"},
		{"noprefixroute", flag(func(a *addressEntry) *bool { return &a.NoPrefixRoute }), "off", Known, "IFA_F_NOPREFIXROUTE"},
		{"autojoin", flag(func(a *addressEntry) *bool { return &a.AutoJoin }), "off", Known, "IFA_F_MCAUTOJOIN"},
		{"no_track", flag(func(a *addressEntry) *bool { return &a.NoTrack }), "off", Known, "do not react when the address/interface disappears"},
		{"preferred_lft", custom("SECONDS|forever", addressLifetime), "0 (deprecated) for IPv6 /128, else forever", Known, "IPv6 preferred lifetime"},
	}
}

// virtualAddressRows are the options that only virtual addresses have.
func virtualAddressRows() []row {
	return []row{
		{"use_vmac", flag(func(a *addressEntry) *bool { return &a.VMAC }), "off", Known, "put this VIP (on another interface/family) on its own vmac"},
	}
}

// staticAddressRows are the options that only static addresses have.
func staticAddressRows() []row {
	return []row{
		{"track_group", word("GROUP", func(a *addressEntry) *string { return &a.TrackGroup }), "none", Known, "instances that depend on this address"},
	}
}

// routeRows are the words of a route.
func routeRows() []row {
	return []row{
		{"to", form("[TYPE] IPv4/IPv6[/PREFIX] | default|any|all | default6 (deprecated)"), "required", Known, "destination; TYPE unicast blackhole unreachable prohibit throw local broadcast ...; a lone unknown word is an error"},
		{"inet", args{}, "IPv4", Known, "force family"},
		{"inet6", args{}, "IPv4", Known, "force family"},
		{"src", form("ADDR"), "none", Known, "preferred source"},
		{"via", form("[inet|inet6] ADDR"), "none", Known, "next hop; must be same family as route"},
		{"gw", form("[inet|inet6] ADDR"), "none", Known, "next hop; must be same family as route"},
		{"or", form("ADDR"), "none", Known, "second next hop (use nexthop)"},
		{"from", form("IPv6[/N]"), "none", Known, "source-specific route, IPv6 only"},
		{"tos", form("NUM|NAME"), "0", Known, "IPv4 TOS"},
		{"dsfield", form("NUM|NAME"), "0", Known, "IPv4 TOS"},
		{"table", form("ID|NAME"), "main", Known, "routing table"},
		{"protocol", form("NAME|0..255"), "keepalived (18)", Known, "forced to 18 unless no_track"},
		{"scope", form("NAME|NUM"), "global", Known, "route scope"},
		{"metric", form("u32"), "0", Known, "metric"},
		{"priority", form("u32"), "0", Known, "metric"},
		{"preference", form("u32"), "0", Known, "metric"},
		{"dev", form("IFNAME"), "none", Known, "output interface"},
		{"oif", form("IFNAME"), "none", Known, "output interface"},
		{"onlink", args{}, "off", Known, "gateway is on link"},
		{"encap", form("ip|ip6|mpls|ila + options"), "none", Known, "lightweight tunnel (ip: id dst src tos ttl flags; ip6: id dst src tc hoplimit flags; mpls LABELS; ila LOCATOR)"},
		{"expires", form("SECS"), "none", Known, "IPv6 only"},
		{"mtu", form("[lock] N"), "", Known, "path MTU"},
		{"hoplimit", form("0..255"), "", Known, "hop limit"},
		{"advmss", form("[lock] N"), "", Known, "advertised MSS"},
		{"rtt", form("[lock] TIME"), "", Known, "rtt (1/8 ms units internally)"},
		{"rttvar", form("[lock] TIME"), "", Known, "rtt variance (1/4 ms)"},
		{"reordering", form("[lock] N"), "", Known, ""},
		{"window", form("N"), "", Known, ""},
		{"cwnd", form("[lock] N"), "", Known, ""},
		{"ssthresh", form("[lock] N"), "", Known, ""},
		{"realms", form("[SRC/]DST"), "", Known, "IPv4 only"},
		{"rto_min", form("[lock] TIME"), "", Known, ""},
		{"initcwnd", form("N"), "", Known, ""},
		{"initrwnd", form("N"), "", Known, ""},
		{"features", form("ecn"), "", Known, "only ecn"},
		{"quickack", form("0|1"), "", Known, ""},
		{"congctl", form("[lock] NAME"), "", Known, "congestion control"},
		{"pref", form("low|medium|high|NUM"), "", Known, "IPv6 router preference"},
		{"ttl-propagate", form("enabled|disabled"), "", Known, "MPLS"},
		{"fastopen_no_cookie", form("0|1"), "", Known, ""},
		{"add", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"prepend", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"append", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"as", form("ADDR"), "", Known, "accepted, ignored with message"},
		{"nexthop", form("via [inet|inet6] A [dev IF] [weight 1..256] [onlink] [encap ..] [realms ..], repeated; must be last"), "", Known, "multipath"},
		{"no_track", args{}, "off", Known, "do not fault/restore when route vanishes"},
		{"track_group", form("GROUP"), "none", Known, "static routes only; needs dev"},
		{"vrf", form("IFNAME"), "", Known, "use table of that VRF device (must exist)"},
	}
}

// ruleRows are the words of a rule.
func ruleRows() []row {
	return []row{
		{"inet", args{}, "IPv4", Known, "force family"},
		{"inet6", args{}, "IPv4", Known, "force family"},
		{"from", form("ADDR[/N]|all|any|default"), "any", Known, "source selector"},
		{"to", form("ADDR[/N]|all|any|default"), "any", Known, "destination selector"},
		{"table", form("ID|NAME (not 0)"), "", Known, "action: look up table"},
		{"lookup", form("ID|NAME (not 0)"), "", Known, "action: look up table"},
		{"not", args{}, "off", Known, "invert match"},
		{"preference", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"order", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"priority", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"tos", form("NUM|NAME"), "0", Known, "TOS selector"},
		{"dsfield", form("NUM|NAME"), "0", Known, "TOS selector"},
		{"fwmark", form("N[/MASK]"), "", Known, "mark selector"},
		{"realms", form("[S/]D"), "", Known, "IPv4 only"},
		{"suppress_prefixlength", form("0..2^31-1"), "-1", Known, "only with table"},
		{"sup_pl", form("0..2^31-1"), "-1", Known, "only with table"},
		{"suppress_ifgroup", form("GROUP"), "", Known, "only with table"},
		{"sup_group", form("GROUP"), "", Known, "only with table"},
		{"dev", form("IFNAME"), "", Known, "input interface"},
		{"iif", form("IFNAME"), "", Known, "input interface"},
		{"oif", form("IFNAME"), "", Known, "output interface"},
		{"tunnel-id", form("u64"), "", Known, ""},
		{"uidrange", form("A-B"), "", Known, ""},
		{"l3mdev", args{}, "", Known, "action: l3mdev lookup"},
		{"protocol", form("0..255"), "18", Known, "forced to 18 unless no_track"},
		{"ipproto", form("NAME|NUM"), "", Known, "(man page example writes ip_proto, code wants ipproto)"},
		{"sport", form("A-B (single port rejected by 2.4.3)"), "", Known, "source port range"},
		{"dport", form("A-B (single port rejected by 2.4.3)"), "", Known, "destination port range"},
		{"goto", form("PRIO"), "", Known, "action; needs own preference lower than target"},
		{"nop", args{}, "", Known, "action none"},
		{"blackhole", args{}, "", Known, "action"},
		{"prohibit", args{}, "", Known, "action"},
		{"unreachable", args{}, "", Known, "action"},
		{"no_track", args{}, "off", Known, "not watched"},
		{"track_group", form("GROUP"), "", Known, "static rules only; needs iif"},
	}
}
