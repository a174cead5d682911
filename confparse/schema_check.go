package confparse

import (
	"math"
	"strings"
	"time"
)

// connectRows are the keywords of checks that make connections.
func connectRows() []row {
	return []row{
		{"connect_ip", custom("ADDRESS", func(c *cursor, k *checker) { c.endpointOption(&k.Connect.Address) }).like("192.0.2.20", "192.0.2"), "real server address", Active, "address to connect to. Port already set is kept"},
		{"connect_port", number(1, 65535, func(k *checker) *uint16 { return &k.Connect.Port }).like("8080", "65536"), "real server port", Active, "destination port"},
		{"bindto", custom("ADDRESS", func(c *cursor, k *checker) { c.endpointOption(&k.Connect.BindAddress) }).like("192.0.2.10", "here"), "", Active, "local source address; family must match connect_ip"},
		{"bind_port", number(1, 65535, func(k *checker) *uint16 { return &k.Connect.BindPort }), "none (ephemeral)", Active, "local source port; only effective together with bindto (bind() is skipped when no bind address)"},
		{"bind_if", ifname(func(k *checker) *string { return &k.Connect.BindInterface }), "", Active, "SO_BINDTODEVICE; mandatory if connect_ip is IPv6 link-local (otherwise the checker is dropped)"},
		{"connect_timeout", maybeDecimal(time.Microsecond, maxPeriod, func(k *checker) *optional[time.Duration] { return &k.timeout }), "real_server value, else virtual_server value (5 s)", Active, "timeout of connect and of every single later read/write wait"},
		{"fwmark", number(0, math.MaxUint32, func(k *checker) *uint32 { return &k.Connect.Mark }).like("7", "4294967296"), "0 (no mark)", Active, "SO_MARK on the checker socket (not applied by PING_CHECK)"},
	}
}

// retryRows are the keywords of all checks that run in intervals.
func retryRows() []row {
	return []row{
		{"retry", maybeNumber(0, math.MaxUint32, func(k *checker) *optional[int] { return &k.retry }), "real_server/virtual_server value else checker default (1; DNS 3; MISC 0)", Active, "extra attempts after the first failure before declaring the checker down"},
		{"delay_before_retry", maybeDecimal(0, maxTimer, func(k *checker) *optional[time.Duration] { return &k.retryDelay }), "real_server/virtual_server value else checker default (1 s; HTTP/SSL 3 s; DNS = delay_loop)", Active, "pause between a failed attempt and its retry"},
		{"warmup", maybeDecimal(0, maxTimer, func(k *checker) *optional[time.Duration] { return &k.warmup }), "real_server/virtual_server value else delay_loop of the checker", Active, "upper bound of the uniform random delay added to the fixed 1 s before the first run"},
		{"delay_loop", maybeDecimal(time.Microsecond, maxTimer, func(k *checker) *optional[time.Duration] { return &k.period }), "real_server value, else virtual_server value (60 s)", Active, "interval between checks"},
		{"alpha", maybeBoolean(func(k *checker) *optional[bool] { return &k.alpha }), "real_server value, else virtual_server value (off)", Active, "checker starts in failed state"},
		{"log_all_failures", boolean(func(k *checker) *bool { return &k.LogAllFailures }), "off (global checker_log_all_failures ORed in)", Active, "log each failed attempt while the checker is still up, not only the transition"},
	}
}

// httpRows are the keywords of HTTP_GET and SSL_GET.
func httpRows(path string, rows []row) []row {
	return []row{
		{"nb_get_retry", maybeNumber(0, math.MaxUint32, func(k *checker) *optional[int] { return &k.retry }), "", Deprecated, "write retry"},
		{"virtualhost", word("HOST", func(k *checker) *string { return &k.HTTP.VirtualHost }).like("www.example.com", ""), "real_server, else virtual_server value", Active, "Host header; sent verbatim, no port appended"},
		{"http_protocol", custom("1.0|1.0C|1.1", httpProtocol).like("1.1", "2"), "1.0", Active, "request line version; 1.0C and 1.1 add 'Connection: close'"},
		{"enable_sni", boolean(func(k *checker) *bool { return &k.HTTP.SNI }), "off", Active, "send SNI (meaningful for SSL_GET only)"},
		{"sni_name", custom("[NAME]", sniName).like("www.example.com"), "", Active, "SNI name; implies enable_sni"},
		{"fast_recovery", boolean(func(k *checker) *bool { return &k.HTTP.FastRecovery }), "off", Active, "no delay between urls at start and while recovering"},
		{"url", section("", newBlock(path+".url", rows), openURL, closeURL).like(""), "at least one, else checker dropped", Active, "URL to test"},
	}
}

// tlsRows are the keywords that only SSL_GET has.
func tlsRows() []row {
	return []row{
		{"tls_compliant", boolean(func(k *checker) *bool { return &k.HTTP.TLSCompliant }), "off", Active, "send close_notify at end"},
	}
}

