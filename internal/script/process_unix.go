//go:build unix

package script

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// attributes gives a program a process group, and an identity if it is not ours
// already: an unprivileged process may not even set its own.
func attributes(id *Identity) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if id != nil && !own(id) {
		attr.Credential = &syscall.Credential{Uid: id.UID, Gid: id.GID, Groups: id.Groups}
	}
	return attr, nil
}

func own(id *Identity) bool {
	if int(id.UID) != os.Geteuid() || int(id.GID) != os.Getegid() {
		return false
	}
	groups, err := os.Getgroups()
	return err == nil && !slices.ContainsFunc(id.Groups, func(gid uint32) bool {
		return gid != id.GID && !slices.Contains(groups, int(gid))
	})
}

// signalGroup ignores errors: the group is gone, or cannot be helped.
func signalGroup(p *os.Process, sig syscall.Signal) {
	_ = syscall.Kill(-p.Pid, sig)
}

// reapGroup collects what is left of a killed group if its orphans are ours, as
// they are in a container whose first process we are: nobody else would.
func reapGroup(p *os.Process) {
	for range 100 {
		pid, err := syscall.Wait4(-p.Pid, nil, syscall.WNOHANG, nil)
		if err != nil && err != syscall.EINTR {
			return // no children there
		}
		if pid == 0 {
			time.Sleep(time.Millisecond) // not dead yet
		}
	}
}

// executable reports why file is not one that id may execute. It looks at the
// file itself; directories on the way are the kernel's to judge.
func executable(file string, id *Identity) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: not a regular file", file, fs.ErrPermission)
	}
	if !mayExecute(info, id) {
		return fmt.Errorf("%s: %w for user %v (mode %04o): chmod +x %s",
			file, fs.ErrPermission, orSelf(id), info.Mode().Perm(), file)
	}
	return nil
}

func mayExecute(info fs.FileInfo, id *Identity) bool {
	stat := ownerOf(info)
	id = orSelf(id)
	switch perm := info.Mode().Perm(); {
	case id.UID == 0:
		return perm&0o111 != 0
	case stat.Uid == id.UID:
		return perm&0o100 != 0
	case stat.Gid == id.GID || slices.Contains(id.Groups, stat.Gid):
		return perm&0o010 != 0
	default:
		return perm&0o001 != 0
	}
}

// orSelf returns id, or this process's identity if it is nil.
func orSelf(id *Identity) *Identity {
	if id != nil {
		return id
	}
	self := &Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
	groups, _ := os.Getgroups() // none, if unknown
	for _, gid := range groups {
		self.Groups = append(self.Groups, uint32(gid))
	}
	return self
}

// explain says what an error of execve means for path, which does exist.
func explain(err error, path string, c Command) error {
	switch {
	case errors.Is(err, syscall.EPERM) && c.User != nil && !own(c.User):
		return fmt.Errorf("%s: cannot become user %v as user %v: %w (start as root, or configure no other user)",
			path, c.User, orSelf(nil), syscall.EPERM)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w for user %v: a directory on the way, or the file system, does not allow it",
			path, fs.ErrPermission, orSelf(c.User))
	case errors.Is(err, fs.ErrNotExist) && c.Dir != "" && !isDir(c.Dir):
		return fmt.Errorf("%s: working directory %s: %w", path, c.Dir, fs.ErrNotExist)
	case errors.Is(err, fs.ErrNotExist):
		switch name := interpreter(path); {
		case strings.HasSuffix(name, "\r"):
			return fmt.Errorf("%s: its first line ends in a carriage return: convert it to Unix line ends", path)
		case name != "":
			return fmt.Errorf("%s: its interpreter %s: %w", path, name, fs.ErrNotExist)
		}
	}
	return err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// interpreter returns what the #! line of the file names, "" if there is none.
func interpreter(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 256).ReadSlice('\n')
	name, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\n"), "#!")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(strings.Trim(name, " \t"), " ")
	return name
}
