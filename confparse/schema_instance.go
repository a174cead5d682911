package confparse

import (
	"math"
	"time"
)

// instanceRows are the keywords of vrrp_instance.
func instanceRows() []row {
	return []row{
		{"use_vmac", custom("[[name] INTERFACE] [MAC] [netlink_notify_msg] [group ID]", useVMAC).like("vrrp51 02:00:5e:10:01:33", "01:00:5e:00:01:33"), "off; name vrrp.VRID", Active, "adverts and addresses use the virtual MAC 00:00:5e:00:01:VRID, on an interface of its own"},
		{"use_vmac_addr", flag(func(i *instance) *bool { return &i.VMACAddresses }), "off", Active, "virtual addresses on other interfaces get a virtual MAC too"},
		{"vmac_xmit_base", flag(func(i *instance) *bool { return &i.VMACXmitBase }), "off (forced on with unicast)", Active, "adverts go through the parent interface in spite of use_vmac"},
		{"use_ipvlan", custom("[[name] INTERFACE] [ADDRESS] [bridge|private|vepa] [group ID]", useIPVLAN).like("name ipvl51 192.0.2.40/24 private", "a-name-that-is-too-long 192.0.2.40"), "off; bridge", Active, "adverts go through an ipvlan interface on top, from an address of its own (required for IPv4)"},
		{"unicast_peer", list("ADDRESS [min_ttl 0..255] [max_ttl 0..255]", newBlock("vrrp_instance.unicast_peer", peerRows()), peer).like("192.0.2.12", "192.0.2"), "multicast", Active, "adverts go to these addresses instead of a multicast group"},
		{"unicast_fault_no_peer", custom("", func(c *cursor, i *instance) { i.unicastWord(c.n.pos()); i.UnicastNoPeer = true }).like(""), "off", Known, "without peers, FAULT instead of multicast"},
		{"check_unicast_src", custom("", func(c *cursor, i *instance) { i.unicastWord(c.n.pos()); i.CheckUnicastSource = true }).like(""), "off", Active, "accept adverts from the peers only"},
		{"old_unicast_checksum", custom("[never]", oldChecksum).like("never", "always"), "auto-detect", Active, "VRRPv3 unicast checksum of very old keepalived versions"},
		{"native_ipv6", custom("", nativeIPv6).like(""), "off", Active, "use IPv6, and therefore version 3; the addresses say it by themselves"},
		{"state", custom("MASTER|BACKUP", state).like("MASTER", "SLAVE"), "from priority (255 = MASTER)", Active, "the state wished for at the start; the priority decides soon after"},
		{"interface", ifname(func(i *instance) *string { return &i.Interface }), "required unless unicast with unicast_src_ip", Active, "where adverts are sent and received, and addresses set unless they have a dev"},
		{"vrf", ifname(func(i *instance) *string { return &i.VRF }), "", Known, "VRF of a unicast instance without interface"},
		{"dont_track_primary", flag(func(i *instance) *bool { return &i.NoTrackPrimary }), "off", Known, "the loss of its own interface is no fault"},
		{"track_interface", trackInterfaces("vrrp_instance.track_interface", func(i *instance) *Trackers { return &i.Trackers }), "weight 0", Active, "other interfaces whose loss is a fault, or changes the priority"},
		{"track_script", trackScripts("vrrp_instance.track_script", func(i *instance) *Trackers { return &i.Trackers }), "weight of script", Active, "scripts whose failure is a fault, or changes the priority; defined before"},
		{"track_file", trackFiles("vrrp_instance.track_file", func(i *instance) *Trackers { return &i.Trackers }), "weight of track_file (1)", Active, "files whose number changes the priority; defined before"},
		{"track_process", trackProcesses("vrrp_instance.track_process", func(i *instance) *Trackers { return &i.Trackers }), "weight of process (0)", Active, "processes whose absence is a fault, or changes the priority; defined before"},
		{"track_bfd", trackBFDs("vrrp_instance.track_bfd", func(i *instance) *Trackers { return &i.Trackers }), "weight of bfd (0)", Refused, "BFD sessions whose loss is a fault, or changes the priority; defined before"},
		{"mcast_src_ip", custom("ADDRESS", multicastSource).like("192.0.2.10", "eth0"), "primary address of interface", Active, "source address of adverts"},
		{"unicast_src_ip", custom("ADDRESS", unicastSource).like("192.0.2.10", "eth0"), "primary address of interface", Active, "source address of unicast adverts"},
		{"mcast_dst_ip", custom("MULTICAST ADDRESS", multicastGroup).like("224.0.0.99", "192.0.2.1"), "vrrp_mcast_group4/6", Active, "multicast group of this instance"},
		{"track_src_ip", flag(func(i *instance) *bool { return &i.TrackSource }), "off", Known, "the loss of the configured source address is a fault"},
		{"virtual_router_id", number(1, 255, func(i *instance) *uint8 { return &i.VRID }).like("51", "256"), "required", Active, "number of the virtual router: the same on all nodes, and used once per network"},
		{"unicast_ttl", number(0, 255, func(i *instance) *int { return &i.UnicastTTL }).like("64", "256"), "255 (IPv6: kernel)", Active, "TTL of unicast adverts"},
		{"version", number(2, 3, func(i *instance) *uint8 { return &i.Version }), "vrrp_version", Active, "version of VRRP; IPv6 has only 3"},
		{"priority", custom("1..255", priority).like("150", "256"), "100 (255 if state MASTER and no priority)", Active, "the highest becomes master; 255 owns the addresses and always preempts"},
		{"advert_int", decimal(10*time.Millisecond, 255*time.Second, time.Microsecond, func(i *instance) *time.Duration { return &i.AdvertInterval }), "1", Active, "time between adverts: whole seconds for version 2, hundredths up to 40.95 for version 3"},
		{"virtual_ipaddress", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("vrrp_instance.virtual_ipaddress", addressRows(), virtualAddressRows()), virtualAddress).like("192.0.2.100/24", "192.0.2.100/33"), "v3/strict: at least one", Active, "addresses that the master holds, and that adverts carry; all of one family"},
		{"virtual_ipaddress_excluded", list("ADDRESS[/PREFIX] [OPTION ...]", newBlock("vrrp_instance.virtual_ipaddress_excluded", addressRows(), virtualAddressRows()), excludedAddress).like("192.0.2.101/24", "none"), "", Active, "addresses that the master holds, and that adverts do not carry; of either family"},
		{"no_virtual_ipaddress", judged(flag(func(i *instance) *bool { return &i.NoVIP })), "off", Refused, "it is on purpose that there is no address"},
		{"promote_secondaries", flag(func(i *instance) *bool { return &i.PromoteSecondaries }), "off", Known, "a secondary address becomes primary when the primary is removed (sysctl)"},
		{"linkbeat_use_polling", flag(func(i *instance) *bool { return &i.LinkPolling }), "off", Deprecated, "write a linkbeat_interfaces block"},
		{"v3_checksum_as_v2", boolean(func(i *instance) *bool { return &i.V3ChecksumAsV2 }), "global", Active, "checksum of IPv4 version 3 adverts without pseudo header"},
		{"virtual_routes", list("ROUTE", newBlock("vrrp_instance.virtual_routes", routeRows()), virtualRoute), "", Active, "routes that the master holds"},
		{"virtual_rules", list("RULE", newBlock("vrrp_instance.virtual_rules", ruleRows()), virtualRule), "", Active, "rules that the master holds"},
		{"accept", flag(func(i *instance) *bool { return &i.Accept }), "true unless strict_mode", Active, "take packets for the virtual addresses"},
		{"no_accept", flagAs(func(i *instance) *bool { return &i.Accept }, false), "see accept", Active, "drop packets for the virtual addresses, unless it owns them"},
		{"skip_check_adv_addr", boolean(func(i *instance) *bool { return &i.SkipCheckAdvertAddrs }), "global", Active, "compare the addresses of adverts only when the master changes"},
		{"strict_mode", boolean(func(i *instance) *bool { return &i.Strict }), "vrrp_strict", Active, "the RFC without extensions: no answer to lesser routers, no unicast, no authentication, and no packets for the addresses"},
		{"preempt", flagAs(func(i *instance) *bool { return &i.NoPreempt }, false), "on", Active, "take over from a lower-priority master, which is the default"},
		{"nopreempt", flag(func(i *instance) *bool { return &i.NoPreempt }), "off", Active, "leave the role to a master of lower priority; needs state BACKUP on all nodes"},
		{"preempt_delay", decimal(0, 1000*time.Second, time.Microsecond, func(i *instance) *time.Duration { return &i.PreemptDelay }), "0", Active, "how long to leave the role to a master of lower priority"},
		{"debug", number(0, 4, func(i *instance) *int { return &i.Debug }), "0", Active, "accepted; it has never had an effect"},
		{"notify_backup", script(func(i *instance) **Command { return &i.Notify.Backup }), "", Active, "runs on becoming backup, with its own arguments only"},
		{"notify_master", script(func(i *instance) **Command { return &i.Notify.Master }), "", Active, "runs on becoming master, with its own arguments only"},
		{"notify_fault", script(func(i *instance) **Command { return &i.Notify.Fault }), "", Active, "runs on entering fault, with its own arguments only"},
		{"notify_stop", script(func(i *instance) **Command { return &i.Notify.Stop }), "", Active, "runs at shutdown, with its own arguments only"},
		{"notify_deleted", custom("[SCRIPT [USER [[:]GROUP]]]", notifyDeleted).like("/etc/keepalived/deleted.sh"), "FAULT is reported instead", Active, "runs when a reload removes the instance, which is then reported as DELETED"},
		{"notify", script(func(i *instance) **Command { return &i.Notify.Any }), "", Active, "runs on every transition, with INSTANCE NAME STATE PRIORITY behind its own arguments"},
		{"notify_master_rx_lower_pri", script(func(i *instance) **Command { return &i.Notify.MasterRxLowerPri }), "", Known, "runs when a master hears an advert of lower priority"},
		{"smtp_alert", boolean(func(i *instance) *bool { return &i.SMTPAlert }), "smtp_alert_vrrp, smtp_alert, false", Active, "mail on transitions"},
		{"notify_priority_changes", custom("[on|off|true|false|yes|no]", priorityChanges).like("on", "maybe"), "group, then global", Known, "lines about changed priorities in the FIFO"},
		{"lvs_sync_daemon_interface", ifname(func(i *instance) *string { return &i.SyncInterface }), "", Deprecated, "write lvs_sync_daemon in global_defs"},
		{"garp_master_delay", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.MasterDelay }), "global 5", Active, "second batch of gratuitous ARP so long after becoming master; 0: none"},
		{"garp_master_refresh", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.MasterRefresh }), "global 0", Active, "gratuitous ARP so often while master; 0: never"},
		{"garp_master_repeat", repeat(func(i *instance) *int { return &i.GARP.MasterRepeat }), "global 5", Active, "gratuitous ARPs per address and batch"},
		{"garp_master_refresh_repeat", repeat(func(i *instance) *int { return &i.GARP.MasterRefreshRepeat }), "global 1", Active, "gratuitous ARPs per address and refresh"},
		{"garp_lower_prio_delay", seconds(0, 4294, func(i *instance) *time.Duration { return &i.GARP.LowerPrioDelay }), "global (strict: 0)", Active, "second batch so long after an advert of lower priority"},
		{"garp_lower_prio_repeat", number(0, 1<<31-1, func(i *instance) *int { return &i.GARP.LowerPrioRepeat }), "global (strict: 0)", Active, "gratuitous ARPs after an advert of lower priority; 0: none"},
		{"down_timer_adverts", number(1, 100, func(i *instance) *int { return &i.DownTimerAdverts }), "global 3", Active, "adverts that may be missing before a backup takes over"},
		{"timer_expired_backup", custom("[1..254]", timerExpired).like("200", "255"), "0 (254 if no value)", Active, "with nopreempt: step down if the process was late so long that another master may exist"},
		{"thread_timer_expired", custom("[1..254]", timerExpired).like("200", "255"), "", Deprecated, "write timer_expired_backup"},
		{"garp_extra_if", extraGARP(0, func(i *instance) *ExtraGARP { return &i.ExtraGARP }), "global", Active, "gratuitous ARP so often on the other interfaces that have addresses; 0: never"},
		{"vmac_garp_intvl", extraGARP(0, func(i *instance) *ExtraGARP { return &i.ExtraGARP }), "", Deprecated, "write garp_extra_if"},
		{"lower_prio_no_advert", boolean(func(i *instance) *bool { return &i.LowerPrioNoAdvert }), "global false (strict: true)", Active, "a master does not answer adverts of lower priority"},
		{"higher_prio_send_advert", boolean(func(i *instance) *bool { return &i.HigherPrioSendAdvert }).like("off", "maybe"), "global true (keepalived: false)", Active, "a master sends one more advert before it yields"},
		{"owner_ignore_adverts", boolean(func(i *instance) *bool { return &i.OwnerIgnoreAdverts }), "global false (strict: true)", Active, "a router with priority 255 ignores adverts"},
		{"kernel_rx_buf_size", number(1, math.MaxInt32, func(i *instance) *int { return &i.ReceiveBuffer }), "policy", Known, "receive buffer of the socket"},
		{"authentication", within[instance](newBlock("vrrp_instance.authentication", authRows())), "", Active, "authentication of VRRP version 2"},
		{"auth_hmac", section("", newBlock("vrrp_instance.auth_hmac", hmacRows()), openHMAC, closeHMAC).like(""), "", Active, "authentication by HMAC-SHA256, an extension of keepalived 2.4"},
	}
}

