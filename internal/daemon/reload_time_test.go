package daemon

import (
	"strings"
	"testing"
	"time"
)

// A time of reload_time_file is met once, whatever is asked how often.
func TestReloadDue(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation(time.DateTime, s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		text, since, now string
		due              bool
		err              string
	}{
		{text: "12:00:00", since: "2026-05-01 11:59:59", now: "2026-05-01 12:00:00", due: true},
		{text: "12:00:00", since: "2026-05-01 12:00:00", now: "2026-05-01 12:00:01"},
		{text: "12:00:00", since: "2026-05-01 11:59:58", now: "2026-05-01 11:59:59"},
		{text: "11:00:00Z", since: "2026-05-01 11:59:59", now: "2026-05-01 12:00:00", due: true},
		{text: "12:00:00Z", since: "2026-05-01 11:59:59", now: "2026-05-01 12:00:00"},
		{text: "00:00:00", since: "2026-05-01 23:59:59", now: "2026-05-02 00:00:01", due: true},
		{text: "23:59:59", since: "2026-05-01 23:59:58", now: "2026-05-02 00:00:01", due: true},
		{text: "23:30:00Z", since: "2026-05-02 00:29:00", now: "2026-05-02 00:31:00", due: true},
		{text: "2026-05-01 12:00:00", since: "2026-05-01 11:00:00", now: "2026-05-01 13:00:00", due: true},
		{text: "26-05-01 12:00:00", since: "2026-05-01 11:00:00", now: "2026-05-01 13:00:00", due: true},
		{text: "26-05-01 12:00:00Z", since: "2026-05-01 12:30:00", now: "2026-05-01 13:00:00", due: true},
		{text: "2026-05-02 12:00:00", since: "2026-05-01 11:00:00", now: "2026-05-01 13:00:00"},
		{text: "2026-05-01 12:00:00", since: "2026-05-01 12:00:00", now: "2026-05-01 13:00:00", err: "is over"},
		{text: "noon", since: "2026-05-01 12:00:00", now: "2026-05-01 13:00:00", err: "want HH:MM:SS"},
		{text: "", since: "2026-05-01 12:00:00", now: "2026-05-01 13:00:00", err: "want HH:MM:SS"},
		{text: "25:00:00", since: "2026-05-01 12:00:00", now: "2026-05-01 13:00:00", err: "want HH:MM:SS"},
	} {
		due, err := reloadDue(tt.text, at(tt.since), at(tt.now))
		if due != tt.due || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q from %s to %s: %v, %v", tt.text, tt.since, tt.now, due, err)
		}
	}
}

func FuzzReloadDue(f *testing.F) {
	f.Add("12:00:00Z")
	f.Add("26-05-01 12:00:00")
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if due, err := reloadDue(text, now.Add(-time.Second), now); due && err != nil {
			t.Errorf("%q: due, and %v", text, err)
		}
	})
}
