package vip_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

func TestRemovedAddressIsPutBack(t *testing.T) {
	inWorld(t, func(w world) {
		list := addresses("eth0", "192.0.2.100/32", "192.0.2.101/32")
		s := w.add(vip.SetConfig{Name: "VI_1", Addresses: list, Schedule: vip.Schedule{Repeat: 1}})
		w.do(s.Acquire)
		time.Sleep(time.Second)
		_ = w.Take(list[1])
		synctest.Wait()
		w.expect("eth0 192.0.2.100/32, eth0 192.0.2.101/32")
		w.expectAnnounced("\n0s 192.0.2.100 192.0.2.101\n1s 192.0.2.101\n")

		var removed *vip.RemovedError
		select {
		case err := <-s.Trouble():
			if !errors.As(err, &removed) || removed.Object != vip.Object(list[1]) {
				w.Errorf("trouble: %v", err)
			}
		default:
			w.Error("no trouble")
		}

		// Again and again: every time, but not more often than each 10 ms, and
		// a reader of Trouble who sleeps harms nobody.
		before := w.Batches()
		for range 1000 {
			_ = w.Take(list[1])
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		w.expect("eth0 192.0.2.100/32, eth0 192.0.2.101/32")
		if n := w.Batches() - before; n < 90 || n > 110 {
			w.Errorf("put back %d times in a second", n)
		}
	})
}

func TestReleasedAddressIsNotPutBack(t *testing.T) {
	inWorld(t, func(w world) {
		list := addresses("eth0", "192.0.2.100/32")
		s := w.add(vip.SetConfig{Addresses: list})
		w.do(s.Acquire)
		w.do(s.Release)
		time.Sleep(time.Minute)
		w.expect("")
		_ = w.Put(list[0])
		_ = w.Take(list[0])
		time.Sleep(time.Minute)
		w.expect("")
		if len(s.Trouble()) != 0 {
			w.Errorf("trouble: %v", <-s.Trouble())
		}
	})
}

// An address is not reported as removed because the kernel was slow to add it.
func TestSlowKernelIsNoTrouble(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		w.Delay(3 * time.Second)
		go func() {
			for range 30 {
				time.Sleep(100 * time.Millisecond)
				w.SetUp("eth1", false) // a notification
				w.SetUp("eth1", true)
			}
		}()
		w.do(s.Acquire)
		time.Sleep(time.Minute)
		w.Delay(0)
		if len(s.Trouble()) != 0 || w.Batches() != 1 {
			w.Errorf("%d exchanges, trouble %d", w.Batches(), len(s.Trouble()))
		}
	})
}

// After a stall somebody else may hold the address.
func TestNothingIsPutBackWithoutProofOfLife(t *testing.T) {
	inWorld(t, func(w world) {
		list := addresses("eth0", "192.0.2.100/32")
		s := w.add(vip.SetConfig{Addresses: list})
		w.do(s.Acquire)
		s.Renew(time.Now().Add(time.Second))
		time.Sleep(2 * time.Second)
		_ = w.Take(list[0])
		time.Sleep(time.Minute)
		w.expect("")
		s.Renew(time.Now().Add(time.Second))
		time.Sleep(101 * time.Millisecond)
		w.expect("eth0 192.0.2.100/32")
	})
}

func TestInterfaceComesBack(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth1", "192.0.2.100/32")})
		w.do(s.Acquire)
		w.RemoveInterface("eth1")
		time.Sleep(time.Second)
		w.AddInterface("eth1")
		time.Sleep(time.Second)
		w.expect("eth1 192.0.2.100/32")
	})
}

func TestRenewDoesNotAllocate(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		until := time.Now()
		if n := testing.AllocsPerRun(100, func() { s.Renew(until) }); n != 0 {
			w.Errorf("%v allocations", n)
		}
	})
}
