package confparse

import "time"

// instanceRows are the keywords of vrrp_instance.
func instanceRows() []row {
	return []row{
		{"use_vmac", custom("[[name] INTERFACE] [MAC] [netlink_notify_msg] [group ID]", useVMAC), "off; name vrrp.VRID", Known, "private macvlan with 00:00:5e:00:{01|02}:VRID carries VIPs and adverts"},
		{"use_vmac_addr", args{}, "off", Known, "also make vmacs for VIPs on other interfaces/families"},
		{"vmac_xmit_base", args{}, "off (forced on with unicast)", Known, "send/receive adverts on parent interface"},
		{"use_ipvlan", form("[[name] INTERFACE] [ADDR] [bridge|private|vepa] [group ID]"), "off; bridge", Known, "L2 ipvlan instead of macvlan; IPv4 needs an address"},
		{"unicast_peer", list("ADDRESS [min_ttl 0..255] [max_ttl 0..255]", newBlock("vrrp_instance.unicast_peer", peerRows()), peer), "multicast", Active, "send adverts to these addresses; see unicast_peer rows"},
		{"unicast_fault_no_peer", flag(func(i *instance) *bool { return &i.UnicastNoPeer }), "off", Known, "FAULT instead of falling back to multicast if no peers"},
		{"check_unicast_src", flag(func(i *instance) *bool { return &i.CheckUnicastSource }), "off", Known, "only accept adverts from peers"},
		{"old_unicast_checksum", form("[never]"), "auto-detect", Known, "VRRPv3 unicast checksum of very old keepalived versions"},
		{"native_ipv6", custom("", nativeIPv6), "off", Active, "force IPv6 + version 3 (obsolete)"},
		{"state", custom("MASTER|BACKUP", state), "from priority (255 = MASTER)", Active, "initial state; MASTER cannot be changed back to BACKUP by a later line"},
		{"interface", ifname(func(i *instance) *string { return &i.Interface }), "required unless unicast with unicast_src_ip", Active, "VRRP interface; nonexistent is fatal unless dynamic_interfaces"},
		{"vrf", form("INTERFACE"), "", Known, "VRF for unicast instance without interface"},
		{"dont_track_primary", flag(func(i *instance) *bool { return &i.NoTrackPrimary }), "off", Known, "ignore faults of own interface"},
		{"track_interface", list("INTERFACE [weight N [reverse]]", newBlock("vrrp_instance.track_interface", trackInterfaceRows()), func(c *cursor, i *instance) { c.trackInterface(&i.TrackInterfaces) }), "weight 0", Active, "additional interfaces; own interface is ignored with a message"},
		{"track_script", list("SCRIPT [weight N [reverse|noreverse]]", newBlock("vrrp_instance.track_script", trackScriptRows()), func(c *cursor, i *instance) { c.trackScript(&i.TrackScripts) }), "weight of script", Active, "vrrp_script must be defined earlier"},
		{"track_file", rawList("FILE [weight -254..254 [reverse|noreverse]]", newBlock("vrrp_instance.track_file")), "weight of track_file (1)", Known, "track_file must be defined earlier"},
		{"track_process", rawList("PROCESS [weight -254..254 [reverse|noreverse]]", newBlock("vrrp_instance.track_process")), "weight of process (0)", Known, "vrrp_track_process must be defined earlier"},
		{"track_bfd", rawList("BFD [weight -253..253 [reverse|noreverse]]", newBlock("vrrp_instance.track_bfd")), "weight of bfd (0)", Known, "bfd_instance must be defined earlier"},
		{"mcast_src_ip", custom("ADDRESS", multicastSource), "primary address of interface", Active, "source address of adverts"},
		{"unicast_src_ip", custom("ADDRESS", unicastSource), "primary address of interface", Active, "same, and marks instance as unicast-configured"},
		{"mcast_dst_ip", custom("MULTICAST ADDRESS", multicastGroup), "vrrp_mcast_group4/6", Active, "own destination group"},
		{"track_src_ip", flag(func(i *instance) *bool { return &i.TrackSource }), "off", Known, "FAULT when the configured source address is removed"},
		{"virtual_router_id", number(1, 255, func(i *instance) *uint8 { return &i.VRID }), "required", Active, "VRID"},
		{"unicast_ttl", number(0, 255, func(i *instance) *int { return &i.UnicastTTL }), "255 (IPv6: kernel)", Known, "TTL of unicast adverts; without peers reset to 0 with a message"},
		{"version", number(2, 3, func(i *instance) *uint8 { return &i.Version }), "vrrp_version", Active, "protocol version; conflicting value ignored"},
		{"priority", custom("1..255", priority), "100 (255 if state MASTER and no priority)", Active, "255 = address owner; bad value gives 100"},
		{"advert_int", decimal(10*time.Millisecond, 255*time.Second, time.Microsecond, func(i *instance) *time.Duration { return &i.AdvertInterval }), "1", Active, "v2: rounded to whole seconds, 1..255; v3: 0.01..40.95, 10 ms steps"},
		{"virtual_ipaddress", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("vrrp_instance.virtual_ipaddress", addressRows(), virtualAddressRows()), virtualAddress), "v3/strict: at least one", Active, "VIPs carried in adverts"},
		{"virtual_ipaddress_excluded", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("vrrp_instance.virtual_ipaddress_excluded", addressRows(), virtualAddressRows()), excludedAddress), "", Active, "VIPs not carried in adverts; any family"},
		{"no_virtual_ipaddress", flag(func(i *instance) *bool { return &i.NoVIP }), "off", Active, "no VIPs is intended"},
		{"promote_secondaries", flag(func(i *instance) *bool { return &i.PromoteSecondaries }), "off", Known, "set sysctl on interface (always on for vmacs)"},
		{"linkbeat_use_polling", args{}, "off", Deprecated, "write a linkbeat_interfaces block"},
		{"v3_checksum_as_v2", boolean(func(i *instance) *bool { return &i.V3ChecksumAsV2 }), "global", Known, "IPv4 v3 checksum without pseudo header"},
		{"virtual_routes", rawList("ROUTE", newBlock("vrrp_instance.virtual_routes", routeRows())), "", Known, "routes present while MASTER"},
		{"virtual_rules", rawList("RULE", newBlock("vrrp_instance.virtual_rules", ruleRows())), "", Known, "rules present while MASTER"},
		{"accept", flag(func(i *instance) *bool { return &i.Accept }), "true unless strict_mode", Active, "accept packets to VIPs"},
		{"no_accept", flagAs(func(i *instance) *bool { return &i.Accept }, false), "see accept", Known, "drop packets to VIPs unless priority 255 (nft/iptables)"},
		{"skip_check_adv_addr", boolean(func(i *instance) *bool { return &i.SkipCheckAdvertAddrs }), "global", Known, "see vrrp_skip_check_adv_addr"},
		{"strict_mode", boolean(func(i *instance) *bool { return &i.Strict }), "vrrp_strict", Known, "strict RFC compliance"},
		{"preempt", flagAs(func(i *instance) *bool { return &i.NoPreempt }, false), "on", Active, "take over from a lower-priority master, which is the default"},
		{"nopreempt", flag(func(i *instance) *bool { return &i.NoPreempt }), "off", Active, "do not take over from a lower priority master"},
		{"preempt_delay", decimal(0, 1000*time.Second, time.Microsecond, func(i *instance) *time.Duration { return &i.PreemptDelay }), "0", Known, "keep following a lower-priority master for this long"},
		{"debug", number(0, 4, func(i *instance) *int { return &i.Debug }), "0", Active, "no effect"},
		{"notify_backup", script(func(i *instance) **Command { return &i.Notify.Backup }), "", Active, "run on BACKUP"},
		{"notify_master", script(func(i *instance) **Command { return &i.Notify.Master }), "", Active, "run on MASTER"},
		{"notify_fault", script(func(i *instance) **Command { return &i.Notify.Fault }), "", Active, "run on FAULT"},
		{"notify_stop", script(func(i *instance) **Command { return &i.Notify.Stop }), "", Active, "run at shutdown (1 s limit)"},
		{"notify_deleted", custom("[SCRIPT [USER [[:]GROUP]]]", notifyDeleted), "FAULT is reported instead", Known, "instance removed by reload reports DELETED"},
		{"notify", script(func(i *instance) **Command { return &i.Notify.Any }), "", Active, "run on every change with args INSTANCE name STATE PRIO"},
		{"notify_master_rx_lower_pri", script(func(i *instance) **Command { return &i.Notify.MasterRxLowerPri }), "", Known, "run when a master receives a lower-priority advert (no extra args)"},
		{"smtp_alert", boolean(func(i *instance) *bool { return &i.SMTPAlert }), "smtp_alert_vrrp, smtp_alert, false", Known, "mail on state change"},
		{"notify_priority_changes", form("[on|off|true|false|yes|no]"), "group, then global", Known, "priority lines on FIFO"},
		{"lvs_sync_daemon_interface", form("INTERFACE"), "", Deprecated, "write lvs_sync_daemon in global_defs"},
		{"garp_master_delay", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.MasterDelay }), "global 5", Active, "second batch delay"},
		{"garp_master_refresh", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.MasterRefresh }), "global 0", Active, "refresh period"},
		{"garp_master_repeat", repeat(func(i *instance) *int { return &i.GARP.MasterRepeat }), "global 5", Active, "rounds per batch"},
		{"garp_master_refresh_repeat", repeat(func(i *instance) *int { return &i.GARP.MasterRefreshRepeat }), "global 1", Active, "rounds per refresh"},
		{"garp_lower_prio_delay", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.LowerPrioDelay }), "global (strict: 0)", Known, "second batch after lower-prio advert"},
		{"garp_lower_prio_repeat", number(0, 1<<31-1, func(i *instance) *int { return &i.GARP.LowerPrioRepeat }), "global (strict: 0)", Known, "rounds after lower-prio advert"},
		{"down_timer_adverts", number(1, 100, func(i *instance) *int { return &i.DownTimerAdverts }), "global 3", Active, "advert intervals in master down timer"},
		{"timer_expired_backup", form("[1..254]"), "0 (254 if no value)", Known, "with nopreempt: step down if the process was late so long that another master may exist"},
		{"thread_timer_expired", form("as timer_expired_backup"), "", Deprecated, "write timer_expired_backup"},
		{"garp_extra_if", form("[all] SECONDS 0..86400"), "global", Known, "see vrrp_garp_extra_if; 0 = off"},
		{"vmac_garp_intvl", form("as garp_extra_if"), "", Deprecated, "write garp_extra_if"},
		{"lower_prio_no_advert", boolean(func(i *instance) *bool { return &i.LowerPrioNoAdvert }), "global false (strict: true)", Active, "do not answer a lower-priority advert at once"},
		{"higher_prio_send_advert", boolean(func(i *instance) *bool { return &i.HigherPrioSendAdvert }), "global false", Known, "send one advert before yielding to a higher master"},
		{"owner_ignore_adverts", boolean(func(i *instance) *bool { return &i.OwnerIgnoreAdverts }), "global false (strict: true)", Known, "a router with priority 255 ignores adverts"},
		{"kernel_rx_buf_size", form("BYTES"), "policy", Known, "socket receive buffer share"},
		{"authentication", within[instance](newBlock("vrrp_instance.authentication", authRows())), "", Active, "VRRPv2 authentication (dropped for v3 and strict)"},
		{"auth_hmac", checked("", newBlock("vrrp_instance.auth_hmac", hmacRows())), "", Known, "2.4 extension: HMAC-SHA256 trailer"},
	}
}

