package broadcast

import "testing"

type value struct{ n, missed uint64 }

func newTopic(size int) *Topic[value] {
	return New(size, func(v *value) *uint64 { return &v.missed })
}

func TestEveryReaderGetsEveryValue(t *testing.T) {
	topic := newTopic(4)
	a, b := topic.Subscribe(), topic.Subscribe()
	topic.Publish(value{n: 1})
	topic.Publish(value{n: 2})
	topic.Close()
	for _, c := range []<-chan value{a, b} {
		var got []uint64
		for v := range c {
			got = append(got, v.n)
		}
		if len(got) != 2 || got[0] != 1 || got[1] != 2 {
			t.Errorf("got %v, want [1 2]", got)
		}
	}
}

func TestSlowReaderLosesTheOldestAndIsTold(t *testing.T) {
	topic := newTopic(2)
	c := topic.Subscribe()
	for n := range uint64(7) {
		topic.Publish(value{n: n})
	}
	topic.Close()
	var got []value
	total := uint64(0)
	for v := range c {
		got = append(got, v)
		total += 1 + v.missed
	}
	if len(got) != 2 || got[0].n != 5 || got[1].n != 6 {
		t.Fatalf("got %v, want the two newest", got)
	}
	if total != 7 {
		t.Errorf("delivered and missed add up to %d, want all 7: %v", total, got)
	}
}

func TestSubscribeAfterClose(t *testing.T) {
	topic := newTopic(1)
	topic.Close()
	topic.Close()
	if _, ok := <-topic.Subscribe(); ok {
		t.Error("a closed topic delivered a value")
	}
	topic.Publish(value{})
}
