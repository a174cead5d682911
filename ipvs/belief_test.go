package ipvs_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// One look is enough for any number of Applies: what a Reconciler believes of
// the kernel is so.
func TestApplyKnows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k ipvstest.Kernel
		looks := 0
		k.Intercept(func(c ipvstest.Call) error {
			if c.Method == ipvstest.State {
				looks++
			}
			return nil
		})
		r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &k})
		if err != nil {
			t.Fatal(err)
		}
		for _, wish := range rapid.SliceOfN(states, 2, 6).Draw(t, "wishes") {
			for range 2 {
				before := len(k.Changes())
				if err := r.Apply(context.Background(), wish); err != nil {
					t.Fatal(err)
				}
				if got, want := k.String(), wish.Table.String(); got != want || looks != 1 {
					t.Fatalf("%d looks, have:\n%swant:\n%s", looks, got, want)
				}
				for _, c := range k.Changes()[before:] {
					if c.Op == ipvs.EditDestination || c.Op == ipvs.EditService {
						if e, found := entry(wish, c.Service.Key); !found || e.Service.Scheduler != c.Service.Scheduler {
							t.Fatalf("%v is of no use", c)
						}
					}
				}
			}
		}
	})
}

// Where the table changes under it Apply looks again at once, but not for ever.
func TestApplyLooksAgain(t *testing.T) {
	for _, fault := range []struct {
		name  string
		call  func(*ipvstest.Kernel, ipvstest.Call) error
		err   error
		looks int
	}{
		{"flushed half way", func(k *ipvstest.Kernel, c ipvstest.Call) error {
			if c.N == 3 {
				return k.Meddle(ipvs.Change{Op: ipvs.Flush})
			}
			return nil
		}, nil, 2},
		{"always there already", func(_ *ipvstest.Kernel, c ipvstest.Call) error {
			if c.Method == ipvstest.Change {
				return os.ErrExist
			}
			return nil
		}, os.ErrExist, 3},
		{"refused", func(_ *ipvstest.Kernel, c ipvstest.Call) error {
			if c.Method == ipvstest.Change {
				return os.ErrPermission
			}
			return nil
		}, os.ErrPermission, 1},
	} {
		t.Run(fault.name, func(t *testing.T) {
			var k ipvstest.Kernel
			r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &k})
			if err != nil {
				t.Fatal(err)
			}
			for _, apply := range []func() error{
				func() error { return r.Apply(t.Context(), mine) },
				func() error { _, err := ipvs.Apply(t.Context(), &k, mine, nil); return err },
			} {
				_ = k.Meddle(ipvs.Change{Op: ipvs.Flush})
				first, looks := 0, 0
				k.Intercept(func(c ipvstest.Call) error {
					if first == 0 {
						first = c.N
					}
					c.N -= first - 1
					if c.Method == ipvstest.State {
						looks++
					}
					return fault.call(&k, c)
				})
				if err := apply(); !errors.Is(err, fault.err) || looks != fault.looks {
					t.Errorf("%v, %d looks instead of %d", err, looks, fault.looks)
				}
				if fault.err == nil && k.String() != mineText[1:] {
					t.Errorf("have:\n%v", &k)
				}
			}
		})
	}
}

// However often Apply is called, the look is not put off.
func TestLookIsNotPutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{Interval: 10 * time.Second})
		b.apply(mine)
		b.meddle(ipvs.Change{Op: ipvs.DeleteDestination, Service: web, Destination: nat("198.51.100.1:80", 0)})
		s := ipvs.State{Table: mine.Table.Clone()}
		for i := range 5 {
			time.Sleep(2100 * time.Millisecond)
			s.Table[0].Destinations[1].Weight = 10 + i
			b.apply(s)
		}
		b.has(s.Table.String())
		b.stop()
	})
}

// Timeouts that nobody desires, or no longer, are not ours to put right.
func TestForeignTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		set := func(timeouts ipvs.Timeouts) { b.meddle(ipvs.Change{Op: ipvs.SetTimeouts, Timeouts: timeouts}) }
		b.apply(ipvs.State{Timeouts: ipvs.Timeouts{UDP: 30 * time.Second}})
		b.saw("applied\n--set 0 0 30\n")
		set(ipvs.Timeouts{TCP: 77 * time.Second})
		time.Sleep(time.Minute)
		b.saw("")
		set(ipvs.Timeouts{UDP: 77 * time.Second})
		time.Sleep(time.Minute)
		b.saw("corrected\n--set 0 0 30\n")
		b.apply(ipvs.State{})
		b.saw("applied\n--set 0 0 300\n")
		set(ipvs.Timeouts{UDP: 77 * time.Second})
		time.Sleep(time.Minute)
		b.apply(mine) // whatever
		b.stop()
		b.saw("applied\n" + mineText[1:] + "applied\n-D -t 192.0.2.1:80\n")
	})
}

// What the kernel makes of a daemon's options is not corrected.
func TestDaemonDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		b.apply(ipvs.State{Daemons: []ipvs.Daemon{
			{Role: ipvs.Master, Interface: "eth0", MaxLen: 1000},
			{Role: ipvs.Backup, Interface: "eth0", MaxLen: 1000}, // becomes 1024
		}})
		b.saw("applied\n--start-daemon master --mcast-interface eth0 --syncid 0 --sync-maxlen 1000\n--start-daemon backup --mcast-interface eth0 --syncid 0 --sync-maxlen 1000\n")
		time.Sleep(time.Minute)
		b.saw("")
		b.stop()
		b.saw("applied\n--stop-daemon master\n--stop-daemon backup\n")
	})
}