// authRows are the keywords of authentication.
func authRows() []row {
	return []row{
		{"auth_type", custom("PASS|AH", authType).like("PASS", "MD5"), "", Active, "PASS is a plain password in every packet, AH a keyed digest; version 2 only"},
		{"auth_pass", custom("PASSWORD", authPass).like(`"s3cr#t"`, ""), "", Active, "the password, of which the first 8 bytes count; quote it if it contains # or !"},
		{"auth_pass_file", custom("PATH|CREDENTIAL", authPassFile).like("/etc/keepalived/vrrp.pass", ""), "", Active, "the password is in a file, or, by a name without slash, in a systemd credential (not in keepalived)"},
	}
}

// hmacRows are the keywords of auth_hmac.
func hmacRows() []row {
	return []row{
		{"key", custom("ID TEXT|hex:DIGITS|file:PATH, of 32..64 bytes", hmacKey).like("1 hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "1 short"), "required", Active, "signing key, several allowed"},
		{"active_key", number(1, 255, func(i *HMAC) *uint8 { return &i.Active }).like("1", "256"), "required", Active, "key used for sending; unknown id disables the extension"},
		{"time_window", seconds(1, 300, func(i *HMAC) *time.Duration { return &i.Window }), "clamp(3*advert_int,5,300)", Active, "accepted clock difference in time mode"},
		{"anti_replay", custom("time|monotonic", antiReplay).like("monotonic", "none"), "time", Active, "replay protection mode"},
		{"mode", custom("enforce|permissive|receive-only", hmacMode).like("permissive", "off"), "enforce", Active, "migration behaviour"},
	}
}

// peerRows are the options of an entry of unicast_peer.
func peerRows() []row {
	return []row{
		{"min_ttl", number(0, 255, func(p *Peer) *int { return &p.MinTTL }), "0", Active, "lowest TTL or hop limit accepted from the peer"},
		{"max_ttl", number(0, 255, func(p *Peer) *int { return &p.MaxTTL }), "255", Active, "highest TTL or hop limit accepted from the peer"},
	}
}

// syncGroupRows are the keywords of vrrp_sync_group.
func syncGroupRows() []row {
	return []row{
		{"group", wordsOf("INSTANCE", newBlock("vrrp_sync_group.group"), groupMember).like("VI_1 VI_2"), "required", Active, "members (may be defined later in the file); group without members removed; one member only = warning"},
		{"track_interface", trackInterfaces("vrrp_sync_group.track_interface", func(g *SyncGroup) *Trackers { return &g.Trackers }), "weight 0", Active, "other interfaces whose loss is a fault, or changes the priority"},
		{"track_script", trackScripts("vrrp_sync_group.track_script", func(g *SyncGroup) *Trackers { return &g.Trackers }), "weight of script", Active, "scripts whose failure is a fault, or changes the priority; defined before"},
		{"track_file", trackFiles("vrrp_sync_group.track_file", func(g *SyncGroup) *Trackers { return &g.Trackers }), "weight of file", Active, "files whose number changes the priority; defined before"},
		{"track_process", trackProcesses("vrrp_sync_group.track_process", func(g *SyncGroup) *Trackers { return &g.Trackers }), "weight of process", Active, "processes whose absence is a fault, or changes the priority; defined before"},
		{"track_bfd", trackBFDs("vrrp_sync_group.track_bfd", func(g *SyncGroup) *Trackers { return &g.Trackers }), "weight of bfd", Refused, "BFD sessions whose loss is a fault, or changes the priority; defined before"},
		{"notify_backup", script(func(g *SyncGroup) **Command { return &g.Notify.Backup }), "", Active, "runs on becoming backup, with its own arguments only"},
		{"notify_master", script(func(g *SyncGroup) **Command { return &g.Notify.Master }), "", Active, "runs on becoming master, with its own arguments only"},
		{"notify_fault", script(func(g *SyncGroup) **Command { return &g.Notify.Fault }), "", Active, "runs on entering fault, with its own arguments only"},
		{"notify_stop", script(func(g *SyncGroup) **Command { return &g.Notify.Stop }), "", Active, "runs at shutdown, with its own arguments only"},
		{"notify", script(func(g *SyncGroup) **Command { return &g.Notify.Any }), "", Active, "runs on every transition, with GROUP NAME STATE 0 behind its own arguments"},
		{"smtp_alert", boolean(func(g *SyncGroup) *bool { return &g.SMTPAlert }), "smtp_alert_vrrp, smtp_alert, false", Active, "mail on transitions"},
		{"global_tracking", flag(func(g *SyncGroup) *bool { return &g.TrackingWeight }), "off", Deprecated, "write sync_group_tracking_weight"},
		{"sync_group_tracking_weight", flag(func(g *SyncGroup) *bool { return &g.TrackingWeight }), "off", Active, "weights of trackers count in a group, for all members; here they always do"},
		{"notify_priority_changes", custom("[on|off|true|false|yes|no]", groupPriorityChanges).like("on", "maybe"), "global", Known, "lines about changed priorities in the FIFO"},
	}
}
