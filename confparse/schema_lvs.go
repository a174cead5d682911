package confparse

import (
	"math"
	"slices"
	"strings"
	"time"
)

// sslRows are the keywords of SSL.
func sslRows() []row {
	return []row{
		{"password", word("PASS PHRASE", func(s *SSL) *string { return &s.Password }).like("secret", ""), "", Active, "pass phrase of key file"},
		{"ca", word("FILE", func(s *SSL) *string { return &s.CA }).like("/etc/keepalived/ca.pem", ""), "", Active, "without effect, as in keepalived: no certificate is verified"},
		{"certificate", word("FILE", func(s *SSL) *string { return &s.Certificate }).like("/etc/keepalived/client.pem", ""), "", Active, "client certificate chain, PEM"},
		{"key", word("FILE", func(s *SSL) *string { return &s.Key }).like("/etc/keepalived/client.key", ""), "", Active, "client private key, PEM"},
	}
}

// serverGroupRows are the entries of virtual_server_group that begin with a word.
func serverGroupRows() []row {
	return []row{
		{"fwmark", form("N [inet|inet6]").like("3 inet", "4294967296"), "", Active, "a firewall mark instead of an address"},
	}
}

// virtualServerRows are the keywords of virtual_server.
func virtualServerRows() []row {
	return []row{
		{"ip_family", custom("inet|inet6", ipFamily).like("inet", "inet5"), "from address, first non-tunnel real server, or inet", Active, "family for fwmark services"},
		{"retry", maybeNumber(1, math.MaxUint32, func(v *virtualServer) *optional[int] { return &v.retry }), "", Active, "default for checkers (no 0 at this level)"},
		{"delay_before_retry", maybeDecimal(0, maxTimer, func(v *virtualServer) *optional[time.Duration] { return &v.retryDelay }), "", Active, "default for checkers"},
		{"warmup", maybeDecimal(0, maxTimer, func(v *virtualServer) *optional[time.Duration] { return &v.warmup }), "unset (= delay_loop)", Active, "default for checkers"},
		{"connect_timeout", maybeDecimal(time.Microsecond, maxPeriod, func(v *virtualServer) *optional[time.Duration] { return &v.timeout }), "5", Active, "default for checkers"},
		{"delay_loop", maybeDecimal(time.Microsecond, maxTimer, func(v *virtualServer) *optional[time.Duration] { return &v.period }), "60", Active, "default for checkers; also MISC_CHECK timeout when misc_timeout absent"},
		{"inhibit_on_failure", boolean(func(v *virtualServer) *bool { return &v.inhibit }), "off", Active, "default for real servers: weight 0 instead of removal; keepalived takes off for on"},
		{"lb_algo", custom(strings.Join(schedulers, "|"), scheduler).like("rr", "random"), "wlc (with config warning)", Active, "scheduler"},
		{"lvs_sched", custom(strings.Join(schedulers, "|"), scheduler).like("rr", "random"), "wlc (with config warning)", Active, "scheduler"},
		{"hashed", custom("", hashed).like(""), "", Active, "accepted keyword with no effect; warns 'only applies to sh scheduler' unless scheduler is sh/mh"},
		{"ops", flag(func(v *virtualServer) *bool { return &v.OnePacket }), "off", Active, "one-packet scheduling; cleared for non-UDP address services"},
		{"flag-1", flag(func(v *virtualServer) *bool { return &v.Flag1 }), "off", Active, "scheduler flag 1"},
		{"flag-2", flag(func(v *virtualServer) *bool { return &v.Flag2 }), "off", Active, "scheduler flag 2"},
		{"flag-3", flag(func(v *virtualServer) *bool { return &v.Flag3 }), "off", Active, "scheduler flag 3"},
		{"sh-port", schedulerFlag("sh", func(v *virtualServer) *bool { return &v.Flag2 }), "off", Active, "= flag-2 for sh; must come after lb_algo sh"},
		{"sh-fallback", schedulerFlag("sh", func(v *virtualServer) *bool { return &v.Flag1 }), "off", Active, "= flag-1 for sh; must come after lb_algo sh"},
		{"mh-port", schedulerFlag("mh", func(v *virtualServer) *bool { return &v.Flag2 }), "off", Active, "= flag-2 for mh; must come after lb_algo mh"},
		{"mh-fallback", schedulerFlag("mh", func(v *virtualServer) *bool { return &v.Flag1 }), "off", Active, "= flag-1 for mh; must come after lb_algo mh"},
		{"lb_kind", forwarding(func(v *virtualServer) *Forwarding { return &v.Forwarding }), "NAT (with config warning); tunnel type ipip nocsum", Active, "default forwarding for real and sorry servers"},
		{"lvs_method", forwarding(func(v *virtualServer) *Forwarding { return &v.Forwarding }), "NAT (with config warning); tunnel type ipip nocsum", Active, "default forwarding for real and sorry servers"},
		{"persistence_engine", custom("NAME", persistenceEngine).like("sip", "a-name-that-is-too-long"), "", Active, "IPVS persistence engine (kernel has sip); sent only if persistence_timeout set"},
		{"persistence_timeout", custom("[1..2678400]", persistenceTimeout).like("600", "2678401"), "off; 360 if no value", Active, "persistence seconds"},
		{"persistence_granularity", custom("NETMASK (IPv4) | 1..128 (IPv6)", persistenceGranularity).like("255.255.255.0", "129"), "/32, /128", Active, "persistence mask; also turns persistence on (360 s) and fixes the family"},
		{"protocol", custom("TCP|UDP|SCTP", protocol).like("TCP", "ICMP"), "UDP with warning for address services; ignored for fwmark", Active, "L4 protocol"},
		{"ha_suspend", boolean(func(v *virtualServer) *bool { return &v.Suspend }), "off", Active, "run checkers only while the VIP, or one of the group, is present on this host; cleared for fwmark; keepalived takes off for on"},
		{"smtp_alert", maybeBoolean(func(v *virtualServer) *optional[bool] { return &v.alert }), "smtp_alert_checker, else smtp_alert, else off", Active, "mail on quorum changes"},
		{"virtualhost", word("HOST", func(v *virtualServer) *string { return &v.VirtualHost }).like("www.example.com", ""), "", Active, "default Host header/SNI for HTTP_GET/SSL_GET"},
		{"snmp_name", word("NAME", func(v *virtualServer) *string { return &v.SNMPName }).like("web", ""), "", Known, "name in MIB"},
		{"alpha", maybeBoolean(func(v *virtualServer) *optional[bool] { return &v.alpha }), "off", Active, "default alpha for checkers; keepalived takes off for on"},
		{"omega", flag(func(v *virtualServer) *bool { return &v.Omega }), "off", Active, "run down notifiers on shutdown"},
		{"quorum_up", script(func(v *virtualServer) **Command { return &v.QuorumUp }), "", Active, "run when quorum gained (also at start)"},
		{"quorum_down", script(func(v *virtualServer) **Command { return &v.QuorumDown }), "", Active, "run when quorum lost"},
		{"quorum", number(1, math.MaxUint32, func(v *virtualServer) *uint32 { return &v.Quorum }).like("2", "0"), "1; reduced to sum of configured weights", Active, "needed sum of live weights"},
		{"hysteresis", number(0, math.MaxUint32, func(v *virtualServer) *uint32 { return &v.Hysteresis }).like("1", "4294967296"), "0; reduced to quorum-1", Active, "gain at quorum+h, loss below quorum-h"},
		{"weight", number(1, math.MaxInt32, func(v *virtualServer) *int { return &v.weight }).like("10", "0"), "1", Active, "default real server weight (not in the man page)"},
		{"sorry_server", custom("ADDRESS [PORT]", sorryServer).like("192.0.2.250 80", "192.0.2.250 65536"), "", Active, "fallback server; last one wins"},
		{"sorry_server_inhibit", sorryOption(flag(func(v *virtualServer) *bool { return &v.Sorry.Inhibit })), "off", Active, "keep sorry server in table with weight 0"},
		{"sorry_server_lvs_method", sorryOption(forwarding(func(v *virtualServer) *Forwarding { return &v.Sorry.Forwarding })), "virtual server's", Active, "forwarding of sorry server"},
		{"real_server", section("ADDRESS [PORT]", newBlock("virtual_server.real_server", realServerRows()), openRealServer, func(*decoder, *node, *realServer) {}).like("192.0.2.21 80", "192.0.2"), "at least one needed, else VS dropped", Active, "destination"},
		{"nat_mask", custom("NETMASK", func(c *cursor, _ *virtualServer) { c.i = c.n.count() }).like("255.255.255.0"), "", Deprecated, "it has had no meaning for many years: remove it"},
	}
}

