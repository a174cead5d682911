//go:build unix

package daemon

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner of the file that it replaces.
func keepOwner(f *os.File, old fs.FileInfo) error {
	s := old.Sys().(*syscall.Stat_t)
	if int(s.Uid) == os.Geteuid() && int(s.Gid) == os.Getegid() {
		return nil
	}
	return f.Chown(int(s.Uid), int(s.Gid))
}
