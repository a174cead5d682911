package confparse

// connectRows are the keywords of checks that make connections.
func connectRows() []row {
	return []row{
		{"connect_ip", form("IPADDR (v4 or v6 literal)"), "real server address", Known, "address to connect to. Port already set is kept"},
		{"connect_port", form("1..65535"), "real server port as written in real_server (0 if omitted there!)", Known, "destination port"},
		{"bindto", form("IPADDR"), "", Known, "local source address; family must match connect_ip"},
		{"bind_port", form("1..65535"), "none (ephemeral)", Known, "local source port; only effective together with bindto (bind() is skipped when no bind address)"},
		{"bind_if", form("INTERFACE (<=15 chars)"), "", Known, "SO_BINDTODEVICE; mandatory if connect_ip is IPv6 link-local (otherwise the checker is dropped)"},
		{"connect_timeout", form("SECONDS with decimals, 0.000001..4294.967295"), "real_server value, else virtual_server value (5 s)", Known, "timeout of connect and of every single later read/write wait"},
		{"fwmark", form("0..4294967295"), "0 (no mark)", Known, "SO_MARK on the checker socket (not applied by PING_CHECK)"},
	}
}

// retryRows are the keywords of all checks that run in intervals.
func retryRows() []row {
	return []row{
		{"retry", form("0..4294967295"), "real_server/virtual_server value else checker default (1; DNS 3; MISC 0)", Known, "extra attempts after the first failure before declaring the checker down"},
		{"delay_before_retry", form("SECONDS with decimals, 0.."), "real_server/virtual_server value else checker default (1 s; HTTP/SSL 3 s; DNS = delay_loop)", Known, "pause between a failed attempt and its retry"},
		{"warmup", form("SECONDS with decimals, 0.."), "real_server/virtual_server value else delay_loop of the checker", Known, "upper bound of the uniform random delay added to the fixed 1 s before the first run"},
		{"delay_loop", form("SECONDS with decimals, 0.000001.."), "real_server value, else virtual_server value (60 s)", Known, "interval between checks"},
		{"alpha", form("[on|off|true|false|yes|no]"), "real_server value, else virtual_server value (off)", Known, "checker starts in failed state"},
		{"log_all_failures", form("[on|off|true|false|yes|no]"), "off (global checker_log_all_failures ORed in)", Known, "log each failed attempt while the checker is still up, not only the transition"},
	}
}

// httpRows are the keywords of HTTP_GET and SSL_GET.
func httpRows(path string) []row {
	return []row{
		{"nb_get_retry", form("0..4294967295"), "", Deprecated, "write retry"},
		{"virtualhost", form("STRING"), "real_server, else virtual_server value", Known, "Host header; sent verbatim, no port appended"},
		{"http_protocol", form("1.0|1.0C|1.0c|1.1"), "1.0", Known, "request line version; 1.0C and 1.1 add 'Connection: close'"},
		{"enable_sni", form("[on|off|true|false|yes|no]"), "off", Known, "send SNI (meaningful for SSL_GET only)"},
		{"sni_name", form("[STRING]"), "", Known, "SNI name; implies enable_sni"},
		{"fast_recovery", form("[on|off|true|false|yes|no]"), "off", Known, "no delay between urls at start and while recovering"},
		{"url", checked("", newBlock(path+".url", urlRows())), "at least one, else checker dropped", Known, "URL to test"},
	}
}

// tlsRows are the keywords that only SSL_GET has.
func tlsRows() []row {
	return []row{
		{"tls_compliant", form("[on|off|true|false|yes|no]"), "off", Known, "send close_notify at end"},
	}
}

