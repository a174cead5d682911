package confparse

// addressRows are the options of addresses.
func addressRows() []row {
	return []row{
		{"dev", custom("INTERFACE", addressDevice).like("eth1", "a-name-that-is-too-long"), "instance interface/vmac (static: default_interface)", Active, "interface that carries the address; may be given once"},
		{"scope", custom("global|site|link|host|nowhere|0..255", addressScope).like("link", "nearby"), "global", Active, "scope of an IPv4 address"},
		{"brd", custom("ADDRESS|+|-", addressBroadcast).like("+", "2001:db8::1"), "", Active, "IPv4 broadcast address; + sets the host bits, - clears them (prefix up to 30)"},
		{"broadcast", custom("ADDRESS|+|-", addressBroadcast).like("192.0.2.255", "x"), "", Active, "the same as brd"},
		{"label", custom("LABEL", addressLabel).like("eth0:1", "a-label-that-is-too-long"), "", Active, "label of an IPv4 address, such as eth0:1"},
		{"peer", custom("ADDRESS", addressPeer).like("192.0.2.9", "2001:db8::1"), "", Active, "the far end of a point-to-point link"},
		{"home", flag(func(a *addressEntry) *bool { return &a.Home }), "off", Active, "mark as a mobile home address"},
		{"-nodad", flag(func(a *addressEntry) *bool { return &a.DAD }), "NODAD is set by default on IPv6", Active, "do duplicate address detection, which is off by default"},
		{"mngtmpaddr", flag(func(a *addressEntry) *bool { return &a.ManageTempAddr }), "off", Active, "make temporary addresses from this one"},
		{"noprefixroute", flag(func(a *addressEntry) *bool { return &a.NoPrefixRoute }), "off", Active, "do not add the route of its prefix"},
		{"autojoin", flag(func(a *addressEntry) *bool { return &a.AutoJoin }), "off", Active, "join the multicast group that the address is"},
		{"no_track", flag(func(a *addressEntry) *bool { return &a.NoTrack }), "off", Active, "do not step down when the address disappears"},
		{"preferred_lft", custom("SECONDS|forever", addressLifetime).like("3600", "-1"), "0 (deprecated) for IPv6 /128, else forever", Active, "preferred lifetime of an IPv6 address"},
	}
}

// virtualAddressRows are the options that only virtual addresses have.
func virtualAddressRows() []row {
	return []row{
		{"use_vmac", flag(func(a *addressEntry) *bool { return &a.VMAC }), "off", Active, "put the address on a virtual MAC interface of its own"},
	}
}

// staticAddressRows are the options that only static addresses have.
func staticAddressRows() []row {
	return []row{
		{"track_group", word("GROUP", func(a *addressEntry) *string { return &a.TrackGroup }).like("TG", ""), "", Known, "instances that depend on the object"},
	}
}
