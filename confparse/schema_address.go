package confparse

// addressRows are the options of addresses.
func addressRows() []row {
	return []row{
		{"dev", custom("INTERFACE", addressDevice).like("eth1", "a-name-that-is-too-long"), "instance interface/vmac (static: default_interface)", Active, "interface that carries the address; may be given once"},
		{"scope", custom("global|site|link|host|nowhere|0..255", addressScope).like("link", "nearby"), "global", Active, "scope of an IPv4 address"},
		{"brd", custom("ADDRESS|+|-", addressBroadcast).like("+", "2001:db8::1"), "", Active, "IPv4 broadcast address; + sets the host bits, - clears them (prefix up to 30)"},
		{"broadcast", custom("ADDRESS|+|-", addressBroadcast).like("192.0.2.255", "x"), "", Active, "the same as brd"},
		{"label", custom("LABEL", addressLabel).like("eth0:1", "a-label-that-is-too-long"), "", Active, "label of an IPv4 address, such as eth0:1"},
		{"peer", custom("ADDRESS", addressPeer).like("192.0.2.9", "2001:db8::1"), "", Known, "the far end of a point-to-point link"},
		{"home", flag(func(a *addressEntry) *bool { return &a.Home }), "off", Known, "mark as a mobile home address"},
		{"-nodad", flag(func(a *addressEntry) *bool { return &a.DAD }), "NODAD is set by default on IPv6", Known, "do duplicate address detection, which is off by default"},
		{"mngtmpaddr", flag(func(a *addressEntry) *bool { return &a.ManageTempAddr }), "off", Known, "make temporary addresses from this one"},
		{"noprefixroute", flag(func(a *addressEntry) *bool { return &a.NoPrefixRoute }), "off", Known, "do not add the route of its prefix"},
		{"autojoin", flag(func(a *addressEntry) *bool { return &a.AutoJoin }), "off", Known, "join the multicast group that the address is"},
		{"no_track", flag(func(a *addressEntry) *bool { return &a.NoTrack }), "off", Active, "do not step down when the address disappears"},
		{"preferred_lft", custom("SECONDS|forever", addressLifetime).like("3600", "-1"), "0 (deprecated) for IPv6 /128, else forever", Known, "preferred lifetime of an IPv6 address"},
	}
}

// virtualAddressRows are the options that only virtual addresses have.
func virtualAddressRows() []row {
	return []row{
		{"use_vmac", flag(func(a *addressEntry) *bool { return &a.VMAC }), "off", Known, "put the address on a virtual MAC interface of its own"},
	}
}

// staticAddressRows are the options that only static addresses have.
func staticAddressRows() []row {
	return []row{
		{"track_group", word("GROUP", func(a *addressEntry) *string { return &a.TrackGroup }).like("TG", ""), "", Known, "instances that depend on the object"},
	}
}

// routeRows are the words of a route.
func routeRows() []row {
	return []row{
		{"to", form("[TYPE] IPv4/IPv6[/PREFIX] | default|any|all | default6 (deprecated)"), "required", Known, "destination; TYPE unicast blackhole unreachable prohibit throw local broadcast ...; a lone unknown word is an error"},
		{"inet", args{}, "IPv4", Known, "IPv4"},
		{"inet6", args{}, "IPv4", Known, "IPv6"},
		{"src", form("ADDR"), "", Known, "preferred source"},
		{"via", form("[inet|inet6] ADDR"), "", Known, "next hop; must be same family as route"},
		{"gw", form("[inet|inet6] ADDR"), "", Known, "the same as via"},
		{"or", form("ADDR"), "", Known, "second next hop; write nexthop instead"},
		{"from", form("IPv6[/N]"), "", Known, "source that the entry is for"},
		{"tos", form("NUM|NAME"), "0", Known, "type of service of IPv4"},
		{"dsfield", form("NUM|NAME"), "0", Known, "the same as tos"},
		{"table", form("ID|NAME"), "main", Known, "routing table"},
		{"protocol", form("NAME|0..255"), "keepalived (18)", Known, "who the entry belongs to; keepalived (18) unless no_track"},
		{"scope", form("NAME|NUM"), "global", Known, "scope of the route"},
		{"metric", form("u32"), "0", Known, "metric of the route"},
		{"priority", form("u32"), "0", Known, "metric"},
		{"preference", form("u32"), "0", Known, "metric"},
		{"dev", form("INTERFACE"), "", Known, "output interface"},
		{"oif", form("INTERFACE"), "", Known, "output interface"},
		{"onlink", args{}, "off", Known, "gateway is on link"},
		{"encap", form("ip|ip6|mpls|ila + options"), "", Known, "lightweight tunnel (ip: id dst src tos ttl flags; ip6: id dst src tc hoplimit flags; mpls LABELS; ila LOCATOR)"},
		{"expires", form("SECONDS"), "", Known, "lifetime of an IPv6 route"},
		{"mtu", form("[lock] N"), "", Known, "path MTU"},
		{"hoplimit", form("0..255"), "", Known, "hop limit"},
		{"advmss", form("[lock] N"), "", Known, "advertised MSS"},
		{"rtt", form("[lock] TIME"), "", Known, "round trip time"},
		{"rttvar", form("[lock] TIME"), "", Known, "variance of the round trip time"},
		{"reordering", form("[lock] N"), "", Known, "reordering on the path"},
		{"window", form("N"), "", Known, "maximum window to advertise"},
		{"cwnd", form("[lock] N"), "", Known, "clamp of the congestion window"},
		{"ssthresh", form("[lock] N"), "", Known, "initial slow start threshold"},
		{"realms", form("[SRC/]DST"), "", Known, "realms of IPv4 traffic"},
		{"rto_min", form("[lock] TIME"), "", Known, "minimum retransmission timeout"},
		{"initcwnd", form("N"), "", Known, "initial congestion window"},
		{"initrwnd", form("N"), "", Known, "initial receive window"},
		{"features", form("ecn"), "", Known, "the feature ecn"},
		{"quickack", form("0|1"), "", Known, "acknowledge at once"},
		{"congctl", form("[lock] NAME"), "", Known, "congestion control"},
		{"pref", form("low|medium|high|NUM"), "", Known, "IPv6 router preference"},
		{"ttl-propagate", form("enabled|disabled"), "", Known, "propagation of TTL into MPLS"},
		{"fastopen_no_cookie", form("0|1"), "", Known, "TCP fast open without cookie"},
		{"add", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"prepend", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"append", args{}, "prepend", Known, "netlink insert mode (add = only if no equal route)"},
		{"as", form("ADDR"), "", Known, "accepted and ignored"},
		{"nexthop", form("via [inet|inet6] A [dev IF] [weight 1..256] [onlink] [encap ..] [realms ..], repeated; must be last"), "", Known, "multipath"},
		{"no_track", args{}, "off", Known, "neither a fault nor restored when it disappears"},
		{"track_group", form("GROUP"), "", Known, "instances that depend on the object"},
		{"vrf", form("INTERFACE"), "", Known, "use the table of that VRF"},
	}
}

