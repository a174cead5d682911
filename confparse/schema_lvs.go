package confparse

// sslRows are the keywords of SSL.
func sslRows() []row {
	return []row{
		{"password", form("STRING"), "", Known, "pass phrase of key file"},
		{"ca", form("FILE"), "", Known, "CA file loaded into the context (no peer verification is enabled by it)"},
		{"certificate", form("FILE"), "", Known, "client certificate chain, PEM"},
		{"key", form("FILE"), "", Known, "client private key, PEM"},
	}
}

// virtualServerGroup is the block of addresses and firewall marks.
func virtualServerGroup() *block {
	b := newBlock("virtual_server_group", []row{
		{"fwmark", form("N [inet|inet6]"), "", Known, "a firewall mark instead of an address"},
	})
	b.kind = lines
	return b
}

// virtualServerRows are the keywords of virtual_server.
func virtualServerRows() []row {
	return []row{
		{"ip_family", form("inet|inet6"), "from address, first non-tunnel real server, or inet", Known, "family for fwmark services"},
		{"retry", form("1..4294967295"), "", Known, "default for checkers (no 0 at this level)"},
		{"delay_before_retry", form("SECONDS with decimals, 0.."), "", Known, "default for checkers"},
		{"warmup", form("SECONDS with decimals, 0.."), "unset (= delay_loop)", Known, "default for checkers"},
		{"connect_timeout", form("SECONDS with decimals, 0.000001..4294.967295"), "5", Known, "default for checkers"},
		{"delay_loop", form("SECONDS with decimals, 0.000001.."), "60", Known, "default for checkers; also MISC_CHECK timeout when misc_timeout absent"},
		{"inhibit_on_failure", args{}, "off", Known, "default for real servers: weight 0 instead of removal"},
		{"lb_algo", form("rr|wrr|lc|wlc|lblc|sh|mh|dh|fo|ovf|lblcr|sed|nq|twos"), "wlc (with config warning)", Known, "scheduler"},
		{"lvs_sched", form("rr|wrr|lc|wlc|lblc|sh|mh|dh|fo|ovf|lblcr|sed|nq|twos"), "wlc (with config warning)", Known, "scheduler"},
		{"hashed", args{}, "", Known, "accepted keyword with no effect; warns 'only applies to sh scheduler' unless scheduler is sh/mh"},
		{"ops", args{}, "off", Known, "one-packet scheduling; cleared for non-UDP address services"},
		{"flag-1", args{}, "off", Known, "scheduler flag 1"},
		{"flag-2", args{}, "off", Known, "scheduler flag 2"},
		{"flag-3", args{}, "off", Known, "scheduler flag 3"},
		{"sh-port", args{}, "off", Known, "= flag-2 for sh; must come after lb_algo sh"},
		{"sh-fallback", args{}, "off", Known, "= flag-1 for sh; must come after lb_algo sh"},
		{"mh-port", args{}, "off", Known, "= flag-2 for mh; must come after lb_algo mh"},
		{"mh-fallback", args{}, "off", Known, "= flag-1 for mh; must come after lb_algo mh"},
		{"lb_kind", form("NAT|DR|TUN [type ipip|gue port 1..65535|gre] [nocsum|csum|remcsum] (case sensitive)"), "NAT (with config warning); tunnel type ipip nocsum", Known, "default forwarding for real and sorry servers"},
		{"lvs_method", form("NAT|DR|TUN [type ipip|gue port 1..65535|gre] [nocsum|csum|remcsum] (case sensitive)"), "NAT (with config warning); tunnel type ipip nocsum", Known, "default forwarding for real and sorry servers"},
		{"persistence_engine", form("NAME (<=16 chars)"), "", Known, "IPVS persistence engine (kernel has sip); sent only if persistence_timeout set"},
		{"persistence_timeout", form("[1..2678400]"), "off; 360 if no value", Known, "persistence seconds"},
		{"persistence_granularity", form("dotted netmask (v4) | 1..128 (v6)"), "/32, /128", Known, "persistence mask; also turns persistence on (360 s) and fixes the family; lost for groups"},
		{"protocol", form("TCP|UDP|SCTP (case insensitive)"), "UDP with warning for address services; ignored for fwmark", Known, "L4 protocol"},
		{"ha_suspend", args{}, "off", Known, "run checkers only while the VIP is present on this host; cleared for fwmark; broken for groups"},
		{"smtp_alert", form("[on|off|true|false|yes|no]"), "smtp_alert_checker, else smtp_alert, else off", Known, "mail on quorum changes"},
		{"virtualhost", form("STRING"), "", Known, "default Host header/SNI for HTTP_GET/SSL_GET"},
		{"snmp_name", form("STRING (only in SNMP builds)"), "", Known, "name in MIB"},
		{"alpha", args{}, "off", Known, "default alpha for checkers"},
		{"omega", args{}, "off", Known, "run down notifiers on shutdown"},
		{"quorum_up", form("SCRIPT|QUOTED-STRING [user [group]]"), "", Known, "run when quorum gained (also at start)"},
		{"quorum_down", form("SCRIPT|QUOTED-STRING [user [group]]"), "", Known, "run when quorum lost"},
		{"quorum", form("1..4294967295"), "1; reduced to sum of configured weights", Known, "needed sum of live weights"},
		{"hysteresis", form("0..4294967295"), "0; reduced to quorum-1", Known, "gain at quorum+h, loss below quorum-h"},
		{"weight", form("1..2147483647"), "1", Known, "default real server weight (not in the man page)"},
		{"sorry_server", form("IPADDR [PORT]"), "", Known, "fallback server; last one wins"},
		{"sorry_server_inhibit", args{}, "off", Known, "keep sorry server in table with weight 0"},
		{"sorry_server_lvs_method", form("same as lb_kind, after sorry_server"), "virtual server's", Known, "forwarding of sorry server"},
		{"real_server", checked("ADDRESS [PORT]", newBlock("virtual_server.real_server", realServerRows())), "at least one needed, else VS dropped", Known, "destination"},
		{"nat_mask", form("MASK"), "", Deprecated, "it has had no meaning for many years: remove it"},
	}
}

