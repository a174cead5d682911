package compose

import (
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// vrrp_delay_after_boot is what is left of it, and the longer delay wins.
func TestStartDelay(t *testing.T) {
	for _, tt := range []struct{ startup, boot, up, want time.Duration }{
		{0, 0, time.Hour, 0},
		{5 * time.Second, 0, 0, 5 * time.Second},
		{0, time.Minute, 20 * time.Second, 40 * time.Second},
		{5 * time.Second, time.Minute, 58 * time.Second, 5 * time.Second},
		{0, time.Minute, time.Hour, 0},
	} {
		cfg := &confparse.Config{}
		cfg.Global.StartupDelay, cfg.Global.DelayAfterBoot = tt.startup, tt.boot
		if got := startDelay(cfg, tt.up); got != tt.want {
			t.Errorf("%v from the start, %v from the boot %v ago: %v, want %v", tt.startup, tt.boot, tt.up, got, tt.want)
		}
	}
	if a, b := sinceBoot(), sinceBoot(); a <= 0 || b < a {
		t.Errorf("up for %v, then for %v", a, b)
	}
}
