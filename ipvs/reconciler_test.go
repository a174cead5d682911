package ipvs_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A life: apply, apply the same, one weight, an end. Each writes what it must,
// and what is somebody else's is there before and after.
func TestReconciler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{}, addForeign)
		b.apply(mine)
		b.has(both(mineText, foreignText))
		b.saw("applied\n" + strings.TrimPrefix(mineText, "\n"))

		b.apply(mine)
		b.saw("")

		s := ipvs.State{Table: mine.Table.Clone()}
		s.Table[0].Destinations[0].Weight = 0
		b.apply(s)
		b.saw("applied\n-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 0\n")
		if got := b.Snapshot(); got.Writes != 4 || got.Services != 1 || got.Err != nil || got.Corrections != 0 {
			t.Errorf("%+v", got)
		}

		b.stop()
		b.has(foreignText)
		b.saw("applied\n-D -t 192.0.2.1:80\n")
		if err := b.Apply(t.Context(), mine); !errors.Is(err, ipvs.ErrStopped) {
			t.Errorf("Apply after the end: %v", err)
		}
	})
}

// Keepalived's fault: nothing ever reads the table again, so what somebody
// clears stays cleared. Here it is put right within the interval, and said.
func TestCorrects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{Interval: 3 * time.Second})
		b.apply(mine)
		b.saw("applied\n" + strings.TrimPrefix(mineText, "\n"))
		for _, tt := range []struct {
			name  string
			event []ipvs.Change
			want  string
		}{
			{"the table is cleared", []ipvs.Change{{Op: ipvs.Flush}}, mineText},
			{"another weight, a foreign destination", []ipvs.Change{
				{Op: ipvs.EditDestination, Service: web, Destination: nat("198.51.100.2:80", 7)},
				{Op: ipvs.AddDestination, Service: web, Destination: nat("198.51.100.3:80", 7)},
			}, "-e -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1\n-d -t 192.0.2.1:80 -r 198.51.100.3:80\n"},
			{"another scheduler", []ipvs.Change{{Op: ipvs.EditService, Service: service(ipvs.TCP, "192.0.2.1:80", "rr")}},
				"-E -t 192.0.2.1:80 -s wrr\n"},
			{"other thresholds", []ipvs.Change{{Op: ipvs.EditDestination, Service: web,
				Destination: ipvs.Destination{Address: ap("198.51.100.2:80"), Weight: 1, Upper: 5}}},
				"-e -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1\n"},
		} {
			for _, c := range tt.event {
				b.meddle(c)
			}
			time.Sleep(3 * time.Second)
			b.saw("corrected\n" + strings.TrimPrefix(tt.want, "\n"))
			b.has(mineText)
		}
		b.stop()
	})
}

// What the kernel refuses is tried again, less and less often, and reported
// once; what it takes is there meanwhile.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		tries := 0
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Method == ipvstest.Change && c.Change.Destination.Address == ap("198.51.100.2:80") {
				tries++
				return syscall.ENOMEM
			}
			return nil
		})
		if err := b.Apply(t.Context(), mine); !errors.Is(err, syscall.ENOMEM) {
			t.Errorf("Apply: %v", err)
		}
		b.saw(`
applied
-A -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1
failed: ipvs: -a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1: cannot allocate memory
`)
		time.Sleep(time.Minute)
		b.saw("refused -t 192.0.2.1:80 -r 198.51.100.2:80\n")
		if tries < 8 || tries > 12 {
			t.Errorf("%d tries in a minute", tries)
		}
		if got := b.Snapshot(); !errors.Is(got.Err, syscall.ENOMEM) || !got.Retry.After(time.Now()) {
			t.Errorf("%+v", got)
		}
		b.kernel.Intercept(nil)
		time.Sleep(30 * time.Second)
		b.saw("applied\n-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1\nrecovered\nrefused\n")
		if got := b.Snapshot(); got.Err != nil || got.Missing != nil {
			t.Errorf("%+v", got)
		}
		b.stop()
	})
}

// A desired state that is not valid changes nothing, and what was desired
// before is still looked after.
func TestInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		b.apply(mine)
		bad := ipvs.State{Table: mine.Table.Clone()}
		bad.Table[0].Destinations[0].Weight = -1
		if err := b.Apply(t.Context(), bad); err == nil {
			t.Error("no error")
		}
		b.meddle(ipvs.Change{Op: ipvs.Flush})
		time.Sleep(11 * time.Second)
		b.has(mineText)
		b.stop()
	})
}

