package check

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	for i, tt := range []struct {
		text    string // "-": no file
		weight  int
		reverse bool
		want    string // ok, weighted, weight
	}{
		{"5", 1, false, "true true 5"},
		{"5\n", 2, false, "true true 10"},
		{" \t-7 apples", 3, false, "true true -21"},
		{"2", 2, true, "true true -4"},
		{"0x1F", 1, false, "true true 31"},
		{"0Xfg", 1, false, "true true 15"},
		{"0x", 1, false, "true true 0"},
		{"010", 1, false, "true true 8"},
		{"019", 1, false, "true true 1"},
		{"+3", 1, false, "true true 3"},
		{"", 1, false, "true true 0"},
		{"many", 5, false, "true true 0"},
		{"-", 5, false, "true true 0"},
		{"99999999999999999999", 1, false, "true true 2147483647"},
		{"-99999999999999999999", 1, false, "false false -2147483647"},
		{"-2147483648", 1, false, "false false -2147483647"},
		{"-2147483647", 1, false, "true true -2147483647"},
		{"1073741824", -2, false, "false false -2147483647"},
		{"1073741824", 2, true, "false false -2147483647"},
		{"1073741823", -2, false, "true true -2147483646"},
		{"1073741824", 2147483647, false, "true true 2147483647"},
		{"0", 0, false, "true false 0"},
		{"1", 0, false, "false false 0"},
		{"-", 0, false, "true false 0"},
		{"0", 0, true, "false false 0"},
		{"1", 0, true, "true false 0"},
	} {
		path := filepath.Join(dir, strconv.Itoa(i))
		if tt.text != "-" {
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := NewFile(FileConfig{Path: path, Weight: tt.weight, Reverse: tt.reverse})
		if err != nil {
			t.Fatal(err)
		}
		r := f.Check(t.Context())
		if got := fmt.Sprint(r.OK, r.Weighted, r.Weight); got != tt.want || r.OK != (r.Reason == ReasonOK) || !strings.HasPrefix(r.Detail, path) {
			t.Errorf("%q, weight %d, reverse %v: %s (%s), want %s", tt.text, tt.weight, tt.reverse, got, r.Detail, tt.want)
		}
	}
	f, err := NewFile(FileConfig{Path: dir, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	if r := f.Check(t.Context()); r.OK || r.Weighted || !strings.Contains(r.Detail, "is not a regular file") {
		t.Errorf("a directory: %+v", r)
	}
	for _, cfg := range []FileConfig{{}, {Path: "x", Weight: math.MinInt32}} {
		if _, err := NewFile(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}

// FuzzNumber: Go's own parser agrees about every number that is one as a whole.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1", "0x7f", "017", " 12 ", "+-3", "08", "2147483648", "0x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := number(s)
		if got > math.MaxInt32 || got < math.MinInt32 || !ok && got != 0 {
			t.Fatalf("%q: %d, %v", s, got, ok)
		}
		if strings.ContainsAny(s, "_oObB") {
			return // Go's own notations
		}
		if want, err := strconv.ParseInt(s, 0, 64); err == nil {
			want = min(max(want, math.MinInt32), math.MaxInt32)
			if int64(got) != want {
				t.Fatalf("%q: %d, want %d", s, got, want)
			}
		}
	})
}

// TestFileWatch: whatever is done to the file is seen long before the interval
// is over.
func TestFileWatch(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "number")
	f, err := NewFile(FileConfig{Path: path, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(os.Mkdir(filepath.Dir(path), 0o755))
	r, err := NewRunner(Config{Checker: f, Interval: time.Hour})
	do(err)
	results := r.Results()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	defer func() {
		cancel()
		do(<-ended)
	}()
	wait := func(want int) {
		t.Helper()
		limit := time.After(10 * time.Second)
		for {
			select {
			case e := <-results:
				if e.Result.Weight == want {
					return
				}
				if want == 7 && e.Result.Weight == 0 {
					t.Error("a file that is rewritten was seen empty")
				}
			case <-limit:
				t.Fatalf("%d was not seen: %+v", want, r.Snapshot().Last)
			}
		}
	}
	wait(0)
	<-results // once more, since the watch began
	do(os.WriteFile(path, []byte("5"), 0o600))
	wait(5)
	do(os.WriteFile(path, []byte("7"), 0o600))
	wait(7)
	do(os.WriteFile(path+".new", []byte("9"), 0o600))
	do(os.Rename(path+".new", path))
	wait(9)
	do(os.Rename(path, path+".old"))
	wait(0)
	do(os.Rename(path+".old", path))
	wait(9)
	do(os.Remove(path))
	wait(0)
}

// A file's directory that goes ends the watch; the interval remains.
func TestFileWatchDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub")
	f, err := NewFile(FileConfig{Path: dir + "/number", Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Watch(t.Context(), func() {}); err == nil || !strings.Contains(err.Error(), "watch "+dir) {
		t.Errorf("no directory: %v", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	watching := make(chan struct{}, 10)
	go func() { ended <- f.Watch(t.Context(), func() { watching <- struct{}{} }) }()
	<-watching
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "removed") {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the watch goes on")
	}
}