// authRows are the keywords of authentication.
func authRows() []row {
	return []row{
		{"auth_type", custom("PASS|AH", authType), "", Active, "PASS is a plain password in every packet; AH is not supported over IPv6"},
		{"auth_pass", custom("PASSWORD", authPass), "", Active, "the password, of which the first 8 bytes count; quote it if it contains # or !"},
	}
}

// hmacRows are the keywords of auth_hmac.
func hmacRows() []row {
	return []row{
		{"key", form("ID 1..255 VALUE: text | hex:HEX | file:PATH, 32..64 bytes"), "required", Known, "signing key, several allowed"},
		{"active_key", form("ID"), "required", Known, "key used for sending; unknown id disables the extension"},
		{"time_window", form("1..300 s"), "clamp(3*advert_int,5,300)", Known, "accepted clock difference in time mode"},
		{"anti_replay", form("time|monotonic"), "time", Known, "replay protection mode"},
		{"mode", form("enforce|permissive|receive-only"), "enforce", Known, "migration behaviour"},
	}
}

// peerRows are the options of an entry of unicast_peer.
func peerRows() []row {
	return []row{
		{"min_ttl", number(0, 255, func(p *Peer) *int { return &p.MinTTL }), "0", Known, "lowest TTL or hop limit accepted from the peer"},
		{"max_ttl", number(0, 255, func(p *Peer) *int { return &p.MaxTTL }), "255", Known, "highest TTL or hop limit accepted from the peer"},
	}
}

