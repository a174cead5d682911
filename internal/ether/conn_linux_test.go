package ether_test

import (
	"bytes"
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/ether"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func TestSend(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	wire := lab.Capture()
	c, err := ether.Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	var ifi *net.Interface
	if err := h.Do(func() (err error) { ifi, err = net.InterfaceByName("eth0"); return err }); err != nil {
		t.Fatal(err)
	}
	// The source is the caller's choice: a virtual MAC is not the interface's.
	vmac := net.HardwareAddr{0, 0, 0x5e, 0, 1, 0x33}
	frame := ether.AppendHeader(nil, net.HardwareAddr{2, 0, 0, 0, 0, 9}, vmac, 0x88b5)
	if want := []byte("\x02\x00\x00\x00\x00\x09\x00\x00\x5e\x00\x01\x33\x88\xb5"); !bytes.Equal(frame, want) {
		t.Fatalf("header %x, want %x", frame, want)
	}
	frame = append(frame, "hello"...)
	start := time.Now()
	if err := c.Send(ifi.Index, frame); err != nil {
		t.Fatal(err)
	}
	wire.Wait(start, 2*time.Second, "the frame", func(f netlab.Frame) bool { return bytes.Equal(f.Data, frame) })

	if err := c.Send(9999, frame); !errors.Is(err, syscall.ENXIO) {
		t.Errorf("no such interface: %v", err)
	}
	h.SetLink("eth0", false)
	if err := c.Send(ifi.Index, frame); !errors.Is(err, syscall.ENETDOWN) {
		t.Errorf("interface down: %v", err)
	}
	h.SetLink("eth0", true)
	if err := c.Send(ifi.Index, frame); err != nil {
		t.Errorf("up again: %v", err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := c.Send(ifi.Index, frame); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
