package netlinkx

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// BenchmarkListThousand is what one notification costs on an interface with a
// thousand addresses.
func BenchmarkListThousand(b *testing.B) {
	lab := netlab.New(b)
	h := lab.Host("h")
	var commands []string
	for n := range 1000 {
		commands = append(commands, fmt.Sprintf("addr add 10.0.%d.%d/32 dev eth0", n/200, n%200))
	}
	h.IP(commands...)
	m, err := NewMonitor(h.NS())
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	i, _ := m.Interface("eth0")
	for b.Loop() {
		if list, err := m.lists.Addresses(i.Index); err != nil || len(list) != 1001 {
			b.Fatal(len(list), err)
		}
	}
}

// BenchmarkLinkDown reports the median time from the loss of a carrier until a
// subscriber knows.
func BenchmarkLinkDown(b *testing.B) {
	lab := netlab.New(b)
	h := lab.Host("h")
	h.IP("link add v0 type veth peer name v1", "link set v0 up", "link set v1 up")
	m, err := NewMonitor(h.NS())
	if err != nil {
		b.Fatal(err)
	}
	c, err := Dial(h.NS())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	changed := make(chan struct{}, 1)
	m.Subscribe(func() { wake(changed) })
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()

	peer, _ := m.Interface("v1")
	set := func(flags uint32) {
		body := linkBody(unix.AF_UNSPEC, peer.Index, flags)
		binary.NativeEndian.PutUint32(body[12:], unix.IFF_UP) // which flags change
		if errs := c.Do([]netlink.Message{{Header: netlink.Header{Type: unix.RTM_NEWLINK}, Data: body}}); errs != nil {
			b.Fatal(errs)
		}
	}
	await := func(up bool) {
		for {
			if i, _ := m.Interface("v0"); i.Up == up {
				return
			}
			<-changed
		}
	}
	var took []time.Duration
	for b.Loop() {
		await(true)
		start := time.Now()
		set(0)
		await(false)
		took = append(took, time.Since(start))
		set(unix.IFF_UP)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "down-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "worst-ms")
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
}
