package broadcast

import (
	"slices"
	"testing"
)

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

// TestSlowReaderLosesTheOldestAndIsTold: the value that pushes others out counts
// them, and what those had counted. The first one behind the gap need not.
func TestSlowReaderLosesTheOldestAndIsTold(t *testing.T) {
	for _, tt := range []struct {
		name      string
		published uint64
		want      []value
	}{
		{"no loss", 2, []value{{0, 0}, {1, 0}}},
		{"one", 3, []value{{1, 0}, {2, 1}}},
		{"counts are handed on", 7, []value{{5, 2}, {6, 3}}},
	} {
		topic := newTopic(2)
		c := topic.Subscribe()
		for n := range tt.published {
			topic.Publish(value{n: n})
		}
		topic.Close()
		var got []value
		total := uint64(0)
		for v := range c {
			got = append(got, v)
			total += 1 + v.missed
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if total != tt.published {
			t.Errorf("%s: delivered and missed add up to %d, want all %d", tt.name, total, tt.published)
		}
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