// Services by another program are left alone, unless one is told to flush; and
// what a Reconciler leaves behind by request, or because it was killed, is its
// successor's to remove.
func TestStrangers(t *testing.T) {
	for _, tt := range []struct {
		name            string
		config          ipvs.Config
		running, rested string
	}{
		{"left alone", ipvs.Config{}, both(mineText, foreignText), foreignText},
		{"kept", ipvs.Config{Keep: true}, both(mineText, foreignText), both(mineText, foreignText)},
		{"flushed at start", ipvs.Config{FlushAtStart: true}, mineText, ""},
		{"flushed at stop", ipvs.Config{FlushAtStop: true}, both(mineText, foreignText), ""},
		{"flushed at stop, as is said later", ipvs.Config{}, both(mineText, foreignText), ""},
		{"left alone, as is said later", ipvs.Config{FlushAtStop: true}, both(mineText, foreignText), foreignText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, tt.config, addForeign)
				b.apply(mine)
				b.has(tt.running)
				if strings.HasSuffix(tt.name, "later") {
					b.SetFlushAtStop(!tt.config.FlushAtStop)
				}
				b.stop()
				b.has(tt.rested)
			})
		})
	}
}

// Of a process that was killed, its successor keeps what it wants too, as it
// is, and removes the rest: services, daemons, timeouts.
func TestLeftovers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ipvs.json")
	synctest.Test(t, func(t *testing.T) {
		old := ipvs.State{
			Table:    append(ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.7:80", "rr")}, {Service: ipvs.Service{Key: ipvs.Key{Mark: 7, IPv6: true}, Scheduler: "rr"}}}, mine.Table...),
			Timeouts: ipvs.Timeouts{UDP: 10 * time.Second},
			Daemons:  []ipvs.Daemon{{Role: ipvs.Master, Interface: "eth0"}},
		}
		var kernel ipvstest.Kernel
		addForeign(&kernel)
		r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &kernel, StateFile: file})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(t.Context(), old); err != nil { // and is killed
			t.Fatal(err)
		}

		b := newBench(t, ipvs.Config{StateFile: file}, func(k *ipvstest.Kernel) {
			s, _ := kernel.State()
			if _, err := ipvs.Apply(t.Context(), k, s, nil); err != nil {
				t.Fatal(err)
			}
		})
		before := len(b.kernel.Changes())
		b.apply(mine)
		b.saw(`
applied
--set 0 0 300
--stop-daemon master
-D -t 192.0.2.7:80
-D -f 7 -6
`)
		if made := b.kernel.Changes()[before:]; len(made) != 4 {
			t.Errorf("made:\n%s", text(made))
		}
		b.has(both(mineText, foreignText))
		b.stop()
		b.has(foreignText)
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the state file is still there: %v", err)
		}
	})
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ipvs.NewReconciler(ipvs.Config{Kernel: &ipvstest.Kernel{}, StateFile: file}); err == nil || !strings.Contains(err.Error(), "remove it to start without it") {
		t.Errorf("a state file that is none: %v", err)
	}
}

// Timeouts are what they were before, once nobody desires others; daemons run
// while they are desired and start anew when their options change.
func TestTimeoutsAndDaemons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{}, func(k *ipvstest.Kernel) {
			_ = k.Meddle(ipvs.Change{Op: ipvs.StartDaemon, Daemon: ipvs.Daemon{Role: ipvs.Backup, Interface: "eth7"}})
		})
		sync := func(d ...ipvs.Daemon) ipvs.State { return ipvs.State{Daemons: d} }
		b.apply(ipvs.State{Timeouts: ipvs.Timeouts{TCP: 100 * time.Second, UDP: 30 * time.Second}})
		b.saw("applied\n--set 100 0 30\n")
		b.apply(ipvs.State{Timeouts: ipvs.Timeouts{TCP: 100 * time.Second}})
		b.saw("applied\n--set 0 0 300\n")

		master := ipvs.Daemon{Role: ipvs.Master, Interface: "eth0", SyncID: 51}
		b.apply(sync(master))
		b.saw("applied\n--set 900 0 0\n--start-daemon master --mcast-interface eth0 --syncid 51\n")
		b.apply(sync(master))
		b.saw("")
		master.MaxLen = 1000
		b.apply(sync(master))
		b.saw("applied\n--stop-daemon master\n--start-daemon master --mcast-interface eth0 --syncid 51 --sync-maxlen 1000\n")
		b.meddle(ipvs.Change{Op: ipvs.StopDaemon, Daemon: master})
		time.Sleep(10 * time.Second)
		b.saw("corrected\n--start-daemon master --mcast-interface eth0 --syncid 51 --sync-maxlen 1000\n")
		b.apply(sync())
		b.saw("applied\n--stop-daemon master\n")
		b.stop()
		if s, _ := (&b.kernel).State(); len(s.Daemons) != 0 {
			t.Log("closed") // State of a closed kernel is empty
		}
		b.meddle(ipvs.Change{Op: ipvs.StopDaemon, Daemon: ipvs.Daemon{Role: ipvs.Backup}}) // a stranger's, still there
	})
}
