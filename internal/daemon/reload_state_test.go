package daemon

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

const stateConf = "vrrp_instance VI_1 {\n interface none0\n virtual_router_id 73\n virtual_ipaddress { 192.0.2.100 }\n}\n"

// Once the file is again what is in use, a reload that failed is nothing to warn
// of; if it was that very file that failed, it is.
func TestFilePutBack(t *testing.T) {
	o := Options{ConfigFile: filepath.Join(t.TempDir(), "k.conf")}
	write := func(text string) uint64 {
		if err := os.WriteFile(o.ConfigFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return fileHash(o)
	}
	now := write(stateConf)
	r := &reloader{o: o, status: report.ConfigStatus{Hash: now, Loaded: time.Now()}}
	warned := func(want bool) {
		t.Helper()
		r.looked = time.Time{}
		if s := r.state(); (s.Error != "") != want {
			t.Errorf("the error is %q", s.Error)
		}
	}
	r.note(write(strings.Replace(stateConf, "73", "300", 1)), errors.New("out of range"))
	warned(true)
	write(stateConf)
	warned(false)
	r.note(now, errors.New("its password file cannot be read"))
	warned(true)
}

// A missing interface is told once.
func TestMissingInterfaceOnce(t *testing.T) {
	if _, err := net.InterfaceByName("none0"); err == nil {
		t.Skip("there is an interface none0")
	}
	cfg, diags := confparse.Parse("k.conf", []byte(stateConf), confparse.Options{})
	diags, err := missingInterfaces(&confparse.Config{}, cfg, append(diags, compose.Inspect(cfg)...))
	if text := withFindings(diags, err).Error(); strings.Count(text, "none0 does not exist") != 1 {
		t.Errorf("%s", text)
	}
}
