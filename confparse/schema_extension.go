package confparse

import "time"

// globalExtensions are keywords of global_defs that keepalived does not have.
func globalExtensions() []row {
	return []row{
		{"vrrp_address_lifetime", lifetime(func(g *global) *time.Duration { return &g.Instance.AddressLifetime }), "0", Active, "default of address_lifetime (not in keepalived)"},
		{"vrrp_garp_replies", boolean(func(g *global) *bool { return &g.Instance.GARPReplies }), "false", Active, "default of garp_replies (not in keepalived)"},
		{"vrrp_yield_after_removals", number(1, 10000, func(g *global) *int { return &g.Instance.YieldAfterRemovals }), "100", Active, "default of yield_after_removals (not in keepalived)"},
		{"notify_timeout", seconds(0, 86400, func(g *global) *time.Duration { return &g.NotifyScripts.Timeout }), "0", Active, "limit of each notify script, which is stopped then; 0: none, though after 30 seconds those behind it do not wait any longer (not in keepalived)"},
		{"notify_latest", boolean(func(g *global) *bool { return &g.NotifyScripts.Latest }), "false", Active, "notify scripts that have not begun when the state changes again are not run (not in keepalived)"},
		{"smtp_tls", custom("none|starttls|tls", smtpTLS).like("starttls", "maybe"), "none", Active, "encryption towards the mail relay; tls: from the first byte, on port 465 (not in keepalived)"},
		{"smtp_user", custom("NAME PATH|CREDENTIAL", smtpUser).like("lb1 /etc/keepalived/smtp.pass", "lb1"), "", Active, "who logs in to the mail relay; the password is in a file, or, by a name without slash, in a systemd credential (not in keepalived)"},
	}
}

// instanceExtensions are keywords of vrrp_instance that keepalived does not
// have.
func instanceExtensions() []row {
	return []row{
		{"preempt_on_degraded", flag(func(i *instance) *bool { return &i.PreemptDegraded }), "off", Active, "with nopreempt: take over all the same from a master that advertises less than it once did (not in keepalived)"},
		{"advert_int_min", decimal(10*time.Millisecond, 40950*time.Millisecond, 10*time.Millisecond, func(i *instance) *time.Duration { return &i.MinInterval }), "none", Active, "least interval that a backup of version 3 learns from its master (not in keepalived)"},
		{"nopreempt_hold", flag(func(i *instance) *bool { return &i.HoldRole }), "off", Active, "with nopreempt: a master answers the first better advertisement once with priority 254, so that a keepalived which could not hear it leaves it the role (not in keepalived)"},
		{"address_lifetime", lifetime(func(i *instance) *time.Duration { return &i.AddressLifetime }), "vrrp_address_lifetime", Active, "dead-man switch: the kernel removes the addresses so long after the daemon was killed, stopped or stuck; 0: never (not in keepalived)"},
		{"garp_replies", boolean(func(i *instance) *bool { return &i.GARPReplies }), "vrrp_garp_replies", Active, "gratuitous ARP replies beside the requests, for neighbours that take only those (not in keepalived)"},
		{"yield_after_removals", number(1, 10000, func(i *instance) *int { return &i.YieldAfterRemovals }), "vrrp_yield_after_removals", Active, "leave the role to a backup when others have removed addresses so many times in five seconds; 1 is keepalived's way (not in keepalived)"},
	}
}

// virtualServerExtensions are keywords of virtual_server that keepalived does
// not have.
func virtualServerExtensions() []row {
	return []row{
		{"slow_start", decimal(0, time.Hour, time.Millisecond, func(v *virtualServer) *time.Duration { return &v.SlowStart }), "0", Active, "a real server that comes back gets its weight in ten steps over so many seconds (not in keepalived)"},
	}
}

// lifetime takes 0, or what the kernel's clock can keep: whole seconds, at
// least two.
func lifetime[T any](field func(*T) *time.Duration) args {
	return custom("SECONDS 0, 2..3600", func(c *cursor, to *T) {
		v, ok := c.duration(0, time.Hour, time.Second)
		switch {
		case !ok:
		case v == time.Second:
			c.r.errorf(CodeOutOfRange, c.keyword().Pos, "write 2, or 0 for none", "a lifetime of 1 second is too short: the kernel counts whole seconds")
		default:
			*field(to) = v
		}
	}).like("30", "1")
}
