package confparse

// routeRows are the words of a route.
func routeRows() []row {
	const all = 1<<32 - 1
	table := routeNumber(tableNumbers, "ID|NAME", func(r *routeEntry, v uint64) { r.Table = uint32(v) })
	tos := routeNumber(tosNumbers, "NUM|NAME", func(r *routeEntry, v uint64) { r.TOS = uint8(v) })
	order := routeNumber(names{what: "metric", bits: 32}, "0..4294967295", func(r *routeEntry, v uint64) { r.Metric = uint32(v) })
	dev := ifname(func(r *routeEntry) *string { return &r.Interface })
	via := custom("[inet|inet6] ADDRESS", routeVia).like("192.0.2.254", "2001:db8::1")
	return []row{
		{"to", custom("[TYPE] IPv4/IPv6[/PREFIX] | default|any|all | default6 (deprecated)", routeDestination).like("203.0.113.0/24", "203.0.113.0/33"), "required", Active, "destination; TYPE is unicast, local, broadcast, anycast, multicast, blackhole, unreachable, prohibit or throw"},
		{"inet", routeFamily(ipv4), "IPv4", Active, "IPv4"},
		{"inet6", routeFamily(ipv6), "IPv4", Active, "IPv6"},
		{"src", custom("ADDRESS", routeSource).like("192.0.2.1", "2001:db8::1"), "", Active, "preferred source"},
		{"via", via, "", Active, "next hop; must be same family as route"},
		{"gw", via, "", Deprecated, "write via"},
		{"or", custom("ADDRESS", routeOr).like("192.0.2.8", "x"), "", Active, "second next hop; write nexthop instead"},
		{"from", custom("IPv6[/PREFIX]", routeFrom).like("2001:db8:1::/48", "192.0.2.0/24"), "", Active, "source that the entry is for"},
		{"tos", tos, "0", Active, "type of service of IPv4"},
		{"dsfield", tos, "0", Active, "the same as tos"},
		{"table", table, "main", Active, "routing table"},
		{"protocol", routeNumber(protocolNumbers, "NAME|0..255", func(r *routeEntry, v uint64) { r.Protocol = uint8(v) }), "keepalived (18)", Active, "who the entry belongs to; keepalived (18) unless no_track"},
		{"scope", routeNumber(scopeNumbers, "NAME|NUM", func(r *routeEntry, v uint64) { r.Scope = Scope(v) }), "global", Active, "scope of the route"},
		{"metric", order, "0", Active, "metric of the route"},
		{"priority", order, "0", Active, "metric"},
		{"preference", order, "0", Active, "metric"},
		{"dev", dev, "", Active, "output interface"},
		{"oif", dev, "", Active, "output interface"},
		{"onlink", flag(func(r *routeEntry) *bool { return &r.OnLink }), "off", Active, "gateway is on link"},
		{"encap", custom("ip|ip6 [id N] [dst A] [src A] [tos|tc N] [ttl|hoplimit N] [flags N] | mpls LABELS | ila LOCATOR", routeEncap).like("ip id 7 dst 192.0.2.99", "gre"), "", Active, "lightweight tunnel"},
		{"expires", custom("SECONDS", routeExpires).like("60", "soon"), "", Active, "lifetime of an IPv6 route"},
		{"mtu", metric(2, all, true), "", Active, "path MTU"},
		{"hoplimit", metric(10, 255, false), "", Active, "hop limit"},
		{"advmss", metric(8, all, true), "", Active, "advertised MSS"},
		{"rtt", timeMetric(metricRTT, 8), "", Active, "round trip time"},
		{"rttvar", timeMetric(metricRTTVar, 4), "", Active, "variance of the round trip time"},
		{"reordering", metric(9, all, true), "", Active, "reordering on the path"},
		{"window", metric(3, all, false), "", Active, "maximum window to advertise"},
		{"cwnd", metric(7, all, true), "", Active, "clamp of the congestion window"},
		{"ssthresh", metric(6, all, true), "", Active, "initial slow start threshold"},
		{"realms", custom("[SRC/]DST", routeRealms).like("1/2", "1/x"), "", Active, "realms of IPv4 traffic"},
		{"rto_min", timeMetric(metricRTOMin, 1), "", Active, "minimum retransmission timeout"},
		{"initcwnd", metric(11, all, false), "", Active, "initial congestion window"},
		{"initrwnd", metric(14, all, false), "", Active, "initial receive window"},
		{"features", custom("ecn", routeFeatures).like("ecn", "all"), "", Active, "the feature ecn"},
		{"quickack", metric(15, 1, false), "", Active, "acknowledge at once"},
		{"congctl", custom("[lock] NAME", routeCongestion).like("lock cubic", ""), "", Active, "congestion control"},
		{"pref", custom("low|medium|high|NUM", routePreference).like("high", "best"), "", Active, "IPv6 router preference"},
		{"ttl-propagate", custom("enabled|disabled", routeTTLPropagate).like("disabled", "off"), "", Active, "propagation of TTL into MPLS"},
		{"fastopen_no_cookie", metric(17, 1, false), "", Active, "TCP fast open without cookie"},
		{"add", routeMode(RouteAdd), "prepend", Active, "fail if there is an equal route"},
		{"prepend", routeMode(RoutePrepend), "prepend", Active, "before equal routes"},
		{"append", routeMode(RouteAppend), "prepend", Active, "behind equal routes"},
		{"as", custom("[to] ADDRESS", routeAs).like("to 192.0.2.1"), "", Active, "accepted and ignored"},
		{"nexthop", custom("via [inet|inet6] A [dev IF] [weight 1..256] [onlink] [encap ..] [realms ..], repeated; must be last", readNextHops).like("via 192.0.2.2 weight 3 nexthop dev eth1", "via 192.0.2.2 mtu 7"), "", Active, "multipath"},
		{"no_track", flag(func(r *routeEntry) *bool { return &r.NoTrack }), "off", Active, "not put back when it disappears"},
		{"track_group", word("GROUP", func(r *routeEntry) *string { return &r.TrackGroup }).like("TG", ""), "", Known, "instances that depend on a static object"},
		{"vrf", ifname(func(r *routeEntry) *string { return &r.VRF }), "", Active, "use the table of that VRF"},
	}
}

