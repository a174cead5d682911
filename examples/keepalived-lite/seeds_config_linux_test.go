package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The exit status of -t, which Ansible roles and the like depend on, and one
// line of what it says. D1 to D10 are decisions about what the texts leave open.
func proveConfigTest(t *testing.T, p seedRun) {
	// An interface that every machine has.
	const good = `vrrp_instance VI_1 {
    interface lo
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.100/24
    }
`
	with := func(lines string) string { return good + lines + "\n}\n" }
	instead := func(line, other string) string { return strings.Replace(with(""), line, other, 1) }
	for _, c := range []struct {
		name, conf string
		status     int
		line       string // of standard error, after the file's name; "": nothing is printed
	}{
		{"D8 good", with(""), 0, ""},
		{"D8 empty file", "", 4, ": error: the configuration is empty [no-config]"},
		{"D8 comments only", "# later\n", 4, ": error: the configuration is empty [no-config]"},
		{"D8 unknown keyword", with("    prioritty 100"), 5, ":8:5: error: unknown keyword prioritty in vrrp_instance [unknown-keyword]"},
		{"D8 scripts without security", with(`    notify_master "/usr/bin/true a"`), 6, ":8:19: warning: scripts run without enable_script_security"},
		{"D8 an error and a script", with("    prioritty 100\n" + `    notify_master "/usr/bin/true a"`), 5, ":8:5: error: unknown keyword prioritty"},
		{"D2 shell text", "global_defs {\n    enable_script_security\n    script_user root\n}\nvrrp_script chk {\n    script \"< /dev/tcp/127.0.0.1/80\"\n}\n" + with("    track_script {\n        chk\n    }"), 0,
			`:6:12: warning: "< /dev/tcp/127.0.0.1/80" is no program, but text for a shell`},
		{"D3 nat_mask", with("") + "virtual_server 192.0.2.100 80 {\n    lb_algo rr\n    nat_mask 255.255.255.0\n}\n", 5, ":12:5: warning: nat_mask is deprecated [deprecated]"},
		{"D4 a password of 14 characters", with("    authentication {\n        auth_type PASS\n        auth_pass secretpassword\n    }"), 5,
			":10:19: warning: only the first 8 characters of auth_pass count [adjusted]"},
		{"D5 own address among the peers", with("    unicast_src_ip 192.0.2.10\n    unicast_peer {\n        192.0.2.10\n        192.0.2.11\n    }"), 0,
			":10:9: note: unicast_peer 192.0.2.10 is this router's own address, and skipped [list-entry]"},
		{"D6 state MASTER without a priority", instead("    priority 100", "    state MASTER"), 0,
			":4:5: warning: state MASTER without a priority makes vrrp_instance VI_1 the address owner: priority 255"},
		{"D7 fragment: the router id", "vrrp_instance VI_1 {\n    state BACKUP\n    # ...\n}\n", 5,
			":1:1: error: vrrp_instance VI_1 has no virtual_router_id [missing-vrid]"},
		{"D7 fragment: the line to add", "vrrp_instance VI_1 {\n    state BACKUP\n    # ...\n}\n", 5,
			"  help: add to vrrp_instance VI_1, the same on all nodes: virtual_router_id 51"},
		{"D10 curly quotes, 003", with("    notify_master “/usr/bin/true”"), 5, ":8:19: error: “ is a typographic quote, which means nothing to keepalived [curly-quote]"},
		{"D10 curly apostrophes", with("    notify_master ’/usr/bin/true’"), 5, ":8:19: error: ’ is a typographic quote, which means nothing to keepalived [curly-quote]"},
		{"000.5 priority 255", instead("priority 100", "priority 255"), 0, ""},
		{"000.5 priority 256", instead("priority 100", "priority 256"), 5, ":4:14: error: priority 256 is not in 1..255 [out-of-range]"},
		{"002.5 router id 0", instead("_id 51", "_id 0"), 5, ":3:23: error: virtual_router_id 0 is not in 1..255 [out-of-range]"},
		{"002.5 router id 256", instead("_id 51", "_id 256"), 5, ":3:23: error: virtual_router_id 256 is not in 1..255 [out-of-range]"},
		{"002.5 router id 1", instead("_id 51", "_id 1"), 0, ""},
		{"002.5 router id 255", instead("_id 51", "_id 255"), 0, ""},
		{"003.17 nopreempt in state MASTER", with("    state MASTER\n    nopreempt"), 5, ":9:5: warning: nopreempt of vrrp_instance VI_1 is ignored: it has state MASTER [adjusted]"},
	} {
		p.item(t, c.name, func(t *step) {
			file := filepath.Join(t.TempDir(), "keepalived.conf")
			if err := os.WriteFile(file, []byte(c.conf), 0o600); err != nil {
				t.Fatal(err)
			}
			status, stderr := configTestFile(t, nil, file)
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			checkSays(t, stderr, file, c.line)
		})
	}
	p.item(t, "D8 missing file", func(t *step) {
		file := filepath.Join(t.TempDir(), "keepalived.conf")
		status, stderr := configTestFile(t, nil, file)
		if status != 4 {
			t.Errorf("status %d, want 4", status)
		}
		checkSays(t, stderr, file, ": error: cannot read the configuration: no such file or directory [no-config]")
	})
}

// checkSays checks that a line of stderr begins with line, the name of the file
// put before it unless it is indented; for "" that there is none.
func checkSays(t testing.TB, stderr, file, line string) {
	t.Helper()
	if line == "" {
		if stderr != "" {
			t.Errorf("printed:\n%s", stderr)
		}
		return
	}
	if !strings.HasPrefix(line, " ") {
		line = file + line
	}
	for got := range strings.Lines(stderr) {
		if strings.HasPrefix(got, line) {
			return
		}
	}
	t.Errorf("no line begins with\n%s\nprinted:\n%s", line, stderr)
}
