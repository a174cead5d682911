package rawsock

import (
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// wire is two sockets on two hosts that hear each other.
type wire struct {
	a, b   *Socket
	buffer *Buffer // of both
	toB    Packet
}

func newWire(t testing.TB, six, unicast bool) *wire {
	t.Helper()
	lab := netlab.New(t)
	hosts := []*netlab.Host{
		lab.Host("a", "192.0.2.1/24", "2001:db8::1/64"),
		lab.Host("b", "192.0.2.2/24", "2001:db8::2/64"),
	}
	addrs := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
	group := netip.MustParseAddr("224.0.0.18")
	if six {
		addrs = []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")}
		group = netip.MustParseAddr("ff02::12")
	}
	var sockets []*Socket
	for i, h := range hosts {
		c := Config{Interface: "eth0", Protocol: Protocol, Group: group}
		if unicast {
			c.Group, c.Local = netip.Addr{}, addrs[i]
		}
		err := h.Do(func() error {
			ifi, err := interfaceIndex("eth0")
			if err != nil {
				return err
			}
			c.Index = ifi
			s, err := Open(c)
			sockets = append(sockets, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = sockets[i].Close() })
	}
	w := &wire{a: sockets[0], b: sockets[1], buffer: NewBuffer()}
	w.toB = Packet{Payload: make([]byte, 20), Source: addrs[0], Destination: group, TTL: 255, TOS: 0xc0}
	if unicast {
		w.toB.Destination = addrs[1]
	}
	// Until the switch forwards and the neighbour is resolved.
	in := make([]Packet, Batch)
	netlab.Eventually(t, 5*time.Second, "b to hear a", func() bool {
		if _, err := w.a.Send([]Packet{w.toB}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
		n, _ := w.b.Recv(w.buffer, in)
		return n > 0
	})
	time.Sleep(20 * time.Millisecond) // what waited for the neighbour
	_, _ = w.b.Recv(w.buffer, in)
	return w
}

func interfaceIndex(name string) (int, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr); err != nil {
		return 0, err
	}
	return int(ifr.Uint32()), nil
}

// recv receives at b until n packets have come.
func (w *wire) recv(t testing.TB, ps []Packet, n int) int {
	t.Helper()
	got := 0
	for end := time.Now().Add(5 * time.Second); got < n; {
		m, err := w.b.Recv(w.buffer, ps)
		if err != nil {
			t.Fatal(err)
		}
		if got += m; m == 0 && time.Now().After(end) {
			t.Fatalf("received %d packets, want %d", got, n)
		}
	}
	return got
}

// TestBatches sends the adverts of a thousand routers before any is read, and
// takes them in small helpings: nothing is lost, the order is kept.
func TestBatches(t *testing.T) {
	for _, six := range []bool{false, true} {
		w := newWire(t, six, false)
		const n = 1000
		var out []Packet
		for i := range n {
			p := w.toB
			p.Payload = []byte{byte(i), byte(i >> 8), 0, 0}
			out = append(out, p)
		}
		if sent, err := w.a.Send(out); sent != n || err != nil {
			t.Fatalf("Send = %d, %v, want %d", sent, err, n)
		}
		in := make([]Packet, 10)
		for next := 0; next < n; {
			m, err := w.b.Recv(w.buffer, in)
			if m == 0 || err != nil {
				t.Fatalf("Recv behind %d packets = %d, %v", next, m, err)
			}
			for _, p := range in[:m] {
				if int(p.Payload[0])|int(p.Payload[1])<<8 != next {
					t.Fatalf("payload %x where number %d belongs", p.Payload, next)
				}
				next++
			}
		}
		if m, err := w.b.Recv(w.buffer, in); m != 0 || err != nil {
			t.Errorf("Recv of nothing = %d, %v", m, err)
		}
		if m, err := w.a.Recv(w.buffer, in); m != 0 || err != nil {
			t.Errorf("the sender received %d, %v of its own packets", m, err)
		}
	}
}

// TestEmpty: the time that bounds packets' ages is that of a Recv which got all
// there was, and before it.
func TestEmpty(t *testing.T) {
	w := newWire(t, false, false)
	for _, tt := range []struct {
		name      string
		room      int
		wantEmpty bool
	}{{"as many as waited", 2, false}, {"none", 2, true}, {"fewer than there is room for", 3, true}} {
		if tt.name != "none" {
			if _, err := w.a.Send([]Packet{w.toB, w.toB}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Millisecond) // until both are there
		}
		start := time.Now()
		in := make([]Packet, tt.room)
		n, err := w.b.Recv(w.buffer, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.b.empty.After(start); got != tt.wantEmpty {
			t.Errorf("%s: empty %v after the Recv began, want %v", tt.name, w.b.empty.Sub(start), tt.wantEmpty)
		}
		for _, p := range in[:n] {
			if age := start.Sub(p.At); age < 0 || age > time.Second {
				t.Errorf("%s: received %v before it was read", tt.name, age)
			}
		}
	}
}

// TestSendStopsAtTheBadPacket: what is before it has left, what is behind it not.
func TestSendStopsAtTheBadPacket(t *testing.T) {
	w := newWire(t, false, false)
	big := w.toB
	big.Payload = make([]byte, 3000) // more than the MTU; we do not fragment
	other := w.toB
	other.Destination = netip.MustParseAddr("ff02::12")
	for name, bad := range map[string]Packet{"too big": big, "other family": other, "no destination": {}} {
		n, err := w.a.Send([]Packet{w.toB, w.toB, bad, w.toB})
		if n != 2 || err == nil {
			t.Errorf("%s: Send = %d, %v, want 2 and an error", name, n, err)
		}
		in := make([]Packet, 10)
		if m := w.recv(t, in, 2); m != 2 {
			t.Errorf("%s: %d packets arrived, want 2", name, m)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	for _, tt := range []struct {
		name         string
		six, unicast bool
		n            int
	}{
		{"IPv4", false, false, 8}, {"IPv4 single", false, false, 1}, {"IPv4 unicast", false, true, 8},
		{"IPv6", true, false, 8}, {"IPv6 unicast", true, true, 8},
	} {
		w := newWire(t, tt.six, tt.unicast)
		out, in := make([]Packet, tt.n), make([]Packet, Batch)
		for i := range out {
			out[i] = w.toB
		}
		n := testing.AllocsPerRun(100, func() {
			if _, err := w.a.Send(out); err != nil {
				t.Fatal(err)
			}
			w.recv(t, in, tt.n)
		})
		if n != 0 {
			t.Errorf("%s: sending and receiving %d packets allocates %v times, want 0", tt.name, tt.n, n)
		}
	}
}

func BenchmarkSendRecv(b *testing.B) {
	for _, bb := range []struct {
		name string
		six  bool
		n    int
	}{{"IPv4-1", false, 1}, {"IPv4-8", false, 8}, {"IPv4-64", false, 64}, {"IPv6-8", true, 8}, {"IPv6-64", true, 64}} {
		b.Run(bb.name, func(b *testing.B) {
			w := newWire(b, bb.six, false)
			out, in := make([]Packet, bb.n), make([]Packet, Batch)
			for i := range out {
				out[i] = w.toB
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.a.Send(out); err != nil {
					b.Fatal(err)
				}
				w.recv(b, in, bb.n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*bb.n), "ns/packet")
		})
	}
}
