package netlab

import (
	"encoding/binary"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Capture records every frame that a host puts on its cable, once, where the
// switch gets it, whether or not the switch lets it pass.
type Capture struct {
	lab    *Lab
	fd     int
	done   chan struct{}
	mu     sync.Mutex
	frames []Frame
	news   chan struct{} // closed and replaced with each frame
	files  int
}

// Capture starts a capture, which ends with the test. What a host sends after
// Capture returned is in it.
func (l *Lab) Capture() *Capture {
	l.t.Helper()
	c := &Capture{lab: l, done: make(chan struct{}), news: make(chan struct{})}
	err := inNS(l.bridges(), func() (err error) {
		all := int(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL})) // in network order
		c.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
		return err
	})
	if err == nil {
		_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20)
		err = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	}
	if err == nil {
		err = unix.SetsockoptTimeval(c.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000})
	}
	if err != nil {
		l.t.Fatalf("capture: %v", err)
	}
	stop := make(chan struct{})
	go c.loop(stop)
	l.t.Cleanup(func() {
		close(stop)
		<-c.done
		_ = unix.Close(c.fd)
	})
	return c
}

func (c *Capture) loop(stop <-chan struct{}) {
	defer close(c.done)
	buf, oob := make([]byte, 1<<16), make([]byte, 256)
	for {
		select {
		case <-stop:
			return
		default:
		}
		n, oobn, _, from, err := unix.Recvmsg(c.fd, buf, oob, 0)
		if err != nil {
			continue // the timeout, which lets us look at stop
		}
		ll, ok := from.(*unix.SockaddrLinklayer)
		if !ok || ll.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		c.lab.mu.Lock()
		p := c.lab.ports[ll.Ifindex]
		c.lab.mu.Unlock()
		if p == nil {
			continue // a copy that a bridge made
		}
		c.mu.Lock()
		c.frames = append(c.frames, Frame{At: kernelTime(oob[:oobn]), Host: p.host.Name, Dev: p.dev, Data: slices.Clone(buf[:n])})
		close(c.news)
		c.news = make(chan struct{})
		c.mu.Unlock()
	}
}

// kernelTime is the kernel's receive time.
func kernelTime(oob []byte) time.Time {
	msgs, _ := unix.ParseSocketControlMessage(oob)
	for _, m := range msgs {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) == 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Now().Round(0)
}

// Frames returns what was captured so far, in order. The caller must not
// change the frames' data.
func (c *Capture) Frames() []Frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.frames)
}

// Adverts returns the VRRP advertisements captured so far.
func (c *Capture) Adverts() []Advert {
	var adverts []Advert
	for _, f := range c.Frames() {
		if a, ok := f.Advert(); ok {
			adverts = append(adverts, a)
		}
	}
	return adverts
}

// Wait returns the first frame captured at or after since that matches; since
// zero means all. The test fails if none comes within timeout; what names it.
func (c *Capture) Wait(since time.Time, timeout time.Duration, what string, match func(Frame) bool) Frame {
	c.lab.t.Helper()
	deadline := time.After(timeout)
	for seen := 0; ; {
		c.mu.Lock()
		fresh, news := c.frames[seen:], c.news
		c.mu.Unlock()
		for _, f := range fresh {
			if !f.At.Before(since) && match(f) {
				return f
			}
		}
		seen += len(fresh)
		select {
		case <-news:
		case <-deadline:
			c.lab.t.Fatalf("waited %v for %s on the wire", timeout, what)
		}
	}
}

// WaitAdvert waits like [Capture.Wait] for an advertisement.
func (c *Capture) WaitAdvert(since time.Time, timeout time.Duration, what string, match func(Advert) bool) Advert {
	c.lab.t.Helper()
	f := c.Wait(since, timeout, what, func(f Frame) bool {
		a, ok := f.Advert()
		return ok && match(a)
	})
	a, _ := f.Advert()
	return a
}

// Tshark runs tshark over what was captured so far, with args added, and
// returns the lines of its output. Needs [Tshark].
func (c *Capture) Tshark(args ...string) []string {
	t := c.lab.t
	t.Helper()
	Require(t, Tshark)
	c.files++
	file := filepath.Join(c.lab.dir, "capture-"+strconv.Itoa(c.files)+".pcap")
	if err := WritePcap(file, c.Frames()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("tshark", append([]string{"-n", "-r", file, "-o", "ip.check_checksum:TRUE"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark %v: %v\n%s", args, err, stderr.String())
	}
	text := strings.TrimRight(string(out), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// BadChecksums returns tshark's lines about VRRP packets whose IP header or
// VRRP checksum is wrong. Version 3 over IPv4 is checked with the pseudo-header of
// RFC 5798 unless args say "-o", "vrrp.v3_checksum_as_in_v2:TRUE".
func (c *Capture) BadChecksums(args ...string) []string {
	c.lab.t.Helper()
	return c.Tshark(append(args, "-Y", "vrrp && (vrrp.checksum.status == 0 || ip.checksum.status == 0)")...)
}
