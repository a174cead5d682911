package main_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// trackedFile is two instances whose priority, or fitness, is in a file.
const trackedFile = `track_file number {
    file @FILE@
    init_file 5
}
track_file drain {
    file @FILE@.drain
    weight 0
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id @VRID@
    priority 100
    version 3
    advert_int 0.1
    virtual_ipaddress {
        @VIP@
    }
    track_file {
        number weight 2
        drain
    }
}
`

// TestTrackFile: what is in the file counts as it does for keepalived, which
// follows the same file for another virtual router.
func TestTrackFile(t *testing.T) {
	s := newStand(t)
	number, drain := s.file("number"), s.file("number.drain")
	conf := func(vrid, vip string) string { return fill(trackedFile, "FILE", number, "VRID", vrid, "VIP", vip) }
	begun := time.Now()
	s.start(ours, s.a, conf("51", "192.0.2.100"))
	s.start(reference, s.b, conf("52", "192.0.2.101"))
	both := func(priority uint8) {
		t.Helper()
		s.waitPriority(s.a, 51, priority, begun, 10*time.Second)
		s.waitPriority(s.b, 52, priority, begun, 10*time.Second)
	}
	both(110) // init_file
	for _, tt := range []struct {
		text     string
		priority uint8
	}{
		{"20\n", 140}, {"-0x10", 68}, {"010", 116}, {"127", 254}, {"100000", 254}, {"nothing", 100}, {"-60", 1},
	} {
		begun = time.Now()
		s.write("number", tt.text)
		both(tt.priority)
	}
	begun = time.Now()
	if err := os.Rename(s.write("number.new", "7"), number); err != nil {
		t.Fatal(err)
	}
	both(114)
	begun = time.Now()
	if err := os.Remove(number); err != nil {
		t.Fatal(err)
	}
	both(100)

	fault := func(file, text, mended string) {
		t.Helper()
		s.write(file, text)
		s.waitHolders(t, "192.0.2.100", "", 5*time.Second)
		s.waitHolders(t, "192.0.2.101", "", 5*time.Second)
		s.write(file, mended)
		s.waitHolders(t, "192.0.2.100", "a", 5*time.Second)
		s.waitHolders(t, "192.0.2.101", "b", 5*time.Second)
	}
	fault("number", "-127", "1") // -254 or less
	fault("number.drain", "1", "0")
	s.write("number.drain", "2")
	s.waitHolders(t, "192.0.2.100", "", 5*time.Second)
	if err := os.Remove(drain); err != nil {
		t.Fatal(err)
	}
	s.waitHolders(t, "192.0.2.100", "a", 5*time.Second)
}

const trackedProcess = `vrrp_track_process helper {
    process @NAME@
    weight -20
    quorum 2
    terminate_delay 0.5
}
vrrp_track_process needed {
    process @PATH@ 61
}
vrrp_sync_group VG {
    group {
        VI_2
    }
    track_process {
        needed
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 0.1
    version 3
    virtual_ipaddress {
        192.0.2.100
    }
    track_process {
        helper
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority 100
    advert_int 0.1
    version 3
    virtual_ipaddress {
        192.0.2.101
    }
}
`

// TestTrackProcess: in a network namespace of its own the daemon has no process
// connector, and looks every second.
func TestTrackProcess(t *testing.T) {
	s := newStand(t)
	const name = "vk-helper"
	path := s.file(name)
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		netlab.Missing(t, "needs sleep")
	}
	b, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o700); err != nil {
		t.Fatal(err)
	}
	run := func() (stop func()) {
		cmd := exec.Command(path, "61")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop = func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		t.Cleanup(stop)
		return stop
	}
	one, two := run(), run()
	begun := time.Now()
	n := startLite(t, s.a, fill(trackedProcess, "NAME", name, "PATH", path))
	s.waitPriority(s.a, 51, 100, begun, 10*time.Second)
	s.waitHolders(t, "192.0.2.101", "a", 5*time.Second)

	begun = time.Now()
	one()
	low := s.waitPriority(s.a, 51, 80, begun, 5*time.Second)
	if took := low.At.Sub(begun); took < 500*time.Millisecond {
		t.Errorf("the priority fell after %v, before terminate_delay", took)
	}
	s.stays(t, "192.0.2.101", "a", 500*time.Millisecond)
	two()
	s.waitHolders(t, "192.0.2.101", "", 5*time.Second)

	begun = time.Now()
	run()
	s.waitHolders(t, "192.0.2.101", "a", 8*time.Second)
	run()
	s.waitPriority(s.a, 51, 100, begun, 8*time.Second)
	has(t, n.Log, "Quorum lost for tracked process helper", "Quorum gained for tracked process needed")
}
