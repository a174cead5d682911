package compose_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

// enable_script_security is about every program that runs, whatever names it.
func TestScriptSecurityCoversEveryKeyword(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only what runs as root is looked at")
	}
	script := filepath.Join(t.TempDir(), "open.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(script, 0o777); err != nil {
		t.Fatal(err)
	}
	base := "vrrp_instance VI_1 {\n interface lo\n virtual_router_id 51\n virtual_ipaddress {\n  192.0.2.100\n }\n%s}\n"
	in := func(line string) string { return fmt.Sprintf(base, " "+line+"\n") }
	global := func(line string) string { return fmt.Sprintf("global_defs {\n %s\n}\n"+base, line, "") }
	server := func(virtual, real string) string {
		return fmt.Sprintf(base, "") + fmt.Sprintf("virtual_server 192.0.2.100 80 {\n lb_algo rr\n protocol TCP\n%s\n real_server 198.51.100.1 80 {\n weight 1\n%s\n }\n}\n", virtual, real)
	}
	for name, text := range map[string]string{
		"notify": in("notify " + script), "notify_master": in("notify_master " + script), "notify_backup": in("notify_backup " + script),
		"notify_fault": in("notify_fault " + script), "notify_stop": in("notify_stop " + script), "notify_deleted": in("notify_deleted " + script),
		"notify_fifo_script":      global("notify_fifo /run/fifo\n notify_fifo_script " + script),
		"vrrp_notify_fifo_script": global("vrrp_notify_fifo /run/fifo\n vrrp_notify_fifo_script " + script),
		"lvs_notify_fifo_script":  global("lvs_notify_fifo /run/fifo\n lvs_notify_fifo_script " + script),
		"quorum_up":               server("quorum_up "+script, ""), "quorum_down": server("quorum_down "+script, ""),
		"notify_up": server("", "notify_up "+script), "notify_down": server("", "notify_down "+script),
		"misc_path": server("", "MISC_CHECK {\n misc_path "+script+"\n }"),
	} {
		cfg := parse(t, "global_defs {\n enable_script_security\n script_user root\n}\n"+text)
		found := compose.Inspect(cfg)
		if !found.HasErrors() || !strings.Contains(found.Render(), string(confparse.CodeScriptSecurity)) {
			t.Errorf("%s: not refused:\n%s", name, found.Render())
		}
	}
}
