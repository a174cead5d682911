package demo

import (
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		version  vrrp.Version
		priority uint8
		interval time.Duration
		adverts  int
		want     string
	}{
		{vrrp.V2, 100, time.Second, 3, "3.609 s = 3 x 1 s + skew 609.4 ms"},
		{vrrp.V2, 254, 5 * time.Second, 3, "15.008 s = 3 x 5 s + skew 7.8 ms"},
		{vrrp.V3, 100, time.Second, 3, "3.609 s = 3 x 1 s + skew 609.4 ms"},
		{vrrp.V3, 100, 100 * time.Millisecond, 3, "360.9 ms = 3 x 100 ms + skew 60.9 ms"},
		{vrrp.V3, 1, 10 * time.Millisecond, 5, "60 ms = 5 x 10 ms + skew 10 ms"},
		{vrrp.V3, 128, 4 * time.Second, 3, "14 s = 3 x 4 s + skew 2 s"},
	} {
		if got := newLimit(c.version, c.priority, c.interval, c.adverts).String(); got != c.want {
			t.Errorf("version %d, priority %d: %s, want %s", c.version, c.priority, got, c.want)
		}
	}
}
