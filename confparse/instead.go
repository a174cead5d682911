package confparse

import "strings"

// oneProcess is why much of what keepalived does for its three processes is not
// needed.
const oneProcess = "leave it out: there is one process, "

// noBFD is what there is in place of BFD.
const noBFD = "leave it out, and let advert_int be short instead: version 3 goes down to 0.01 s"

// insteadIn is what to do without the Known keywords of some blocks, by a part of
// their path; instead by their name. Where an order matters, the block counts.
var insteadIn = map[string]string{
	"bfd_instance": noBFD, "track_bfd": noBFD, "BFD_CHECK": "write TCP_CHECK with a short delay_loop",
	"linkbeat_interfaces": "leave it out: the kernel tells of the link at once",
	"track_group":         "put the address, route or rule into a vrrp_instance",
}

var instead = map[string]string{
	"process_names":         oneProcess + "keepalived-lite; process_name names it",
	"vrrp_process_name":     oneProcess + "which process_name names",
	"checker_process_name":  oneProcess + "which process_name names",
	"bfd_process_name":      oneProcess + "which process_name names",
	"checker_cpu_affinity":  oneProcess + "which vrrp_cpu_affinity binds",
	"bfd_priority":          oneProcess + "and vrrp_priority sets its nice value",
	"bfd_no_swap":           oneProcess + "and vrrp_no_swap locks its memory",
	"bfd_rt_priority":       oneProcess + "see vrrp_rt_priority",
	"bfd_cpu_affinity":      oneProcess + "which vrrp_cpu_affinity binds",
	"vrrp_rt_priority":      "write vrrp_priority -20; or CPUSchedulingPolicy=rr and CPUSchedulingPriority= into the unit, which scripts inherit",
	"checker_rt_priority":   "write checker_priority; or CPUSchedulingPolicy=rr and CPUSchedulingPriority= into the unit, which scripts inherit",
	"max_auto_priority":     "write vrrp_priority -20: a process that runs late is told by keepalived_event_loop_stall_seconds_total of /metrics",
	"vrrp_rlimit_rttime":    "write LimitRTTIME= into the unit, beside CPUSchedulingPolicy=",
	"checker_rlimit_rttime": "write LimitRTTIME= into the unit, beside CPUSchedulingPolicy=",
	"bfd_rlimit_rttime":     "write LimitRTTIME= into the unit, beside CPUSchedulingPolicy=",

	"min_auto_priority_delay":  "leave it out: max_auto_priority has no effect either",
	"use_symlink_paths":        "leave it out: the path is executed as it is written",
	"set_supplementary_groups": "write a colon before the group in script_user, or behind the script: USER :GROUP",

	"disable_local_igmp":         "write net.ipv4.igmp_link_local_mcast_reports=0 into /etc/sysctl.d",
	"vrrp_iptables":              "leave it out: no_accept is done by nftables, in a table of its own beside the rules of iptables",
	"vrrp_ipsets":                "leave it out: no_accept is done by nftables",
	"nftables_ifindex":           "leave it out: the table does the same without it",
	"nftables_ipvs_priority":     "leave it out: nftables_ipvs is not supported",
	"nftables_ipvs_start_fwmark": "leave it out: nftables_ipvs is not supported",
	"namespace_with_ipsets":      "leave it out: there are no ipsets",

	"vrrp_notify_priority_changes": "read keepalived_vrrp_priority_effective of /metrics, or GET /v1/instances: both have the priority as it is",
	"notify_priority_changes":      "read keepalived_vrrp_priority_effective of /metrics, or GET /v1/instances: both have the priority as it is",
	"notify_master_rx_lower_pri":   "leave it out for ARP: a contested master announces its addresses again by itself; keepalived-lite events and keepalived_vrrp_contested_total of /metrics tell of it",

	"enable_dbus":            "ask the control socket: keepalived-lite status --json, GET /v1/events",
	"dbus_service_name":      "leave it out: there is no D-Bus interface",
	"dbus_no_interface_name": "leave it out: there is no D-Bus interface",

	"log_unknown_vrids":    "leave it out: run keepalived-lite scan, or read keepalived_vrrp_foreign_packets_total of /metrics",
	"config_save_dir":      "keep the file in version control; keepalived-lite render prints it as it is read",
	"tmp_config_directory": "leave it out: no copy of the configuration is made",
	"data_use_instance":    "name the files with state_dump_file, stats_dump_file and json_dump_file",
	"json_version":         "parse keepalived-lite status --json, whose fields are only ever added to",

	"linkbeat_use_polling":     "leave it out: the kernel tells of the link at once",
	"linkbeat_interfaces":      "leave it out: the kernel tells of the link at once",
	"interface_up_down_delays": "leave it out, or let preempt_delay keep a link that flaps from taking the role back",
	"net_namespace_ipvs":       "start a second daemon with -C in that namespace: ip netns exec NAME keepalived-lite -C",
	"use_pid_dir":              "write -p /run/keepalived/keepalived.pid",
	"instance":                 "write -p with a path of its own for each daemon: the control socket and the state are beside it",
	"track_group":              "put the address, route or rule into a vrrp_instance",

	"bfd_instance":            noBFD,
	"unicast_fault_no_peer":   "leave it out, and name the peers in unicast_peer",
	"vrf":                     "name the interface of the VRF with interface",
	"dont_track_primary":      "leave it out: without its interface an instance can neither send nor hear",
	"track_src_ip":            "leave it out, or write a vrrp_script that looks for the address",
	"promote_secondaries":     "write net.ipv4.conf.INTERFACE.promote_secondaries=1 into /etc/sysctl.d",
	"vrrp_rx_bufs_policy":     "write net.core.rmem_default=BYTES into /etc/sysctl.d: instances of an interface share a socket",
	"vrrp_rx_bufs_multiplier": "leave it out: vrrp_rx_bufs_policy has no effect either",
	"kernel_rx_buf_size":      "write net.core.rmem_default=BYTES into /etc/sysctl.d: instances of an interface share a socket",
	"regex_stack":             "leave it out: Go's regular expressions need no stack",
}

// advice returns what to do without a Known keyword.
func advice(block, name string) string {
	if strings.Contains(name, "snmp") || name == "enable_traps" {
		return "monitor without AgentX: keepalived-lite check, status --json and /metrics know what its MIB has"
	}
	if strings.HasSuffix(name, "_rcv_bufs") || strings.HasSuffix(name, "_rcv_bufs_force") {
		return "leave it out: whoever misses a message of the kernel asks again for all there is; net.core.rmem_max bounds all buffers"
	}
	for part := range strings.SplitSeq(block, ".") {
		if s := insteadIn[part]; s != "" {
			return s
		}
	}
	return instead[name]
}