// realServerRows are the keywords of real_server.
func realServerRows() []row {
	const here = "virtual_server.real_server."
	check := func(name string, tables ...[]row) args {
		return checked("", newBlock(here+name, tables...))
	}
	return []row{
		{"weight", form("0..2147483647"), "virtual_server weight (1)", Known, "IPVS weight"},
		{"lvs_method", form("same as lb_kind (lb_kind itself is not accepted here)"), "virtual server's", Known, "forwarding"},
		{"uthreshold", form("0..4294967295"), "0 (off)", Known, "IPVS upper connection threshold"},
		{"lthreshold", form("0..4294967295"), "0 (off)", Known, "IPVS lower connection threshold"},
		{"inhibit_on_failure", form("[on|off|true|false|yes|no]"), "virtual_server value", Known, "weight 0 instead of removal"},
		{"notify_up", form("SCRIPT|QUOTED-STRING [user [group]]"), "", Known, "run when server comes up"},
		{"notify_down", form("SCRIPT|QUOTED-STRING [user [group]]"), "", Known, "run when server goes down"},
		{"alpha", form("[on|off|true|false|yes|no]"), "virtual_server value", Known, "default for checkers"},
		{"retry", form("1..4294967295"), "virtual_server value", Known, "default for checkers"},
		{"delay_before_retry", form("SECONDS with decimals, 0.."), "virtual_server value", Known, "default for checkers"},
		{"warmup", form("SECONDS with decimals, 0.."), "virtual_server value", Known, "default for checkers"},
		{"connect_timeout", form("SECONDS with decimals, 0.000001..4294.967295"), "virtual_server value", Known, "default for checkers"},
		{"delay_loop", form("SECONDS with decimals, 0.000001.."), "virtual_server value", Known, "default for checkers"},
		{"smtp_alert", form("[on|off|true|false|yes|no]"), "smtp_alert_checker, else smtp_alert, else ON", Known, "mail on checker/server changes"},
		{"virtualhost", form("STRING"), "virtual_server value", Known, "Host header default (not used for SNI)"},
		{"snmp_name", form("STRING (only in SNMP builds)"), "", Known, "name in MIB"},
		{"TCP_CHECK", check("TCP_CHECK", connectRows(), retryRows()), "", Known, "a TCP connection can be made"},
		{"HTTP_GET", check("HTTP_GET", connectRows(), retryRows(), httpRows(here+"HTTP_GET")), "", Known, "pages have the expected status and content"},
		{"SSL_GET", check("SSL_GET", connectRows(), retryRows(), httpRows(here+"SSL_GET"), tlsRows()), "", Known, "as HTTP_GET, over TLS"},
		{"SMTP_CHECK", check("SMTP_CHECK", connectRows(), retryRows(), smtpRows()), "", Known, "a mail server greets"},
		{"DNS_CHECK", check("DNS_CHECK", connectRows(), retryRows(), dnsRows()), "", Known, "a name server answers"},
		{"UDP_CHECK", check("UDP_CHECK", connectRows(), retryRows(), udpRows()), "", Known, "a datagram is answered, or at least not refused"},
		{"PING_CHECK", check("PING_CHECK", connectRows(), retryRows()), "", Known, "the server answers to ping"},
		{"MISC_CHECK", check("MISC_CHECK", retryRows(), miscRows()), "", Known, "a program succeeds"},
		{"FILE_CHECK", check("FILE_CHECK", fileCheckRows()), "", Known, "the number in a tracked file allows it"},
		{"BFD_CHECK", check("BFD_CHECK", bfdCheckRows()), "", Known, "a BFD session is up"},
	}
}
