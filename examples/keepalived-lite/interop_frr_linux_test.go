package main_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// frrOwner is the record of when FRR on a host owns its virtual addresses. They
// never leave their macvlan: a backup keeps it out of work ("protodown").
type frrOwner struct {
	host string

	mu      sync.Mutex
	obeys   bool // it has been put out of work once; before, nobody looked after it
	changes []netlab.Ownership
}

// followFRR starts to follow a host that is going to run FRR's vrrpd.
func followFRR(t *testing.T, h *netlab.Host) *frrOwner {
	t.Helper()
	// The address on the idle macvlan is not to be answered for by eth0.
	h.Sysctl("net/ipv4/conf/all/arp_ignore=1")
	c, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{NetNS: h.NS(), Groups: unix.RTMGRP_LINK})
	if err != nil {
		t.Fatal(err)
	}
	o, done := &frrOwner{host: h.Name}, make(chan struct{})
	go func() {
		defer close(done)
		for {
			msgs, err := c.Receive()
			if err != nil {
				return // closed
			}
			for _, m := range msgs {
				o.hear(m)
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return o
}

func (o *frrOwner) hear(m netlink.Message) {
	if len(m.Data) < unix.SizeofIfInfomsg {
		return
	}
	ad, err := netlink.NewAttributeDecoder(m.Data[unix.SizeofIfInfomsg:])
	if err != nil {
		return
	}
	name, idle := "", false
	for ad.Next() {
		switch ad.Type() {
		case unix.IFLA_IFNAME:
			name = ad.String()
		case unix.IFLA_PROTO_DOWN:
			idle = ad.Uint8() != 0
		}
	}
	if name != "vrrp4-51" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	gone := m.Header.Type == unix.RTM_DELLINK
	o.obeys = !gone && (o.obeys || idle)
	has := o.obeys && !idle
	if had := len(o.changes) > 0 && o.changes[len(o.changes)-1].Has; has != had {
		o.changes = append(o.changes, netlab.Ownership{At: time.Now(), Host: o.host, Has: has})
	}
}

func (o *frrOwner) Changes() []netlab.Ownership {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.changes)
}
