// Package statefile writes files that are read whole or not at all, and keeps in
// one of them what a process holds, for the successor of one that is killed.
package statefile

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace puts a file in the place of name, with what write writes to it, at once:
// a reader sees the old one or the new one. Its mode is 0600, unless write changes
// it. Whatever is at name, a link even, is replaced. If write fails, nothing
// changes.
func Replace(name string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	if err = errors.Join(write(f), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