// ruleRows are the words of a rule.
func ruleRows() []row {
	return []row{
		{"inet", args{}, "IPv4", Known, "IPv4"},
		{"inet6", args{}, "IPv4", Known, "IPv6"},
		{"from", form("ADDR[/N]|all|any|default"), "any", Known, "source that the entry is for"},
		{"to", form("ADDR[/N]|all|any|default"), "any", Known, "destination selector"},
		{"table", form("ID|NAME (not 0)"), "", Known, "action: look up table"},
		{"lookup", form("ID|NAME (not 0)"), "", Known, "action: look up table"},
		{"not", args{}, "off", Known, "invert match"},
		{"preference", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"order", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"priority", form("u32 (base 0)"), "16384 counting down, with a complaint", Known, "rule priority"},
		{"tos", form("NUM|NAME"), "0", Known, "type of service of IPv4"},
		{"dsfield", form("NUM|NAME"), "0", Known, "the same as tos"},
		{"fwmark", form("N[/MASK]"), "", Known, "mark selector"},
		{"realms", form("[S/]D"), "", Known, "realms of IPv4 traffic"},
		{"suppress_prefixlength", form("0..2^31-1"), "-1", Known, "ignore results of the table with a prefix of up to this length"},
		{"sup_pl", form("0..2^31-1"), "-1", Known, "the same as suppress_prefixlength"},
		{"suppress_ifgroup", form("GROUP"), "", Known, "ignore results of the table through interfaces of this group"},
		{"sup_group", form("GROUP"), "", Known, "the same as suppress_ifgroup"},
		{"dev", form("INTERFACE"), "", Known, "input interface"},
		{"iif", form("INTERFACE"), "", Known, "input interface"},
		{"oif", form("INTERFACE"), "", Known, "output interface"},
		{"tunnel-id", form("u64"), "", Known, "tunnel id to match"},
		{"uidrange", form("A-B"), "", Known, "range of user ids to match"},
		{"l3mdev", args{}, "", Known, "action: l3mdev lookup"},
		{"protocol", form("0..255"), "18", Known, "who the entry belongs to; keepalived (18) unless no_track"},
		{"ipproto", form("NAME|NUM"), "", Known, "IP protocol to match"},
		{"sport", form("A-B"), "", Known, "source port range"},
		{"dport", form("A-B"), "", Known, "destination port range"},
		{"goto", form("PRIO"), "", Known, "action; needs own preference lower than target"},
		{"nop", args{}, "", Known, "action none"},
		{"blackhole", args{}, "", Known, "action"},
		{"prohibit", args{}, "", Known, "action"},
		{"unreachable", args{}, "", Known, "action"},
		{"no_track", args{}, "off", Known, "neither a fault nor restored when it disappears"},
		{"track_group", form("GROUP"), "", Known, "instances that depend on the object"},
	}
}
