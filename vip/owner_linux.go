package vip

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// owner tells what this Kernel makes, and other processes might take for a
// leftover, from what theirs make: interfaces, and tables of the packet filter. It
// lives as long as a socket with its name does, which ends with the process, and is
// found from all of the network namespace, whatever processes can be seen there.
type owner struct {
	name   string // the process id, and something that no other has
	socket int
}

func newOwner(namespace int) (owner, error) {
	unique := make([]byte, 4)
	rand.Read(unique)
	o := owner{name: fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(unique))}
	err := netns.Do(namespace, func() (err error) {
		o.socket, err = ownerSocket(unix.Bind, o.name)
		return err
	})
	if err != nil {
		return owner{}, fmt.Errorf("vip: owner's socket: %w", err)
	}
	return o, nil
}

func (o owner) close() error { return os.NewSyscallError("close", unix.Close(o.socket)) }

// ownerLives reports whether an owner lives. Without a name, there is none.
func ownerLives(namespace int, name string) bool {
	if name == "" {
		return false
	}
	err := netns.Do(namespace, func() error {
		fd, err := ownerSocket(unix.Connect, name)
		if err == nil {
			_ = unix.Close(fd)
		}
		return err
	})
	return !errors.Is(err, unix.ECONNREFUSED) // in doubt it does
}

// ownerSocket returns a socket that has, or is connected to, an owner's name.
func ownerSocket(to func(fd int, name unix.Sockaddr) error, name string) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	if err := to(fd, &unix.SockaddrUnix{Name: "@vrrpkit/" + name}); err != nil {
		_ = unix.Close(fd)
		return 0, err
	}
	return fd, nil
}

// mayReplace reports whether what has that mark is ours or a leftover.
func (k *linux) mayReplace(m mark) bool {
	return m.owner == k.owner.name || !ownerLives(k.namespace, m.owner)
}

const (
	ourMark     = "vrrpkit" // begins the mark
	ownerKey    = "owner="
	arpKey      = "arp_ignore="
	maxMarkName = 64
)

// mark is the alias of an interface of ours, or the comment of a rule.
type mark struct {
	owner string // empty: of a version that did not tell

	// ignore is the parent's arp_ignore as it was before the first macvlan: it
	// outlives a crash there, and goes with the interface. Empty: not noted.
	ignore string
}

// String returns the mark as parseMark takes it.
func (m mark) String() string {
	text := ourMark + " " + ownerKey + m.owner
	if m.ignore != "" {
		text += " " + arpKey + m.ignore
	}
	return text
}

// process says whose the mark is.
func (m mark) process() string {
	pid, _, _ := strings.Cut(m.owner, "-")
	return "process " + pid
}

// parseMark returns the mark that a text is. ok is false if it is not ours.
func parseMark(text string) (m mark, ok bool) {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] != ourMark {
		return m, false
	}
	for _, w := range words[1:] {
		if name, ok := strings.CutPrefix(w, ownerKey); ok && len(name) <= maxMarkName {
			m.owner = name
		} else if n, ok := strings.CutPrefix(w, arpKey); ok {
			m.ignore = n
		}
	}
	return m, true
}
