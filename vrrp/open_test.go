package vrrp_test

import (
	"testing"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// opening is a Network that notes what it is asked to open.
type opening struct {
	*vrrptest.Port
	asked []vrrp.LinkConfig
}

func (o *opening) Open(cfg vrrp.LinkConfig) (vrrp.Link, error) {
	o.asked = append(o.asked, cfg)
	return o.Port.Open(cfg)
}

// What a router's configuration says about its link is what the network is asked
// for.
func TestOpen(t *testing.T) {
	vmac := vrrp.LinkConfig{Interface: "eth0", Group: packet.GroupIPv4, VMAC: "vrrp.51"}
	base := vmac
	base.XmitBase = true
	for _, tt := range []struct {
		cfg  vrrp.Config
		want vrrp.LinkConfig
	}{
		{vrrp.Config{}, vrrp.LinkConfig{Interface: "eth0", Group: packet.GroupIPv4}},
		{vrrp.Config{VMAC: "vrrp.51"}, vmac},
		{vrrp.Config{VMAC: "vrrp.51", XmitBase: true}, base},
	} {
		network := &opening{Port: vrrptest.NewSegment().Attach("192.0.2.1")}
		h := vrrp.NewHost(vrrp.HostConfig{Network: network})
		tt.cfg.Interface, tt.cfg.VRID, tt.cfg.Addresses = "eth0", 51, prefixes("192.0.2.100/24")
		if _, err := h.Add(tt.cfg); err != nil {
			t.Fatal(err)
		}
		if len(network.asked) != 1 || network.asked[0] != tt.want {
			t.Errorf("asked for %+v, want %+v", network.asked, tt.want)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}