// urlRows are the keywords of url.
func urlRows() []row {
	return []row{
		{"path", form("STRING"), "mandatory", Known, "request target, sent verbatim"},
		{"digest", form("32 hex digits"), "", Known, "expected MD5 of body"},
		{"status_code", form("N | N-M ... (100..599), repeatable"), "200-299", Known, "accepted status codes"},
		{"virtualhost", form("STRING"), "checker, real_server, virtual_server value", Known, "Host header for this url"},
		{"regex", form("quoted PCRE2 pattern"), "", Known, "body must match (all regex* keywords exist only in builds with --enable-regex, as Debian has)"},
		{"regex_no_match", args{}, "off", Known, "invert regex"},
		{"regex_options", form("names: allow_empty_class alt_bsux auto_callout caseless dollar_endonly dotall dupnames extended firstline match_unset_backref multiline never_ucp never_utf no_auto_capture no_auto_possess no_dotstar_anchor no_start_optimize ucp ungreedy utf never_backslash_c alt_circumflex alt_verbnames use_offset_limit"), "", Known, "PCRE2 compile options; unknown names silently ignored"},
		{"regex_min_offset", form("N"), "0", Known, "body offset where matching starts"},
		{"regex_max_offset", form("N"), "", Known, "match must start at or before this offset"},
		{"regex_stack", form("START MAX (bytes)"), "PCRE2 default", Known, "JIT stack size, global maximum"},
		{"tls_compliant", form("[on|off|true|false|yes|no]"), "off", Known, "send close_notify at end"},
	}
}

// smtpRows are the keywords of SMTP_CHECK.
func smtpRows() []row {
	return []row{
		{"helo_name", form("STRING"), "smtpchecker.keepalived.org", Known, "HELO argument"},
		{"host", checked("", newBlock("virtual_server.real_server.SMTP_CHECK.host", connectRows(), retryRows())), "", Deprecated, "put its lines directly into SMTP_CHECK"},
	}
}

// dnsRows are the keywords of DNS_CHECK.
func dnsRows() []row {
	return []row{
		{"type", form("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY (case insensitive)"), "SOA", Known, "query type"},
		{"name", form("DOMAIN (no empty labels, optional trailing dot)"), "root", Known, "query name"},
	}
}

// udpRows are the keywords of UDP_CHECK.
func udpRows() []row {
	return []row{
		{"payload", form("HEX_STR (spaces optional between octets)"), "32 bytes: repeated text 'keepalived check - '", Known, "datagram to send"},
		{"require_reply", form("[HEX_STR, x/X = don't-care nibble]"), "off", Known, "A reply is needed; with HEX_STR its prefix must match"},
		{"min_reply_length", form("0..65535"), "0", Known, "only tested when require_reply has a HEX_STR"},
		{"max_reply_length", form("0..65535"), "255", Known, "as above; also size of receive buffer"},
	}
}

// miscRows are the keywords of MISC_CHECK.
func miscRows() []row {
	return []row{
		{"misc_path", form("SCRIPT|QUOTED-STRING with parameters"), "mandatory", Known, "program to run"},
		{"misc_timeout", form("whole seconds 0..4294"), "virtual_server delay_loop (also when 0)", Known, "kill program after this time"},
		{"misc_dynamic", args{}, "off", Known, "exit codes 2..255 are success, and set the weight"},
		{"user", form("USER [[:]GROUP]"), "script_user, else keepalived_script, else root", Known, "run as"},
	}
}

// fileCheckRows are the keywords of FILE_CHECK.
func fileCheckRows() []row {
	return []row{
		{"track_file", form("NAME"), "mandatory", Known, "track_file to follow"},
		{"weight", form("-2147483647..2147483647 [reverse|noreverse]"), "weight of the track_file", Known, "multiplier for the file value; 0 = non-zero value means failure"},
	}
}

// bfdCheckRows are the keywords of BFD_CHECK.
func bfdCheckRows() []row {
	return []row{
		{"name", form("BFD_INSTANCE (< 32 chars)"), "mandatory", Known, "bfd_instance to follow"},
		{"alpha", form("[on|off|true|false|yes|no]"), "real_server value", Known, "start failed until BFD is up"},
	}
}
