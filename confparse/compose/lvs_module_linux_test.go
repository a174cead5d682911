package compose_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// Where the kernel has no IPVS, its module is loaded; if that does not help, the
// error says what is missing.
func TestModule(t *testing.T) {
	if k, err := ipvs.NewKernel(0); err == nil {
		k.Close()
		t.Skip("this machine has IPVS")
	}
	dir := t.TempDir()
	called := filepath.Join(dir, "called")
	if err := os.WriteFile(filepath.Join(dir, "modprobe"), []byte("#!/bin/sh\necho \"$@\" >"+called+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	_, err := compose.New(parse(t, fmt.Sprintf(web, "", "")), compose.Options{
		Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: viptest.NewKernel("eth0"),
	})
	if err == nil || os.Geteuid() == 0 && !strings.Contains(err.Error(), "load the module ip_vs") {
		t.Errorf("error: %v", err)
	}
	if b, err := os.ReadFile(called); os.Geteuid() == 0 && string(b) != "ip_vs\n" {
		t.Errorf("modprobe %q, %v", b, err)
	}
}