// syncGroupRows are the keywords of vrrp_sync_group.
func syncGroupRows() []row {
	return []row{
		{"group", wordsOf("INSTANCE", newBlock("vrrp_sync_group.group"), groupMember), "required", Known, "members (may be defined later in the file); group without members removed; one member only = warning"},
		{"track_interface", list("INTERFACE [weight N [reverse]]", newBlock("vrrp_sync_group.track_interface", trackInterfaceRows()), func(c *cursor, g *SyncGroup) { c.trackInterface(&g.TrackInterfaces) }), "weight 0", Known, "applied to all members"},
		{"track_script", list("SCRIPT [weight N [reverse|noreverse]]", newBlock("vrrp_sync_group.track_script", trackScriptRows()), func(c *cursor, g *SyncGroup) { c.trackScript(&g.TrackScripts) }), "weight of script", Known, "applied to all members"},
		{"track_file", rawList("FILE [weight -254..254 [reverse|noreverse]]", newBlock("vrrp_sync_group.track_file")), "weight of file", Known, "applied to all members"},
		{"track_process", rawList("PROCESS [weight -254..254 [reverse|noreverse]]", newBlock("vrrp_sync_group.track_process")), "weight of process", Known, "applied to all members"},
		{"track_bfd", rawList("BFD [weight -253..253 [reverse|noreverse]]", newBlock("vrrp_sync_group.track_bfd")), "weight of bfd", Known, "applied to all members"},
		{"notify_backup", script(func(g *SyncGroup) **Command { return &g.Notify.Backup }), "", Known, "run on group to BACKUP"},
		{"notify_master", script(func(g *SyncGroup) **Command { return &g.Notify.Master }), "", Known, "run on group to MASTER"},
		{"notify_fault", script(func(g *SyncGroup) **Command { return &g.Notify.Fault }), "", Known, "run on group to FAULT"},
		{"notify_stop", script(func(g *SyncGroup) **Command { return &g.Notify.Stop }), "", Known, "run at shutdown"},
		{"notify", script(func(g *SyncGroup) **Command { return &g.Notify.Any }), "", Known, "run on every change with args GROUP name STATE 0"},
		{"smtp_alert", boolean(func(g *SyncGroup) *bool { return &g.SMTPAlert }), "smtp_alert_vrrp, smtp_alert, false", Known, "mail on group change"},
		{"global_tracking", flag(func(g *SyncGroup) *bool { return &g.TrackingWeight }), "off", Deprecated, "write sync_group_tracking_weight"},
		{"sync_group_tracking_weight", flag(func(g *SyncGroup) *bool { return &g.TrackingWeight }), "off", Known, "keep weighted trackers of members"},
		{"notify_priority_changes", form("[on|off|true|false|yes|no]"), "global", Known, "default for members"},
	}
}
