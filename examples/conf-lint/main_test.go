package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLint(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]int{
		"vrrp_instance VI_1 {\n\tinterface eth0\n\tvirtual_router_id 51\n\tpriority 100\n\tvirtual_ipaddress {\n\t\t192.0.2.100/24\n\t}\n}\n": 0,
		"vrrp_instance VI_1 {\n\tinterfaec eth0\n}\n": 1,
	} {
		name := filepath.Join(dir, "keepalived.conf")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := lint(name); got != want {
			t.Errorf("status %d, want %d, of\n%s", got, want, text)
		}
	}
	if got := lint(filepath.Join(dir, "missing")); got != 2 {
		t.Errorf("status %d of a missing file", got)
	}
}