// realServerRows are the keywords of real_server.
func realServerRows() []row {
	const here = "virtual_server.real_server."
	return []row{
		{"weight", maybeNumber(0, math.MaxInt32, func(r *realServer) *optional[int] { return &r.weight }).like("10", "-1"), "virtual_server weight (1)", Active, "IPVS weight"},
		{"lvs_method", forwarding(func(r *realServer) *Forwarding { return &r.Forwarding }), "virtual server's", Active, "forwarding"},
		{"uthreshold", number(0, math.MaxUint32, func(r *realServer) *uint32 { return &r.Upper }), "0 (off)", Active, "IPVS upper connection threshold"},
		{"lthreshold", number(0, math.MaxUint32, func(r *realServer) *uint32 { return &r.Lower }), "0 (off)", Active, "IPVS lower connection threshold"},
		{"inhibit_on_failure", maybeBoolean(func(r *realServer) *optional[bool] { return &r.inhibit }), "virtual_server value", Active, "weight 0 instead of removal"},
		{"notify_up", script(func(r *realServer) **Command { return &r.Up }), "", Active, "run when server comes up"},
		{"notify_down", script(func(r *realServer) **Command { return &r.Down }), "", Active, "run when server goes down"},
		{"alpha", maybeBoolean(func(r *realServer) *optional[bool] { return &r.alpha }), "virtual_server value", Active, "default for checkers"},
		{"retry", maybeNumber(1, math.MaxUint32, func(r *realServer) *optional[int] { return &r.retry }), "virtual_server value", Active, "default for checkers"},
		{"delay_before_retry", maybeDecimal(0, maxTimer, func(r *realServer) *optional[time.Duration] { return &r.retryDelay }), "virtual_server value", Active, "default for checkers"},
		{"warmup", maybeDecimal(0, maxTimer, func(r *realServer) *optional[time.Duration] { return &r.warmup }), "virtual_server value", Active, "default for checkers"},
		{"connect_timeout", maybeDecimal(time.Microsecond, maxPeriod, func(r *realServer) *optional[time.Duration] { return &r.timeout }), "virtual_server value", Active, "default for checkers"},
		{"delay_loop", maybeDecimal(time.Microsecond, maxTimer, func(r *realServer) *optional[time.Duration] { return &r.period }), "virtual_server value", Active, "default for checkers"},
		{"smtp_alert", maybeBoolean(func(r *realServer) *optional[bool] { return &r.alert }).like("off", "maybe"), "smtp_alert_checker, else smtp_alert, else ON", Active, "mail on checker/server changes"},
		{"virtualhost", word("HOST", func(r *realServer) *string { return &r.VirtualHost }).like("www.example.com", ""), "virtual_server value", Active, "Host header default (not used for SNI)"},
		{"snmp_name", word("NAME", func(r *realServer) *string { return &r.SNMPName }).like("web1", ""), "", Known, "name in MIB"},
		{"TCP_CHECK", checkBlock(TCPCheck, connectRows(), retryRows()).like(""), "", Active, "a TCP connection can be made"},
		{"HTTP_GET", checkBlock(HTTPGet, connectRows(), retryRows(), httpRows(here+"HTTP_GET", urlRows())).like(""), "", Active, "pages have the expected status and content"},
		{"SSL_GET", checkBlock(SSLGet, connectRows(), retryRows(), httpRows(here+"SSL_GET", slices.Concat(urlRows(), tlsURLRows())), tlsRows()).like(""), "", Active, "as HTTP_GET, over TLS"},
		{"SMTP_CHECK", checkBlock(SMTPCheck, connectRows(), retryRows(), smtpRows()).like(""), "", Active, "a mail server greets"},
		{"DNS_CHECK", checkBlock(DNSCheck, connectRows(), retryRows(), dnsRows()).like(""), "", Active, "a name server answers"},
		{"UDP_CHECK", checkBlock(UDPCheck, connectRows(), retryRows(), udpRows()).like(""), "", Active, "a datagram is answered, or at least not refused"},
		{"PING_CHECK", checkBlock(PingCheck, connectRows(), retryRows()).like(""), "", Active, "the server answers to ping"},
		{"MISC_CHECK", checkBlock(MiscCheck, retryRows(), miscRows()).like(""), "", Active, "a program succeeds"},
		{"FILE_CHECK", checkBlock(FileCheck, fileCheckRows()).like(""), "", Active, "the number in a tracked file allows it"},
		{"BFD_CHECK", checkBlock(BFDCheck, bfdCheckRows()).like(""), "", Refused, "a BFD session is up"},
	}
}
