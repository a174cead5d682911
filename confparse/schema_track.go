package confparse

import "time"

// scriptRows are the keywords of vrrp_script.
func scriptRows() []row {
	return []row{
		{"script", custom("COMMAND", func(c *cursor, s *Script) { s.Command = c.scriptCommand() }), "required", Active, "the program; it has to be quoted together with its arguments"},
		{"interval", decimal(0, maxPeriod, time.Millisecond, func(s *Script) *time.Duration { return &s.Interval }), "1", Active, "time between starts"},
		{"timeout", decimal(0, maxPeriod, time.Millisecond, func(s *Script) *time.Duration { return &s.Timeout }), "= interval", Active, "after this it is stopped, and has failed"},
		{"weight", weight(253, func(s *Script) *Weight { return &s.Weight }), "0", Active, "changes the priority by so much; 0: a failure is a fault"},
		{"rise", number(1, 1<<31-1, func(s *Script) *int { return &s.Rise }), "1", Active, "successes in a row needed to become good"},
		{"fall", number(1, 1<<31-1, func(s *Script) *int { return &s.Fall }), "1", Active, "failures in a row needed to become bad"},
		{"user", custom("USER [[:]GROUP]", func(c *cursor, s *Script) { c.user(&s.User) }), "script_user", Active, "who runs it"},
		{"init_fail", flag(func(s *Script) *bool { return &s.InitFail }), "off", Known, "start as failed, until the first success"},
	}
}

// trackFileRows are the keywords of track_file.
func trackFileRows() []row {
	return []row{
		{"file", form("PATH (directory must exist; not on proc/sysfs/NFS/FUSE/SMB/cgroup/read-only fs)"), "required", Known, "file to watch"},
		{"weight", form("-254..254 [reverse]"), "1", Known, "changes the priority by so much times the number; 0: another number than 0 is a fault"},
		{"init_file", form("[VALUE] [overwrite]"), "none; VALUE 0", Known, "write VALUE at start if file is missing (or always with overwrite; never on reload)"},
	}
}

// trackProcessRows are the keywords of vrrp_track_process.
func trackProcessRows() []row {
	return []row{
		{"process", form("NAME|PATH [PARAM...]"), "required", Known, "process to count; with params full command line is matched"},
		{"param_match", form("[initial|partial] (none = exact)"), "exact if params given", Known, "how parameters are compared"},
		{"weight", form("-254..254 [reverse]"), "0", Known, "changes the priority by so much; 0: a failure is a fault"},
		{"quorum", form("1..65535"), "1", Known, "minimum number of processes"},
		{"quorum_max", form("0..65535"), "unlimited", Known, "maximum number (0 = must not run)"},
		{"delay", form("SECONDS with decimals 0.000001..3600"), "0", Known, "sets both delays"},
		{"terminate_delay", form("SECONDS with decimals"), "0", Known, "wait after quorum loss"},
		{"fork_delay", form("SECONDS with decimals"), "0", Known, "wait after quorum gain"},
		{"full_command", args{}, "off", Known, "match /proc/PID/cmdline instead of comm"},
	}
}

// bfdRows are the keywords of bfd_instance.
func bfdRows() []row {
	return []row{
		{"neighbor_ip", form("ADDR"), "required", Known, "peer address"},
		{"neighbour_ip", form("ADDR"), "", Known, "alias"},
		{"source_ip", form("ADDR"), "any", Known, "local address, same family"},
		{"min_rx", form("DECIMAL ms 1..4294967"), "10", Known, "required min RX interval"},
		{"min_tx", form("DECIMAL ms 1..4294967"), "10", Known, "desired min TX interval"},
		{"idle_tx", form("DECIMAL ms 1000..4294967"), "1000", Known, "TX interval while not Up"},
		{"multiplier", form("1..255"), "5", Known, "detect multiplier"},
		{"passive", args{}, "off", Known, "wait for peer to start"},
		{"ttl", form("1..255"), "255 (IPv4)", Known, "outgoing TTL"},
		{"hoplimit", form("1..255"), "64 (IPv6)", Known, "alias of ttl"},
		{"max_hops", form("-1..255"), "0", Known, "accepted decrease of received TTL; 255 (or -1) = no check"},
		{"multihop", form("[on|off|true|false|yes|no]"), "false", Known, "port 4784 instead of 3784"},
		{"weight", form("-253..253 [reverse]"), "0", Known, "changes the priority by so much; 0: a failure is a fault"},
		{"vrrp", args{}, "both", Known, "send events only to VRRP"},
		{"checker", args{}, "both", Known, "send events only to checkers"},
	}
}

// trackInterfaceRows are the options of an entry of track_interface.
func trackInterfaceRows() []row {
	return []row{
		{"weight", custom("-253..253 [reverse]", func(c *cursor, t *TrackInterface) { c.trackWeight(&t.Weight) }), "0", Active, "changes the priority by so much; 0: a failure is a fault"},
	}
}

// trackScriptRows are the options of an entry of track_script.
func trackScriptRows() []row {
	return []row{
		{"weight", custom("-253..253 [reverse|noreverse]", func(c *cursor, t *TrackScript) { c.trackWeight(&t.Weight) }), "that of the script", Active, "changes the priority by so much; 0: a failure is a fault"},
	}
}
