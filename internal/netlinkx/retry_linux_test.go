package netlinkx

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/netlink/nltest"
	"golang.org/x/sys/unix"
)

// While the kernel refuses to list, a monitor asks more and more seldom, tells
// of it once, and keeps what it knows.
func TestMonitorBacksOffWhileListsFail(t *testing.T) {
	for _, tc := range []struct {
		name  string
		begin func(m *Monitor)
	}{
		{"of everything", func(m *Monitor) { m.overrun = true }},
		{"of one interface", func(m *Monitor) { m.table.dirty[3] = struct{}{} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				var works atomic.Bool
				m := &Monitor{
					lists: &Conn{nl: nltest.Dial(func(req []netlink.Message) ([]netlink.Message, error) {
						asked++
						if !works.Load() {
							return nil, unix.EPERM
						}
						return nltest.Multipart([]netlink.Message{{Header: netlink.Header{
							Type: unix.RTM_NEWADDR, Flags: netlink.Multi, Sequence: req[0].Header.Sequence,
						}, Data: testAddress}, {}})
					})},
					relist:      make(chan struct{}, 1),
					table:       newTable([]Interface{{Index: 3, Name: "eth0"}}),
					subscribers: make(map[*func()]struct{}),
				}
				calls := 0
				m.Subscribe(func() { calls++ })
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				tc.begin(m)
				wake(m.relist)
				go m.listAddresses(ctx)
				time.Sleep(10*time.Second + time.Millisecond)
				synctest.Wait()
				// 4, 8, ... 512 ms and 1 s make eight in the first second.
				if asked < 15 || asked > 20 || calls != 1 || !errors.Is(m.Err(), unix.EPERM) {
					t.Errorf("failing: asked %d times, told %d times, %v", asked, calls, m.Err())
				}
				if i, ok := m.Interface("eth0"); !ok || i.Index != 3 {
					t.Errorf("it forgot: %+v", i)
				}
				works.Store(true)
				time.Sleep(time.Second)
				synctest.Wait()
				if calls != 2 || m.Err() != nil {
					t.Errorf("in the end: told %d times, %v", calls, m.Err())
				}
				before := asked
				time.Sleep(time.Minute)
				synctest.Wait()
				if asked != before {
					t.Errorf("asked %d times for nothing", asked-before)
				}
			})
		})
	}
}
