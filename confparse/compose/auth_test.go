package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Every kind of authentication arrives at the router, from the file or from
// files beside it, and what is missing is told with its place.
func TestAuthentication(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	key, text := strings.Repeat("k", 40), strings.Repeat("t", 32)
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	write("credential", "s3cret99\n")
	for _, tt := range []struct {
		name, conf string
		want       func(vrrp.Config) bool
		err        string
	}{
		{"PASS", "authentication { auth_type PASS\n auth_pass s3cret99\n }",
			func(c vrrp.Config) bool { return c.Password == "s3cret99" && !c.AuthHeader && c.HMAC == nil }, ""},
		{"AH from a credential", "authentication { auth_type AH\n auth_pass_file credential\n }",
			func(c vrrp.Config) bool { return c.Password == "s3cret99" && c.AuthHeader }, ""},
		{"no file", "authentication { auth_type PASS\n auth_pass_file /nowhere\n }", nil, "no such file"},
		{"HMAC", fmt.Sprintf("authentication { auth_type PASS\n auth_pass s3cret99\n }\nauth_hmac { key 1 %s\n key 2 file:%s\n active_key 2\n mode permissive\n anti_replay monotonic\n time_window 9\n }", text, write("key", key)),
			func(c vrrp.Config) bool {
				h := c.HMAC
				return c.Password == "" && h.Active == 2 && string(h.Keys[1]) == text && string(h.Keys[2]) == key &&
					h.Mode == vrrp.HMACPermissive && h.AnyTime && h.Window.Seconds() == 9
			}, ""},
		{"HMAC key too short", fmt.Sprintf("auth_hmac { key 1 file:%s\n active_key 1\n }", write("short", "short")), nil, "5 bytes long"},
		{"TTL limits", "unicast_src_ip 192.0.2.1\n unicast_ttl 64\n unicast_peer { 192.0.2.2 min_ttl 254\n 192.0.2.3\n }",
			func(c vrrp.Config) bool {
				return c.TTL == 64 && len(c.PeerTTL) == 1 && c.PeerTTL[c.Peers[0]] == vrrp.TTLRange{Min: 254, Max: 255} && !c.Compat.AnyPeer
			}, ""},
	} {
		file := write("keepalived.conf", "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 192.0.2.9\n }\n"+tt.conf+"\n}\n")
		cfg, diags := confparse.ParseFile(file, confparse.Options{})
		if len(cfg.Instances) != 1 {
			t.Fatalf("%s: %v", tt.name, diags)
		}
		c, err := routerConfig(cfg.Instances[0], nil)
		if err == nil {
			err = c.Validate()
		}
		switch {
		case tt.err == "" && (err != nil || !tt.want(c)):
			t.Errorf("%s: %+v, %v", tt.name, c, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
		}
	}
}