// urlRows are the keywords of url.
func urlRows() []row {
	return []row{
		{"path", word("PATH", func(u *URL) *string { return &u.Path }).like("/health", ""), "mandatory", Active, "request target, sent verbatim"},
		{"digest", custom("32 hexadecimal digits", digest).like("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd9"), "", Active, "expected MD5 of body"},
		{"status_code", custom("N|N-M ..., 100..599", statusCodes).like("200-299 401", "600"), "200-299", Active, "accepted status codes"},
		{"virtualhost", word("HOST", func(u *URL) *string { return &u.VirtualHost }).like("www.example.com", ""), "checker, real_server, virtual_server value", Active, "Host header for this url"},
		{"regex", word("PATTERN", func(u *URL) *string { return &u.Regex }).like(`"^(ok|ready)"`, ""), "", Active, "body must match (all regex* keywords exist only in builds with --enable-regex, as Debian has)"},
		{"regex_no_match", flag(func(u *URL) *bool { return &u.RegexNot }), "off", Active, "invert regex"},
		{"regex_options", custom(strings.Join(regexOptions, "|")+" ...", takeRegexOptions).like("caseless multiline", "no_such_option"), "", Active, "PCRE2 compile options; unknown names silently ignored"},
		{"regex_min_offset", number(0, math.MaxInt32, func(u *URL) *int { return &u.RegexMin }), "0", Active, "body offset where matching starts"},
		{"regex_max_offset", number(1, math.MaxInt32, func(u *URL) *int { return &u.RegexMax }), "", Active, "match must start at or before this offset"},
		{"regex_stack", custom("START MAXIMUM", regexStack).like("32768 524288", "0 1"), "PCRE2 default", Known, "JIT stack size, global maximum"},
	}
}

// tlsURLRows are the keywords that only the url of SSL_GET has.
func tlsURLRows() []row {
	return []row{
		{"tls_compliant", boolean(func(u *URL) *bool { return &u.TLSCompliant }), "off", Active, "send close_notify at end"},
	}
}

// smtpRows are the keywords of SMTP_CHECK.
func smtpRows() []row {
	return []row{
		{"helo_name", word("NAME", func(k *checker) *string { return &k.SMTP.Helo }).like("lb1.example.com", ""), "smtpchecker.keepalived.org", Active, "HELO argument"},
		{"host", silent(hostBlock(newBlock("virtual_server.real_server.SMTP_CHECK.host", connectRows(), retryRows())).like("")), "", Deprecated, "put its lines directly into SMTP_CHECK"},
	}
}

// dnsRows are the keywords of DNS_CHECK.
func dnsRows() []row {
	return []row{
		{"type", custom(strings.Join(dnsTypes, "|"), dnsType).like("AAAA", "PTR"), "SOA", Active, "query type"},
		{"name", custom("DOMAIN", dnsName).like("www.example.com.", "www..example.com"), "root", Active, "query name"},
	}
}

// udpRows are the keywords of UDP_CHECK.
func udpRows() []row {
	return []row{
		{"payload", custom("HEXADECIMAL DIGITS", payload).like(`"68 65 6c 6c 6f"`, "xyz"), "32 bytes: repeated text 'keepalived check - '", Active, "datagram to send"},
		{"require_reply", custom("[HEXADECIMAL DIGITS, x for any]", requireReply).like("6f6bxx", "6f6g"), "off", Active, "A reply is needed; with HEX_STR its prefix must match"},
		{"min_reply_length", number(0, 65535, func(k *checker) *int { return &k.UDP.MinReply }), "0", Active, "only tested when require_reply has a HEX_STR"},
		{"max_reply_length", number(0, 65535, func(k *checker) *int { return &k.UDP.MaxReply }), "255", Active, "as above; also size of receive buffer"},
	}
}

// miscRows are the keywords of MISC_CHECK.
func miscRows() []row {
	return []row{
		{"misc_path", custom("COMMAND", miscPath).like(`"/etc/keepalived/check.sh 80"`, ""), "mandatory", Active, "program to run"},
		{"misc_timeout", seconds(0, 4294, func(k *checker) *time.Duration { return &k.Misc.Timeout }), "virtual_server delay_loop (also when 0)", Active, "kill program after this time"},
		{"misc_dynamic", flag(func(k *checker) *bool { return &k.Misc.Dynamic }), "off", Active, "exit codes 2..255 are success, and set the weight"},
		{"user", custom("USER [[:]GROUP]", func(c *cursor, k *checker) { c.user(&k.user) }).like("nobody :nogroup", "a/b"), "script_user, else keepalived_script, else root", Active, "run as"},
	}
}

// fileCheckRows are the keywords of FILE_CHECK.
func fileCheckRows() []row {
	return []row{
		{"track_file", custom("NAME", fileCheckFile).like("prio", "none"), "mandatory", Active, "track_file to follow"},
		{"weight", custom("-2147483647..2147483647 [reverse|noreverse]", fileCheckWeight).like("-2 reverse", "2147483648"), "weight of the track_file", Active, "multiplier for the file value; 0 = non-zero value means failure"},
	}
}

// bfdCheckRows are the keywords of BFD_CHECK.
func bfdCheckRows() []row {
	return []row{
		{"name", custom("BFD_INSTANCE", bfdCheckName).like("bfd1", "none"), "mandatory", Known, "bfd_instance to follow"},
		{"alpha", maybeBoolean(func(k *checker) *optional[bool] { return &k.alpha }), "real_server value", Known, "start failed until BFD is up"},
	}
}
