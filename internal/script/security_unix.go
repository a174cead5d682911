//go:build unix

package script

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links a path may lead through, as in the kernel.
const maxLinks = 40

// CheckSecurity reports every component of the program's absolute path that
// lets somebody other than root replace the program, as [UnsafeError]s joined.
// Only a program that would run as root (id is root, or the file is set-user-ID
// root) is checked. A component must be owned by root and writable by nobody
// else; a directory with the sticky bit may be writable, since others cannot
// replace what is root's there. Symbolic links are followed and what they lead
// through is judged, so that a merged /usr is fine.
func CheckSecurity(path string, id *Identity) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if orSelf(id).UID != 0 && (info.Mode()&fs.ModeSetuid == 0 || ownerOf(info).Uid != 0) {
		return nil
	}
	if !filepath.IsAbs(path) {
		return fmt.Errorf("%w run as root: %s is not an absolute path", ErrUnsafe, path)
	}

	var errs []error
	judged := map[string]bool{}
	rest := components(path)
	links := 0
	for dir := "/"; ; {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if links++; links > maxLinks {
				return &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
			}
			target, err := os.Readlink(dir)
			if err != nil {
				return err
			}
			if !filepath.IsAbs(target) {
				target = filepath.Dir(dir) + "/" + target
			}
			rest = append(components(target), rest...)
		}
		if !judged[dir] {
			judged[dir] = true
			errs = append(errs, judge(path, dir, info))
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			dir = "/"
		case len(rest) == 0:
			return errors.Join(errs...)
		default:
			dir = filepath.Join(dir, rest[0]) // .. is safe: no link is left in dir
			rest = rest[1:]
		}
	}
}

func components(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
}

// judge reports how somebody other than root may change the component. A link's
// own mode means nothing.
func judge(script, component string, info fs.FileInfo) error {
	stat, mode := ownerOf(info), info.Mode()
	link := mode&fs.ModeSymlink != 0
	var why, fix []string
	if stat.Uid != 0 {
		why = append(why, "is not owned by root")
		fix = append(fix, "chown -h root "+component)
	}
	if !link && !(mode.IsDir() && mode&fs.ModeSticky != 0) {
		switch {
		case mode&0o002 != 0:
			why = append(why, "is writable by everybody")
			fix = append(fix, "chmod go-w "+component)
		case mode&0o020 != 0 && stat.Gid != 0:
			why = append(why, "is writable by its group")
			fix = append(fix, "chmod g-w "+component)
		}
	}
	if why == nil {
		return nil
	}
	return &UnsafeError{
		Script: script,
		Path:   component,
		Mode:   mode,
		Owner:  ownerName(stat),
		Why:    strings.Join(why, " and "),
		Fix:    strings.Join(fix, " && "),
	}
}

// ownerOf returns the status behind info, which os always has on Unix.
func ownerOf(info fs.FileInfo) *syscall.Stat_t {
	return info.Sys().(*syscall.Stat_t)
}

func ownerName(stat *syscall.Stat_t) string {
	owner, group := strconv.FormatUint(uint64(stat.Uid), 10), strconv.FormatUint(uint64(stat.Gid), 10)
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	if g, err := user.LookupGroupId(group); err == nil {
		group = g.Name
	}
	return owner + ":" + group
}
