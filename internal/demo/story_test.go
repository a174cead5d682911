package demo

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// script is a lab where things happen as written.
type script struct {
	see    func(sight)
	answer [3]func(s *script) // at the first start, the cut, the second start
	starts int
	client sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	answering int
}

func (s *script) start(node int) error {
	if s.starts++; s.starts == 1 {
		s.client.Go(s.ask)
		s.answer[0](s)
	} else if s.starts == 3 {
		s.answer[2](s)
	}
	return nil
}

func (s *script) cut(int) error {
	s.set(nobody)
	s.answer[1](s)
	return nil
}

func (s *script) output(node int) string { return "log of " + name(node) }

func (s *script) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.client.Wait()
}

func (s *script) set(node int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answering = node
}

// ask is the client.
func (s *script) ask() {
	time.Sleep(probeEvery / 3)
	for seq := 0; ; seq++ {
		s.see(sight{at: time.Now(), kind: sawProbe, node: nobody, seq: seq})
		s.mu.Lock()
		closed, node := s.closed, s.answering
		s.mu.Unlock()
		if closed {
			return
		}
		if node != nobody {
			s.see(sight{at: time.Now(), kind: sawAnswer, node: node, seq: seq})
		}
		time.Sleep(probeEvery)
	}
}

// after has a node become master after a while.
func after(d time.Duration, node int) func(s *script) {
	return func(s *script) {
		time.AfterFunc(d, func() {
			priority := uint8(150 - 50*node)
			s.see(sight{at: time.Now(), kind: sawAdvert, node: node, priority: priority, interval: time.Second})
			s.set(node)
		})
	}
}

func never(*script) {}

func TestStory(t *testing.T) {
	const second = time.Second
	plain, still := instance("VI_1", "eth0", "192.0.2.100/24", "priority %"), instance("VI_1", "eth0", "192.0.2.100/24", "priority %\nnopreempt")
	for _, c := range []struct {
		name, config string
		answer       [3]func(s *script)
		want         string // the last line but for the logs
		fail         bool
	}{
		{"as it must be", plain, [3]func(*script){after(3*second, 0), after(3*second, 1), after(3*second, 0)},
			"PASS  192.0.2.100 lost its master and was back after 3.001 s; the protocol allows 3.609 s", false},
		{"nobody comes", plain, [3]func(*script){never, never, never},
			"FAIL  192.0.2.100: nobody has taken it within 6.609 s", true},
		{"no failover", plain, [3]func(*script){after(3*second, 0), never, never},
			"FAIL  no failover: B has not taken 192.0.2.100 within 6.609 s", true},
		{"too late", plain, [3]func(*script){after(3*second, 0), after(4200*time.Millisecond, 1), never},
			"FAIL  the outage of 4.201 s is longer than the protocol's limit, 3.609 s = 3 x 1 s + skew 609.4 ms", true},
		{"lost again", plain, [3]func(*script){after(3*second, 0), func(s *script) {
			after(3*second, 1)(s)
			time.AfterFunc(4*second, func() { s.set(nobody) })
		}, never},
			"FAIL  192.0.2.100 does not answer from B any more", true},
		{"no preemption", plain, [3]func(*script){after(3*second, 0), after(3*second, 1), never},
			"FAIL  no preemption: A has priority 150, B has 100, and yet it has not taken 192.0.2.100 back within 6.414 s", true},
		{"nopreempt", still, [3]func(*script){after(3*second, 0), after(3*second, 1), never},
			"PASS  192.0.2.100 lost its master and was back after 3.001 s; the protocol allows 3.609 s", false},
		{"preempts although nopreempt", still, [3]func(*script){after(3*second, 0), after(3*second, 1), after(3*second, 0)},
			"FAIL  A took 192.0.2.100 back, although nopreempt", true},
		{"a node ends", plain, [3]func(*script){after(3*second, 0), func(s *script) {
			s.see(sight{at: time.Now(), kind: sawEnd, node: 1, err: errors.New("exit status 2")})
		}, never},
			"FAIL  the program of B ended by itself: exit status 2", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := strings.Replace(c.config, "%", "150", 1), strings.Replace(c.config, "%", "100", 1)
			p, err := newPlan(parse(t, a, b))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			synctest.Test(t, func(t *testing.T) {
				err = tell(t.Context(), Options{Out: &out, Live: true}, p, nil, func(see func(sight)) (lab, error) {
					return &script{see: see, answer: c.answer, answering: nobody}, nil
				})
			})
			shown := out.String()
			if !strings.Contains(shown, "\n"+c.want+"\n") || errors.Is(err, ErrFailed) != c.fail {
				t.Errorf("%v\n%s\nwant: %s", err, shown, c.want)
			}
			if c.fail != strings.Contains(shown, "what B logged last:\nlog of B\n") {
				t.Errorf("the logs are shown exactly where it failed:\n%s", shown)
			}
			if !strings.Contains(shown, "\r\x1b[K") {
				t.Error("no status line")
			}
		})
	}
}

func TestStoryInterrupted(t *testing.T) {
	p, err := newPlan(parse(t, instance("VI_1", "eth0", "192.0.2.100", ""), instance("VI_1", "eth0", "192.0.2.100", "")))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = tell(ctx, Options{Out: &out}, p, nil, func(see func(sight)) (lab, error) {
			return &script{see: see, answer: [3]func(*script){never, never, never}, answering: nobody}, nil
		})
	})
	if !errors.Is(err, ErrFailed) || !strings.HasSuffix(out.String(), "interrupted\n") {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestTail(t *testing.T) {
	var shown []string
	w := &tail{show: func(line string) { shown = append(shown, line) }}
	for _, part := range []string{"12:00 one\n12:01 notify (rehe", "arsal: no script is run)\n", strings.Repeat("x\n", tailLines-1), strings.Repeat("y", 2*maxTailLine)} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(shown) != 1 || shown[0] != "notify (rehearsal: no script is run)" {
		t.Errorf("shown: %q", shown)
	}
	if got := w.String(); !strings.HasPrefix(got, "12:01 notify") || strings.Count(got, "\n") != tailLines-1 {
		t.Errorf("kept:\n%s", got)
	}
}