// ruleRows are the words of a rule.
func ruleRows() []row {
	table := custom("ID|NAME (not 0)", ruleTable).like("100", "0")
	priority := ruleNumber(names{what: "preference", bits: 32}, "0..4294967295", func(r *ruleEntry, v uint64) { r.Priority, r.prioritised = uint32(v), true })
	tos := ruleNumber(tosNumbers, "NUM|NAME", func(r *ruleEntry, v uint64) { r.TOS = uint8(v) })
	prefixLength := ruleNumber(names{what: "prefix length", bits: 31}, "0..2147483647", func(r *ruleEntry, v uint64) { r.SuppressPrefixLength = new(uint32(v)) })
	group := ruleNumber(groupNumbers, "GROUP", func(r *ruleEntry, v uint64) { r.SuppressGroup = new(uint32(v)) })
	iif := ifname(func(r *ruleEntry) *string { return &r.IIF })
	return []row{
		{"inet", ruleFamily(ipv4), "IPv4", Active, "IPv4"},
		{"inet6", ruleFamily(ipv6), "IPv4", Active, "IPv6"},
		{"from", ruleSelector(func(r *ruleEntry) *selector { return &r.from }), "any", Active, "source that the entry is for"},
		{"to", ruleSelector(func(r *ruleEntry) *selector { return &r.to }), "any", Active, "destination selector"},
		{"table", table, "", Active, "action: look up table"},
		{"lookup", table, "", Active, "action: look up table"},
		{"not", flag(func(r *ruleEntry) *bool { return &r.Not }), "off", Active, "invert match"},
		{"preference", priority, "16384 counting down, with a complaint", Active, "rule priority"},
		{"order", priority, "16384 counting down, with a complaint", Active, "rule priority"},
		{"priority", priority, "16384 counting down, with a complaint", Active, "rule priority"},
		{"tos", tos, "0", Active, "type of service of IPv4"},
		{"dsfield", tos, "0", Active, "the same as tos"},
		{"fwmark", custom("N[/MASK]", ruleMark).like("1/0xff", "x"), "", Active, "mark selector"},
		{"realms", custom("[SRC/]DST", ruleRealms).like("1/2", "1/x"), "", Active, "realms of IPv4 traffic"},
		{"suppress_prefixlength", prefixLength, "-1", Active, "ignore results of the table with a prefix of up to this length"},
		{"sup_pl", prefixLength, "-1", Active, "the same as suppress_prefixlength"},
		{"suppress_ifgroup", group, "", Active, "ignore results of the table through interfaces of this group"},
		{"sup_group", group, "", Active, "the same as suppress_ifgroup"},
		{"dev", iif, "", Active, "input interface"},
		{"iif", iif, "", Active, "input interface"},
		{"oif", ifname(func(r *ruleEntry) *string { return &r.OIF }), "", Active, "output interface"},
		{"tunnel-id", ruleNumber(names{what: "tunnel id", bits: 64}, "N", func(r *ruleEntry, v uint64) { r.TunnelID = v }), "", Active, "tunnel id to match"},
		{"uidrange", custom("A-B", ruleUIDs).like("5-9", "9-5"), "", Active, "range of user ids to match"},
		{"l3mdev", ruleAction(RuleL3MDev), "", Active, "action: look up the table of the packet's VRF"},
		{"protocol", ruleNumber(protocolNumbers, "NAME|0..255", func(r *ruleEntry, v uint64) { r.Protocol = uint8(v) }), "18", Active, "who the entry belongs to; keepalived (18) unless no_track"},
		{"ipproto", ruleNumber(ipNumbers, "NAME|NUM", func(r *ruleEntry, v uint64) { r.IPProto = uint8(v) }), "", Active, "IP protocol to match"},
		{"sport", rulePorts(func(r *ruleEntry) *PortRange { return &r.SPort }), "", Active, "source port range"},
		{"dport", rulePorts(func(r *ruleEntry) *PortRange { return &r.DPort }), "", Active, "destination port range"},
		{"type", custom("ACTION", func(*cursor, *ruleEntry) {}).like(""), "", Active, "may stand before an action"},
		{"goto", custom("PRIORITY", ruleGoto).like("200", "5"), "", Active, "action; needs own preference lower than target"},
		{"nop", ruleAction(RuleNop), "", Active, "action none"},
		{"blackhole", ruleAction(RuleBlackhole), "", Active, "action: drop"},
		{"prohibit", ruleAction(RuleProhibit), "", Active, "action: drop, with an ICMP error"},
		{"unreachable", ruleAction(RuleUnreachable), "", Active, "action: drop, with an ICMP error"},
		{"no_track", flag(func(r *ruleEntry) *bool { return &r.NoTrack }), "off", Active, "not put back when it disappears"},
		{"track_group", word("GROUP", func(r *ruleEntry) *string { return &r.TrackGroup }).like("TG", ""), "", Known, "instances that depend on a static object"},
	}
}
