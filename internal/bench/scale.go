//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const (
	many      = 1000 // instances
	perLink   = 250
	settled   = 8 * time.Second // behind a start: announcements are over
	window    = 8 * time.Second // in which CPU time is measured
	otherOne  = "10.100.200.1"  // that a reload adds
	startWait = 30 * time.Second
)

// manyMasters starts a daemon with many instances, alone on four links, and waits
// until all are masters.
func manyMasters(t *stage, d daemon, interval time.Duration, v values) (lab *netlab.Lab, h *netlab.Host, run running, wire *netlab.Capture) {
	lab = netlab.NewAlone(t, netlab.Keepalived)
	h = lab.Host("a", "10.100.0.254/16")
	for i := 1; i < many/perLink; i++ {
		h.AddLink(fmt.Sprintf("eth%d", i), fmt.Sprintf("lan%d", i), fmt.Sprintf("10.%d.0.254/16", 100+i))
	}
	wire = lab.Capture()
	begin := time.Now()
	run = d.start(h, instances(many, interval))
	type router struct {
		source string
		vrid   uint8
	}
	for {
		heard := map[router]bool{}
		var last time.Time
		for _, a := range wire.Adverts() {
			if r := (router{a.Source.String(), a.VRID}); !heard[r] {
				heard[r], last = true, a.At
			}
		}
		if len(heard) == many {
			v["start to all masters, above the floor"] = float64(last.Sub(begin)-protocol{3, interval}.down()) / float64(time.Millisecond)
			return lab, h, run, wire
		}
		if time.Since(begin) > startWait {
			t.Fatalf("%d of %d instances are masters", len(heard), many)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// masters measures what it costs to be master many times.
func masters(t *stage, d daemon, _ float64, v values) {
	_, _, p, wire := manyMasters(t, d, 100*time.Millisecond, v)
	time.Sleep(settled)
	sent, spent := len(wire.Adverts()), cpuTime(p.PID())
	time.Sleep(window)
	spent = cpuTime(p.PID()) - spent
	sent = len(wire.Adverts()) - sent
	v["CPU time for each advert, us"] = float64(spent) / float64(time.Microsecond) / float64(sent)
	v["resident memory, MiB"] = resident(p.PID())
}

// reload measures how soon an address is there that a reload adds.
func reload(t *stage, d daemon, _ float64, v values) {
	lab, h, p, _ := manyMasters(t, d, time.Second, v)
	time.Sleep(settled)
	owners := lab.Owners(otherOne, h)
	text := strings.Replace(instances(many, time.Second), "10.100.1.1/32\n", "10.100.1.1/32\n\t\t"+otherOne+"/32\n", 1)
	if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	p.Signal(syscall.SIGHUP)
	for len(owners.Changes()) == 0 {
		if time.Since(begin) > startWait {
			t.Fatalf("the new address has not come")
		}
		time.Sleep(10 * time.Millisecond)
	}
	v["SIGHUP to the new address"] = float64(owners.Changes()[0].At.Sub(begin)) / float64(time.Millisecond)
}

// family returns a process and those that it started.
func family(pid int) []int {
	list := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil {
			list = append(list, family(child)...)
		}
	}
	return list
}

// cpuTime returns what a process and its children have used, by their clocks,
// which are exact.
func cpuTime(pid int) (sum time.Duration) {
	for _, p := range family(pid) {
		var ts unix.Timespec
		if unix.ClockGettime(int32(^p<<3|2), &ts) == nil { // clock_getcpuclockid(3)
			sum += time.Duration(ts.Nano())
		}
	}
	return sum
}

// resident returns the memory of a process and its children, in MiB.
func resident(pid int) (sum float64) {
	for _, p := range family(pid) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		for line := range strings.Lines(string(text)) {
			var kib float64
			if n, _ := fmt.Sscanf(line, "Rss: %f", &kib); n == 1 {
				sum += kib / 1024
			}
		}
	}
	return sum
}
