package daemon

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/notify"
)

// The keywords of ours that have to do with notifications do what they say.
func TestNotifyExtensions(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "smtp.pass")
	if err := os.WriteFile(secret, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	parse := func(global string) *confparse.Config {
		t.Helper()
		cfg, diags := confparse.Parse("test.conf", []byte("global_defs {\n notification_email {\n a@example.com\n }\n smtp_server relay.example.com\n"+global+"\n}\n"+
			"vrrp_sync_group G {\n group {\n A\n B\n }\n}\n"+
			"vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 192.0.2.1\n }\n}\n"+
			"vrrp_instance B {\n interface eth0\n virtual_router_id 2\n virtual_ipaddress {\n 192.0.2.2\n }\n}\n"), confparse.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Render())
		}
		return cfg
	}
	for _, tt := range []struct {
		global string
		port   uint16
		tls    notify.MailTLS
		user   string
	}{
		{"", 25, notify.PlainMail, ""},
		{"smtp_tls starttls\n smtp_user lb1 " + secret, 25, notify.StartTLS, "lb1"},
		{"smtp_tls tls\n smtp_user lb1 " + secret, 465, notify.ImplicitTLS, "lb1"},
	} {
		m, err := mailConfig(parse(tt.global))
		if err != nil {
			t.Fatal(err)
		}
		if m.Port != tt.port || m.TLS != tt.tls || m.User != tt.user || (m.Password == "open sesame") != (tt.user != "") {
			t.Errorf("%q: port %d, TLS %v, user %q, password %q", tt.global, m.Port, m.TLS, m.User, m.Password)
		}
	}
	if _, err := mailConfig(parse("smtp_user lb1 /does/not/exist")); err == nil || !strings.Contains(err.Error(), "smtp_user") {
		t.Errorf("a password that is not there: %v", err)
	}

	r := notifyRules(parse("notify_timeout 90\n notify_latest"))
	members := map[notify.Source][]notify.Source{group("G"): {instance("A"), instance("B")}}
	if r.Timeout != 90*time.Second || !r.Latest || !reflect.DeepEqual(r.Members, members) {
		t.Errorf("%+v", r)
	}
}
