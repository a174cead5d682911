package poll

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair returns a connected pair of non-blocking datagram sockets; the first is
// registered with p as id.
func pair(t testing.TB, p *Poller, id int32) (in, out int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = unix.Close(fds[0]), unix.Close(fds[1]) })
	if err := p.Add(fds[0], id); err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

func send(t testing.TB, fd int) {
	t.Helper()
	if _, err := unix.Write(fd, []byte("x")); err != nil {
		t.Fatal(err)
	}
}

func drain(t testing.TB, fd int) {
	t.Helper()
	var b [8]byte
	for {
		if _, err := unix.Read(fd, b[:]); err != nil {
			return
		}
	}
}

func open(t testing.TB) *Poller {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

// soon is a limit that a wait ended by something else never reaches.
func soon() time.Time { return time.Now().Add(10 * time.Second) }

func TestWaitUntil(t *testing.T) {
	p := open(t)
	for _, d := range []time.Duration{5 * time.Millisecond, time.Millisecond, 0, -time.Second, 3 * time.Millisecond} {
		until := time.Now().Add(d)
		if got := p.Wait(until, time.Time{}, nil); len(got) != 0 {
			t.Errorf("after %v: ready = %v, want none", d, got)
		}
		if late := time.Since(until); late < 0 || d > 0 && late > time.Second {
			t.Errorf("a wait of %v ended %v after its deadline", d, late)
		}
	}
}

// TestExpiredTimerIsForgotten sees that a deadline that has passed does not
// end the waits behind it, whether they have a deadline or not.
func TestExpiredTimerIsForgotten(t *testing.T) {
	p := open(t)
	for _, next := range []time.Duration{0, 20 * time.Millisecond} {
		p.Wait(time.Now().Add(time.Millisecond), time.Time{}, nil)
		var until time.Time
		if next != 0 {
			until = time.Now().Add(next)
		}
		start := time.Now()
		time.AfterFunc(10*time.Millisecond, p.Wake)
		p.Wait(until, time.Time{}, nil)
		if d := time.Since(start); d < 9*time.Millisecond {
			t.Errorf("the wait behind an expired one lasted %v, want 10 ms", d)
		}
	}
}

func TestReadySockets(t *testing.T) {
	p := open(t)
	const n = 9 // more than New makes room for
	var in, out [n]int
	for i := range n {
		in[i], out[i] = pair(t, p, int32(100+i))
	}
	send(t, out[2])
	send(t, out[7])
	if got := sorted(p.Wait(soon(), time.Time{}, nil)); !slices.Equal(got, []int32{102, 107}) {
		t.Fatalf("ready = %v, want 102 and 107", got)
	}
	// Not read yet: reported again, with whatever ends the wait.
	p.Wake()
	if got := sorted(p.Wait(soon(), time.Time{}, []int32{1})); !slices.Equal(got, []int32{1, 102, 107}) {
		t.Fatalf("ready = %v, want 102 and 107 appended", got)
	}
	if got := sorted(p.Wait(time.Now(), time.Time{}, nil)); !slices.Equal(got, []int32{102, 107}) {
		t.Fatalf("at a deadline that has passed: ready = %v, want 102 and 107", got)
	}
	for i := range n {
		drain(t, in[i])
		send(t, out[i])
	}
	if got := p.Wait(soon(), time.Time{}, nil); len(got) != n {
		t.Fatalf("ready = %v, want all %d in one turn", got, n)
	}
	for i := range n {
		drain(t, in[i])
	}
	if err := p.Remove(in[3]); err != nil {
		t.Fatal(err)
	}
	p.Wait(time.Now().Add(time.Millisecond), time.Time{}, nil) // what drained sockets left behind
	send(t, out[3])
	if got := p.Wait(time.Now().Add(5*time.Millisecond), time.Time{}, nil); len(got) != 0 {
		t.Fatalf("ready = %v, want nothing from a removed socket", got)
	}
}

// TestSocketsWakeBlockedWait sends while Wait is blocked, many times over: the
// one-shot must be armed in each wait.
func TestSocketsWakeBlockedWait(t *testing.T) {
	p := open(t)
	in, out := pair(t, p, 1)
	next := make(chan struct{})
	go func() {
		for range next {
			_, _ = unix.Write(out, []byte("x"))
		}
	}()
	defer close(next)
	for range 1000 {
		next <- struct{}{}
		for got := 0; got == 0; {
			start := time.Now()
			got = len(p.Wait(start.Add(time.Second), time.Time{}, nil))
			if time.Since(start) >= time.Second {
				t.Fatal("a packet did not end the wait")
			}
		}
		drain(t, in)
	}
}

func TestQuiet(t *testing.T) {
	p := open(t)
	in, out := pair(t, p, 1)
	wait := func(until, quiet time.Duration) (time.Duration, []int32) {
		start := time.Now()
		ready := p.Wait(start.Add(until), start.Add(quiet), nil)
		return time.Since(start), ready
	}
	send(t, out)
	if d, ready := wait(10*time.Second, 20*time.Millisecond); d < 20*time.Millisecond || len(ready) != 1 {
		t.Errorf("a packet in the quiet time: ready = %v after %v, want it after 20 ms", ready, d)
	}
	if d, ready := wait(5*time.Millisecond, 10*time.Second); d < 5*time.Millisecond || d > time.Second || len(ready) != 1 {
		t.Errorf("a deadline in the quiet time: ready = %v after %v, want it after 5 ms", ready, d)
	}
	drain(t, in)
	time.AfterFunc(20*time.Millisecond, func() { _, _ = unix.Write(out, []byte("x")) })
	if d, ready := wait(10*time.Second, 5*time.Millisecond); d < 20*time.Millisecond || d > time.Second || len(ready) != 1 {
		t.Errorf("a packet behind the quiet time: ready = %v after %v, want it after 20 ms", ready, d)
	}
	drain(t, in)
	if d, ready := wait(30*time.Millisecond, 5*time.Millisecond); d < 30*time.Millisecond || len(ready) != 0 {
		t.Errorf("nothing at all: ready = %v after %v, want nothing after 30 ms", ready, d)
	}
	time.AfterFunc(5*time.Millisecond, p.Wake)
	if d, _ := wait(10*time.Second, time.Second); d > 900*time.Millisecond {
		t.Errorf("Wake in the quiet time ended the wait after %v, want 5 ms", d)
	}
}

func TestWakeCoalesces(t *testing.T) {
	p := open(t)
	done := make(chan struct{})
	for range 8 {
		go func() {
			for range 100 {
				p.Wake()
			}
			done <- struct{}{}
		}()
	}
	for range 8 {
		<-done
	}
	start := time.Now()
	p.Wait(soon(), time.Time{}, nil)
	if d := time.Since(start); d > time.Second {
		t.Fatalf("800 wake-ups before the wait ended it after %v", d)
	}
	start = time.Now()
	p.Wait(start.Add(10*time.Millisecond), time.Time{}, nil)
	if d := time.Since(start); d < 10*time.Millisecond {
		t.Fatalf("a second wait ended after %v: the wake-ups did not count as one", d)
	}
}

// TestNoWakeIsLost has a goroutine that changes a value and calls Wake, and a
// loop that waits until it has seen every change.
func TestNoWakeIsLost(t *testing.T) {
	p := open(t)
	const n = 10000
	values := make(chan int, n)
	go func() {
		for i := range n {
			values <- i
			p.Wake()
		}
	}()
	for seen := 0; seen < n; {
		start := time.Now()
		p.Wait(start.Add(5*time.Second), time.Time{}, nil)
		if time.Since(start) >= 5*time.Second {
			t.Fatalf("a Wake was lost after %d values", seen)
		}
		for len(values) > 0 {
			<-values
			seen++
		}
	}
}

// TestWakeOrdersMemory: what is written before Wake is read after Wait without
// any other synchronisation. It is the race detector that sees.
func TestWakeOrdersMemory(t *testing.T) {
	p := open(t)
	var value int
	next := make(chan struct{})
	go func() {
		for range next {
			value++
			p.Wake()
		}
	}()
	defer close(next)
	for want := range 100 {
		next <- struct{}{}
		p.Wait(soon(), time.Time{}, nil)
		if value != want+1 {
			t.Fatalf("value = %d behind wake-up %d", value, want+1)
		}
	}
}

func TestWakeAfterClose(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.Wake()
	p.Wait(time.Time{}, time.Time{}, nil) // returns
}

func TestWaitDoesNotAllocate(t *testing.T) {
	p := open(t)
	in, out := pair(t, p, 1)
	ready := make([]int32, 0, 4)
	b := make([]byte, 1)
	n := testing.AllocsPerRun(200, func() {
		_, _ = unix.Write(out, b)
		p.Wake()
		ready = p.Wait(soon(), time.Time{}, ready[:0])
		_, _ = unix.Read(in, b)
		ready = p.Wait(time.Now().Add(100*time.Microsecond), time.Now().Add(50*time.Microsecond), ready[:0])
	})
	if n != 0 {
		t.Errorf("two waits and a wake-up allocate %v times, want 0", n)
	}
}

func sorted(ids []int32) []int32 {
	slices.Sort(ids)
	return ids
}

// BenchmarkLateness reports how late an idle wait wakes up.
func BenchmarkLateness(b *testing.B) {
	p := open(b)
	late := make([]time.Duration, 0, b.N)
	for b.Loop() {
		until := time.Now().Add(5 * time.Millisecond)
		p.Wait(until, time.Time{}, nil)
		late = append(late, time.Since(until))
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "p99-us")
}

// BenchmarkTurn is one packet: wait for it, read it.
func BenchmarkTurn(b *testing.B) {
	p := open(b)
	in, out := pair(b, p, 1)
	ready := make([]int32, 0, 4)
	buf := make([]byte, 1)
	until := time.Now().Add(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = unix.Write(out, buf)
		ready = p.Wait(until, time.Time{}, ready[:0])
		_, _ = unix.Read(in, buf)
	}
}
