package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// rewriteTime is how long a file may be empty while somebody rewrites it.
const rewriteTime = 20 * time.Millisecond

// FileConfig describes a file with a number in it (keepalived's track_file and
// FILE_CHECK).
type FileConfig struct {
	Path string

	// Weight multiplies the number; the product is the Result's Weight, and the
	// check fails if it is -2147483648 or less. With Weight 0 there is no
	// weight: the check fails while the number is not 0.
	Weight int

	// Reverse inverts: the product's sign, or with Weight 0 the verdict.
	Reverse bool
}

// File is a Checker and a Watcher of a number in a file: decimal, 0x... or octal
// 0..., at its start. A file that is missing, empty, or begins with anything
// else stands for 0; one that cannot be read fails. Numbers are of 32 bits;
// larger ones count as the largest.
type File struct {
	cfg FileConfig
}

var _ Watcher = (*File)(nil)

// NewFile returns a checker of a file, which may be created later.
func NewFile(cfg FileConfig) (*File, error) {
	if cfg.Path == "" {
		return nil, errors.New("file check: no path")
	}
	if cfg.Weight < -math.MaxInt32 || cfg.Weight > math.MaxInt32 {
		return nil, fmt.Errorf("file check of %s: weight %d is not of 32 bits", cfg.Path, cfg.Weight)
	}
	return &File{cfg}, nil
}

// Check reads the file.
func (f *File) Check(ctx context.Context) Result {
	text, err := readStart(f.cfg.Path)
	if err == nil && text == "" { // just truncated, to be written?
		select {
		case <-ctx.Done():
		case <-time.After(rewriteTime):
			text, err = readStart(f.cfg.Path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.judge(0, "does not exist, which stands for 0")
	case err != nil:
		return noAnswer(err)
	}
	n, ok := number(text)
	if !ok {
		return f.judge(0, "has no number, which stands for 0")
	}
	return f.judge(n, fmt.Sprintf("has the number %d", n))
}

// judge applies the weight.
func (f *File) judge(n int, detail string) Result {
	r := Result{OK: true, Reason: ReasonOK, Detail: f.cfg.Path + " " + detail, ExitCode: -1}
	if f.cfg.Weight == 0 {
		r.OK = (n == 0) != f.cfg.Reverse
	} else {
		product := int64(n) * int64(f.cfg.Weight)
		if f.cfg.Reverse {
			product = -product
		}
		r.OK = product > math.MinInt32
		r.Weight, r.Weighted = int(min(max(product, -math.MaxInt32), math.MaxInt32)), r.OK
	}
	if !r.OK {
		r.Reason = ReasonFailed
	}
	return r
}

// Watch watches the file's directory, in which the file may come, go and be
// replaced.
func (f *File) Watch(ctx context.Context, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	dir, name := filepath.Split(f.cfg.Path)
	dir = filepath.Clean(dir)
	if err := w.Add(dir); err != nil {
		return fmt.Errorf("watch %s: %w", dir, err)
	}
	changed() // what has happened before we watched
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch %s: %w", dir, err)
			}
			changed()
		case e := <-w.Events:
			switch {
			case filepath.Base(e.Name) == name && e.Op != fsnotify.Chmod:
				changed()
			case filepath.Clean(e.Name) == dir && e.Has(fsnotify.Remove|fsnotify.Rename):
				changed()
				return fmt.Errorf("watch %s: it has been removed or renamed", dir)
			}
		}
	}
}

// String returns "file /run/drain".
func (f *File) String() string { return "file " + f.cfg.Path }

// readStart returns what a number can be in.
func readStart(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // of a FIFO nothing is waited for
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", cmp.Or(err, fmt.Errorf("%s is not a regular file", path))
	}
	buf := make([]byte, 127)
	n, err := io.ReadFull(f, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	return string(buf[:n]), nil
}

// number returns the number that text begins with, as C reads it.
func number(text string) (n int, ok bool) {
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	sign, largest := int64(1), int64(math.MaxInt32)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign, largest = -1, -math.MinInt32
		}
		text = text[1:]
	}
	base := 10
	switch {
	case len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") && digit(text[2]) < 16:
		base, text = 16, text[2:]
	case strings.HasPrefix(text, "0"):
		base = 8
	}
	var value int64
	for i := 0; i < len(text) && digit(text[i]) < base; i++ {
		value, ok = min(value*int64(base)+int64(digit(text[i])), largest), true
	}
	return int(sign * value), ok
}

// digit returns the value of a digit, or a large one of anything else.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 255
}
