package confparse

// keywordNames are the keywords of fields that are named otherwise in Go, by
// type and field, or by the path that the fields of a struct in a struct have.
var keywordNames = map[string]string{
	"Config.StaticAddresses": "static_ipaddress", "Config.GARPGroups": "garp_group", "Config.TrackGroups": "track_group",
	"Config.LinkDelays": "interface_up_down_delays", "Config.Linkbeats": "linkbeat_interfaces", "Config.SSL": "SSL",
	"Config.Global": "global_defs",

	"Process.Namespace": "net_namespace", "Process.IPVSNamespace": "net_namespace_ipvs", "Process.IPSets": "namespace_with_ipsets",
	"Process.PIDDir": "use_pid_dir", "Process.ChildWait": "child_wait_time", "Process.LinkbeatPolled": "linkbeat_use_polling",

	"Global.Version": "vrrp_version", "Global.MulticastGroup4": "vrrp_mcast_group4", "Global.MulticastGroup6": "vrrp_mcast_group6",
	"Global.GARPInterval": "vrrp_garp_interval", "Global.GNAInterval": "vrrp_gna_interval", "Global.MinGARP": "vrrp_min_garp",
	"Global.StartupDelay": "vrrp_startup_delay", "Global.DelayAfterBoot": "vrrp_delay_after_boot",
	"Global.ScriptSecurity": "enable_script_security", "Global.SymlinkPaths": "use_symlink_paths",
	"Global.SupplementaryGroups": "set_supplementary_groups", "Global.AutoPriorityDelay": "min_auto_priority_delay",
	"Mail.To": "notification_email", "Mail.From": "notification_email_from", "Mail.Server": "smtp_server",
	"Mail.ConnectTimeout": "smtp_connect_timeout", "Mail.Helo": "smtp_helo_name", "Mail.NoFaults": "no_email_faults",
	"Mail.NoCheckers": "no_checker_emails", "Mail.CheckerAlert": "smtp_alert_checker",
	"Mail.TLS": "smtp_tls", "Mail.User": "smtp_user", "Mail.PasswordFile": "smtp_user",
	"NotifyScripts.Timeout": "notify_timeout", "NotifyScripts.Latest": "notify_latest",
	"LVS.Flush": "lvs_flush", "LVS.FlushOnStop": "lvs_flush_on_stop", "LVS.Sync": "lvs_sync_daemon",
	"LVS.LogAllFailures": "checker_log_all_failures", "LVS.InitNotifies": "rs_init_notifies",

	"Instance.VRID": "virtual_router_id", "Instance.IPv6": "native_ipv6", "Instance.AdvertInterval": "advert_int",
	"Instance.Auth": "authentication", "Auth.Type": "auth_type", "Auth.Password": "auth_pass",
	"Instance.Addresses": "virtual_ipaddress", "Instance.Excluded": "virtual_ipaddress_excluded",
	"Instance.NoVIP": "no_virtual_ipaddress", "Instance.Source": "unicast_src_ip", "Instance.TrackSource": "track_src_ip",
	"Instance.MulticastGroup": "mcast_dst_ip", "Instance.Peers": "unicast_peer", "Instance.UnicastNoPeer": "unicast_fault_no_peer",
	"Instance.NoTrackPrimary": "dont_track_primary", "Instance.NoPreempt": "nopreempt", "Instance.Routes": "virtual_routes",
	"Instance.Rules": "virtual_rules", "Instance.VMAC": "use_vmac", "Instance.VMACAddresses": "use_vmac_addr",
	"Instance.VMACXmitBase": "vmac_xmit_base", "Instance.IPVLAN": "use_ipvlan", "Instance.HMAC": "auth_hmac",
	"Instance.OldChecksum": "old_unicast_checksum", "Instance.ReceiveBuffer": "kernel_rx_buf_size",
	"Instance.LinkPolling": "linkbeat_use_polling", "Instance.SyncInterface": "lvs_sync_daemon_interface",

	"InstanceDefaults.Strict": "strict_mode", "InstanceDefaults.CheckUnicastSource": "check_unicast_src",
	"InstanceDefaults.SkipCheckAdvertAddrs": "skip_check_adv_addr", "InstanceDefaults.V3ChecksumAsV2": "v3_checksum_as_v2",
	"InstanceDefaults.SMTPAlert": "smtp_alert", "InstanceDefaults.ExtraGARP": "garp_extra_if",
	"InstanceDefaults.PriorityChanges": "notify_priority_changes",
	"GARP.MasterDelay":                 "garp_master_delay", "GARP.MasterRepeat": "garp_master_repeat", "GARP.MasterRefresh": "garp_master_refresh",
	"GARP.MasterRefreshRepeat": "garp_master_refresh_repeat", "GARP.LowerPrioDelay": "garp_lower_prio_delay",
	"GARP.LowerPrioRepeat": "garp_lower_prio_repeat",

	"Trackers.TrackInterfaces": "track_interface", "Trackers.TrackScripts": "track_script", "Trackers.TrackFiles": "track_file",
	"Trackers.TrackProcesses": "track_process", "Trackers.TrackBFDs": "track_bfd",
	"Notify.Any": "notify", "Notify.Master": "notify_master", "Notify.Backup": "notify_backup", "Notify.Fault": "notify_fault",
	"Notify.Stop": "notify_stop", "Notify.Deleted": "notify_deleted", "Notify.MasterRxLowerPri": "notify_master_rx_lower_pri",
	"Notify.ReportDeleted": "notify_deleted",

	"SyncGroup.Members": "group", "SyncGroup.SMTPAlert": "smtp_alert", "SyncGroup.TrackingWeight": "sync_group_tracking_weight",
	"SyncGroup.PriorityChanges": "notify_priority_changes",

	"Script.Command": "script", "TrackFile.Path": "file", "BFD.Neighbor": "neighbor_ip", "BFD.Source": "source_ip",

	"Address.Interface": "dev", "Address.Broadcast": "brd", "Address.VMAC": "use_vmac", "Address.DAD": "-nodad",
	"Address.ManageTempAddr": "mngtmpaddr", "Address.NoPrefixRoute": "noprefixroute", "Address.PreferredLifetime": "preferred_lft",
	"Hop.Interface": "dev",

	"VirtualServer.Scheduler": "lb_algo", "VirtualServer.Forwarding": "lb_kind", "lb_kind.method": "lb_kind", "VirtualServer.OnePacket": "ops",
	"VirtualServer.Suspend": "ha_suspend", "VirtualServer.Sorry": "sorry_server", "VirtualServer.Period": "delay_loop",
	"VirtualServer.SMTPAlert": "smtp_alert", "VirtualServer.VirtualHost": "virtualhost", "VirtualServer.SNMPName": "snmp_name",
	"VirtualServer.PersistenceMask": "persistence_granularity", "VirtualServer.PersistencePrefix": "persistence_granularity",
	"RealServer.Forwarding": "lvs_method", "lvs_method.method": "lvs_method", "RealServer.Upper": "uthreshold", "RealServer.Lower": "lthreshold",
	"RealServer.Inhibit": "inhibit_on_failure", "RealServer.Up": "notify_up", "RealServer.Down": "notify_down",
	"RealServer.SMTPAlert": "smtp_alert", "RealServer.VirtualHost": "virtualhost", "RealServer.SNMPName": "snmp_name",
	"CheckSchedule.Period": "delay_loop", "CheckSchedule.RetryDelay": "delay_before_retry",
}

// secret are settings that are not shown.
var secret = map[string]bool{"auth_pass": true, "SSL.password": true, "key": true}

// redundant are fields that follow from others, or are matched by themselves.
var redundant = map[string]bool{"Command.Argv": true, "VirtualServer.RealServers": true}

// references are types that others refer to by name: what changes in them is
// told where they are.
var references = map[string]bool{"Script": true, "TrackFile": true, "TrackProcess": true, "BFD": true, "ServerGroup": true}
