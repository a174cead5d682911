package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/control"
)

const (
	// lookAtTime is how often reload_time_file is read: it may be written at
	// any time.
	lookAtTime = time.Second

	// longestTime is how much of the file is looked at.
	longestTime = 64
)

// timed reloads at the time that reload_time_file has.
type timed struct {
	r    *reloader
	last time.Time // up to when everything has been done
	told string    // what has been complained of
}

// look reloads if the time has come since the last look.
func (t *timed) look(now time.Time) {
	since := t.last
	t.last = now
	settings := t.r.c.Config().Global.Reload
	if settings.TimeFile == "" {
		return
	}
	text, err := readTime(settings.TimeFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.told = ""
		return
	}
	due := false
	if err == nil {
		due, err = reloadDue(text, since, now)
	}
	if err != nil {
		if err.Error() != t.told {
			t.told = err.Error()
			t.r.log.Warn("reload_time_file: nothing is reloaded", "file", settings.TimeFile, "err", err)
		}
		return
	}
	t.told = ""
	if !due {
		return
	}
	t.r.log.Info("it is time to reload", "time", text, "file", settings.TimeFile)
	if !settings.Repeat {
		if err := os.Remove(settings.TimeFile); err != nil {
			t.r.log.Warn("reload_time_file cannot be removed", "err", err)
		}
	}
	_, _ = t.r.reload(control.ReloadRequest{}) // the log says why not
}

func readTime(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, longestTime)
	n, err := f.Read(b)
	if n == 0 {
		return "", fmt.Errorf("it is empty, or cannot be read: %w", err)
	}
	return strings.TrimSpace(string(b[:n])), nil
}

// reloadDue reports whether the time that text has lies after since, and not after
// now. A time without a date is one of each day. A trailing Z makes it UTC.
func reloadDue(text string, since, now time.Time) (bool, error) {
	where := now.Location()
	bare, utc := strings.CutSuffix(text, "Z")
	if utc {
		where = time.UTC
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "06-01-02 15:04:05"} {
		at, err := time.ParseInLocation(layout, bare, where)
		switch {
		case err != nil:
		case at.After(since) && !at.After(now):
			return true, nil
		case at.After(now):
			return false, nil
		default:
			return false, fmt.Errorf("%s is over: write a time to come", text)
		}
	}
	clock, err := time.Parse(time.TimeOnly, bare)
	if err != nil {
		return false, fmt.Errorf("%q is no time: want HH:MM:SS, YY-MM-DD HH:MM:SS or YYYY-MM-DD HH:MM:SS, with a Z behind it for UTC", text)
	}
	for _, day := range []time.Time{since.In(where), now.In(where)} {
		at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, where)
		if at.After(since) && !at.After(now) {
			return true, nil
		}
	}
	return false, nil
}
