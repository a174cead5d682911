package vrrp_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// counting is a Network that says which interfaces are watched.
type counting struct {
	*vrrptest.Port
	watched map[string]int
}

type counted struct {
	vrrp.Link
	close func()
}

func (c *counting) Open(cfg vrrp.LinkConfig) (vrrp.Link, error) {
	switch l, err := c.Port.Open(cfg); {
	case err != nil || !cfg.Watching():
		return l, err
	case cfg.Interface == "forbidden":
		return nil, net.ErrClosed
	default:
		c.watched[cfg.Interface]++
		return &counted{l, func() { c.watched[cfg.Interface]-- }}, nil
	}
}

func (c *counted) Close() error {
	c.close()
	return c.Link.Close()
}

// Wait unwraps nothing: what it reports are the links of the port.
func (c *counting) Wait(until, quiet time.Time, ready []vrrp.Link) []vrrp.Link {
	return c.Port.Wait(until, quiet, ready)
}

// track_interface: a router follows an interface by itself.
func TestTrackedInterface(t *testing.T) {
	for _, tt := range []struct {
		weight   int
		reverse  bool
		up, down string
	}{
		{-20, false, "MASTER 100", "MASTER 80"},
		{20, false, "MASTER 120", "MASTER 100"},
		{-20, true, "MASTER 100", "MASTER 120"},
		{0, false, "MASTER 100", "FAULT 100"},
		{0, true, "FAULT 100", "MASTER 100"},
	} {
		for _, how := range []string{"configured", "Track", "Update", "group", "Group.Track"} {
			t.Run(fmt.Sprintf("%d %v %s", tt.weight, tt.reverse, how), func(t *testing.T) {
				inBubble(t, func(t *testing.T, b *bench) {
					h := b.host("192.0.2.1")
					tracker := vrrp.Tracker{Name: "uplink", Interface: "eth1", Weight: tt.weight, Reverse: tt.reverse}
					var group vrrp.GroupConfig
					if how == "group" {
						group.Trackers = []vrrp.Tracker{tracker}
					}
					g, err := h.AddGroup(group)
					if err != nil {
						t.Fatal(err)
					}
					r := h.add(t, 100, func(c *vrrp.Config) {
						if how == "configured" {
							c.Trackers = []vrrp.Tracker{tracker}
						}
						if strings.Contains(strings.ToLower(how), "group") {
							c.Sync = g
						}
					})
					switch how {
					case "Track":
						_, err = r.SetTracker(tracker)
					case "Group.Track":
						_, err = g.SetTracker(tracker)
					case "Update":
						cfg := r.Config()
						cfg.Trackers = []vrrp.Tracker{tracker}
						err = r.Update(cfg)
					}
					if err != nil {
						t.Fatal(err)
					}
					for _, up := range []bool{true, false, true} {
						h.port.SetInterface("eth1", up)
						h.port.SetInterface("eth2", !up) // nobody's
						time.Sleep(5 * time.Second)
						s := r.Snapshot()
						want := tt.down
						if up {
							want = tt.up
						}
						if got := fmt.Sprint(s.State, " ", s.Priority); got != want {
							t.Errorf("eth1 up %v: %s, want %s", up, got, want)
						}
					}
				})
			})
		}
	}
}

// An interface that is down from the start is known before the router takes part.
func TestTrackedInterfaceFromTheStart(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var log bytes.Buffer
		port := b.seg.Attach("192.0.2.1")
		port.SetInterface("eth1", false)
		h := vrrp.NewHost(vrrp.HostConfig{Network: port, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		r, err := h.Add(vrrp.Config{
			Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24"),
			Trackers: []vrrp.Tracker{{Name: "uplink", Interface: "eth1"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		events := vrrptest.Record(r.Events())
		stop := runHost(t, h)
		time.Sleep(time.Second)
		port.SetInterface("eth1", true)
		time.Sleep(time.Second)
		stop()
		synctest.Wait() // for the recorder
		var got []string
		for _, e := range events.Events() {
			got = append(got, fmt.Sprint(e.From, " ", e.To, " ", e.Detail))
		}
		if want := []string{"INIT FAULT uplink", "FAULT BACKUP ", "BACKUP INIT "}; !slices.Equal(got, want) {
			t.Errorf("events %q, want %q", got, want)
		}
		for _, want := range []string{`"Netlink reports eth1 down" detail="no carrier"`, "Netlink reports eth1 up"} {
			if strings.Count(log.String(), want) != 1 {
				t.Errorf("not once %q in the log:\n%s", want, &log)
			}
		}
	})
}

// An interface is watched as long as somebody tracks it, and once.
func TestTrackedInterfaceIsLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &counting{Port: b.seg.Attach("192.0.2.1"), watched: map[string]int{}}
		h := vrrp.NewHost(vrrp.HostConfig{Network: n})
		runHost(t, h)
		want := func(what, watched string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for name, times := range n.watched {
				if times > 0 {
					got = append(got, fmt.Sprint(name, times))
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, " "); text != watched {
				t.Errorf("%s: watched %q, want %q", what, text, watched)
			}
		}
		track := func(names ...string) (list []vrrp.Tracker) {
			for _, name := range names {
				list = append(list, vrrp.Tracker{Name: "interface " + name, Interface: name, Weight: 1})
			}
			return list
		}
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24"), Trackers: track("eth1", "eth2")}
		r, err := h.Add(cfg)
		if err != nil {
			t.Fatal(err)
		}
		g, err := h.AddGroup(vrrp.GroupConfig{Name: "VG", Trackers: track("eth1", "eth3")})
		if err != nil {
			t.Fatal(err)
		}
		want("router and group", "eth11 eth21 eth31")
		cfg.Trackers = track("eth1", "eth4")
		if err := r.Update(cfg); err != nil {
			t.Fatal(err)
		}
		want("another list", "eth11 eth31 eth41")
		cfg.Trackers = track("forbidden")
		for what, err := range map[string]error{
			"Update":           r.Update(cfg),
			"SetTracker":       second(r.SetTracker(track("forbidden")[0])),
			"Group.SetTracker": second(g.SetTracker(track("forbidden")[0])),
			"AddGroup":         second(h.AddGroup(vrrp.GroupConfig{Trackers: cfg.Trackers})),
			"Add":              second(h.Add(vrrp.Config{Interface: "eth0", VRID: 52, Addresses: prefixes("192.0.2.101/24"), Trackers: cfg.Trackers})),
		} {
			if err == nil || !strings.Contains(err.Error(), "interface forbidden") {
				t.Errorf("%s of an interface that cannot be watched: %v", what, err)
			}
		}
		want("what failed", "eth11 eth31 eth41")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want("the router left", "eth11 eth31")
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		want("the group left", "")
	})
}

func second[T any](_ T, err error) error { return err }
