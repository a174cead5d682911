package confparse

import (
	"fmt"
	"time"
)

// scriptRows are the keywords of vrrp_script.
func scriptRows() []row {
	return []row{
		{"script", custom("COMMAND", func(c *cursor, s *Script) { s.Command = c.scriptCommand() }).like(`"/etc/keepalived/check.sh 80"`, ""), "required", Active, "the program; it has to be quoted together with its arguments"},
		{"interval", decimal(0, maxPeriod, time.Millisecond, func(s *Script) *time.Duration { return &s.Interval }), "1", Active, "time between starts"},
		{"timeout", decimal(0, maxPeriod, time.Millisecond, func(s *Script) *time.Duration { return &s.Timeout }), "= interval", Active, "after this it is stopped, and has failed"},
		{"weight", weight(253, func(s *Script) *Weight { return &s.Weight }), "0", Active, "changes the priority by so much; 0: a failure is a fault"},
		{"rise", number(1, 1<<31-1, func(s *Script) *int { return &s.Rise }), "1", Active, "successes in a row needed to become good"},
		{"fall", number(1, 1<<31-1, func(s *Script) *int { return &s.Fall }), "1", Active, "failures in a row needed to become bad"},
		{"user", custom("USER [[:]GROUP]", func(c *cursor, s *Script) { c.user(&s.User) }).like("nobody nogroup", "a/b"), "script_user", Active, "who runs it"},
		{"init_fail", flag(func(s *Script) *bool { return &s.InitFail }), "off", Active, "start as failed, until the first success"},
	}
}

// trackFileRows are the keywords of track_file.
func trackFileRows() []row {
	return []row{
		{"file", word("PATH", func(t *TrackFile) *string { return &t.Path }).like("/run/keepalived/priority", ""), "required", Active, "file to watch"},
		{"weight", weight(254, func(t *TrackFile) *Weight { return &t.Weight }), "1", Active, "changes the priority by so much times the number; 0: another number than 0 is a fault"},
		{"init_file", custom("[VALUE] [overwrite]", initFile).like("5 overwrite", "x"), "none; VALUE 0", Active, "write VALUE at start if file is missing (or always with overwrite; never on reload)"},
	}
}

// trackProcessRows are the keywords of vrrp_track_process.
func trackProcessRows() []row {
	return []row{
		{"process", custom("NAME|PATH [ARGUMENT ...]", trackedCommand).like("haproxy -W", ""), "required", Active, "process to count; with params full command line is matched"},
		{"param_match", custom("[initial|partial]", paramMatch).like("initial", "some"), "exact if params given", Active, "how parameters are compared"},
		{"weight", weight(254, func(t *TrackProcess) *Weight { return &t.Weight }), "0", Active, "changes the priority by so much; 0: a failure is a fault"},
		{"quorum", number(1, 65535, func(t *TrackProcess) *int { return &t.Quorum }), "1", Active, "minimum number of processes"},
		{"quorum_max", number(0, 65535, func(t *TrackProcess) *int { return &t.QuorumMax }), "unlimited", Active, "maximum number (0 = must not run)"},
		{"delay", custom("SECONDS 0.000001..3600, decimals", processDelay).like("2", "3601"), "0", Active, "sets both delays"},
		{"terminate_delay", decimal(time.Microsecond, time.Hour, time.Microsecond, func(t *TrackProcess) *time.Duration { return &t.TerminateDelay }), "0", Active, "wait after quorum loss"},
		{"fork_delay", decimal(time.Microsecond, time.Hour, time.Microsecond, func(t *TrackProcess) *time.Duration { return &t.ForkDelay }), "0", Active, "wait after quorum gain"},
		{"full_command", flag(func(t *TrackProcess) *bool { return &t.FullCommand }), "off", Active, "match /proc/PID/cmdline instead of comm"},
	}
}

// bfdRows are the keywords of bfd_instance.
func bfdRows() []row {
	return []row{
		{"neighbor_ip", custom("ADDRESS", bfdNeighbor).like("192.0.2.12", "there"), "required", Known, "peer address"},
		{"neighbour_ip", custom("ADDRESS", bfdNeighbor).like("192.0.2.12", "there"), "", Known, "alias"},
		{"source_ip", custom("ADDRESS", bfdSource).like("192.0.2.10", "here"), "any", Known, "local address, same family"},
		{"min_rx", millis(1, 4294967, func(b *bfd) *time.Duration { return &b.MinRX }), "10", Known, "required min RX interval"},
		{"min_tx", millis(1, 4294967, func(b *bfd) *time.Duration { return &b.MinTX }), "10", Known, "desired min TX interval"},
		{"idle_tx", millis(1000, 4294967, func(b *bfd) *time.Duration { return &b.IdleTX }).like("2000", "999"), "1000", Known, "TX interval while not Up"},
		{"multiplier", number(1, 255, func(b *bfd) *int { return &b.Multiplier }), "5", Known, "detect multiplier"},
		{"passive", flag(func(b *bfd) *bool { return &b.Passive }), "off", Known, "wait for peer to start"},
		{"ttl", number(1, 255, func(b *bfd) *int { return &b.TTL }), "255 (IPv4)", Known, "outgoing TTL"},
		{"hoplimit", number(1, 255, func(b *bfd) *int { return &b.TTL }), "64 (IPv6)", Known, "alias of ttl"},
		{"max_hops", custom("-1..255", maxHops).like("3", "256"), "0", Known, "accepted decrease of received TTL; 255 (or -1) = no check"},
		{"multihop", boolean(func(b *bfd) *bool { return &b.Multihop }), "false", Known, "port 4784 instead of 3784"},
		{"weight", weight(253, func(b *bfd) *Weight { return &b.Weight }), "0", Known, "changes the priority by so much; 0: a failure is a fault"},
		{"vrrp", flag(func(b *bfd) *bool { return &b.VRRP }), "both", Known, "send events only to VRRP"},
		{"checker", flag(func(b *bfd) *bool { return &b.Checker }), "both", Known, "send events only to checkers"},
	}
}

// trackInterfaceRows are the options of an entry of track_interface.
func trackInterfaceRows() []row {
	return []row{
		{"weight", custom("-253..253 [reverse]", func(c *cursor, t *TrackInterface) { c.trackWeight(&t.Weight, 253, false) }).like("20", "255"), "0", Active, "changes the priority by so much; 0: a failure is a fault"},
	}
}

// trackWeightRows are the options of an entry of the other track_... blocks.
func trackWeightRows(limit int64, what string, status Status) []row {
	syntax := fmt.Sprintf("-%d..%d [reverse|noreverse]", limit, limit)
	return []row{
		{"weight", custom(syntax, func(c *cursor, w *Weight) { c.trackWeight(w, int(limit), true) }).like("20", "255"), "that of the " + what, status, "changes the priority by so much; 0: a failure is a fault"},
	}
}
