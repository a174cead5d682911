package daemon

import (
	"os"
	"path/filepath"

	"github.com/vrrpkit/vrrpkit/internal/statefile"
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
	return statefile.Replace(name, func(f *os.File) error {
		if _, err := f.WriteString(content); err != nil {
			return err
		}
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return err
		}
		if err := keepOwner(f, info); err != nil {
			return err
		}
		return f.Sync()
	})
}
