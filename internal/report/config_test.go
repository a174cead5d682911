package report

import (
	"testing"
	"time"
)

// A reload that was undone is told as that.
func TestUndone(t *testing.T) {
	want := "the reload of 03:05:05 was not confirmed in time and is undone: the configuration of 2026-01-02 03:04:05 is in use again"
	s := Status{Configuration: ConfigStatus{Loaded: now, Tried: now.Add(time.Minute), Error: want, Undone: true}}
	if list := s.Findings(); len(list) != 1 || list[0].Text != want {
		t.Errorf("%+v", list)
	}
}
