package daemon

import (
	"os"
	"path/filepath"
)

// replaceFile gives a file another content, at once: whoever reads it sees the
// old one or the new one whole. Its mode stays, and a symbolic link to it too.
func replaceFile(name, content string) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	if _, err = f.WriteString(content); err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = keepOwner(f, info)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
