package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type held struct{ Names []string }

func TestState(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state")
	want := held{[]string{"a", "b"}}
	var got held
	if err := Read(name, &got); err != nil || got.Names != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
	if err := Write(name, want); err != nil {
		t.Fatal(err)
	}
	if err := Read(name, &got); err != nil || !slices.Equal(got.Names, want.Names) {
		t.Errorf("read %v, %v", got, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for range 2 {
		if err := Remove(name); err != nil {
			t.Error(err)
		}
	}
	if err := Read(name, &held{}); err != nil {
		t.Error(err)
	}
	if err := errors.Join(Read("", &held{}), Write("", want), Remove("")); err != nil {
		t.Errorf("without a name: %v", err)
	}
}

func TestStateRefused(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "state")
	if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Read(name, &held{}); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("not JSON: %v", err)
	}
	if err := Write(filepath.Join(dir, "none", "state"), held{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if err := Write(name, func() {}); err == nil {
		t.Error("a function is no state")
	}
}

// What fails on the way leaves the old file, and nothing beside it; a link is
// replaced, and what it leads to stays.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	name, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	for _, file := range []string{name, other} {
		if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	refused := errors.New("no room")
	err := Replace(name, func(f *os.File) error {
		_, _ = f.WriteString("half")
		return refused
	})
	if text, _ := os.ReadFile(name); !errors.Is(err, refused) || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, name); err != nil {
		t.Skip(err)
	}
	if err := Replace(name, func(f *os.File) error { _, err := f.WriteString("new"); return err }); err != nil {
		t.Fatal(err)
	}
	if a, _ := os.ReadFile(name); string(a) != "new" {
		t.Errorf("%q", a)
	}
	if b, _ := os.ReadFile(other); string(b) != "old" {
		t.Errorf("what the link leads to: %q", b)
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("left: %v", files)
	}
}
