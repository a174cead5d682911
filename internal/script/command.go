// Package script runs the programs of a configuration: checks and notify
// scripts. A program gets a process group of its own, which is ended as a
// whole; an identity, which may not be ours; an environment in which it finds
// other programs; and nothing to read from. What it printed last is kept.
package script

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// DefaultPath is the PATH of programs when this process has none.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Command is a program to run. Either Argv or Shell is set.
type Command struct {
	Argv  []string // the program, looked up in PATH if it has no slash, and its arguments
	Shell string   // text for bash, or for sh where there is no bash

	User *Identity // nil: our own
	Env  []string  // "NAME=value", besides what this process has
	Dir  string    // working directory; empty: our own

	// NoNewPrivs keeps the program, and all that it starts, from gaining
	// privileges by set-user-ID programs and file capabilities. Linux only.
	NoNewPrivs bool

	// Secure refuses a program that somebody other than root could replace, if it
	// is to run as root: looked at each time, as late as can be.
	Secure bool

	// Discard sends what the program prints to the null device. Without it,
	// whatever the program leaves running loses its standard output when the
	// program ends, and may die when it prints.
	Discard bool
}

// Path returns the file that [Run] would execute, or why there is none: the
// program (the shell, for shell text) does not exist, or is not one that User
// may execute.
func (c *Command) Path() (string, error) {
	argv, err := c.argv()
	if err != nil {
		return "", err
	}
	return c.find(argv[0])
}

// argv returns the command's words. The program is still to be found.
func (c *Command) argv() ([]string, error) {
	switch {
	case c.Shell != "" && len(c.Argv) > 0:
		return nil, errors.New("both a program and shell text are given")
	case c.Shell != "":
		shell := "bash"
		if _, err := c.find(shell); err != nil {
			shell = "sh"
		}
		return []string{shell, "-c", c.Shell}, nil
	case len(c.Argv) == 0 || c.Argv[0] == "":
		return nil, errors.New("no program is given")
	}
	return c.Argv, nil
}

// find looks name up as the program itself would: in the PATH that it gets.
func (c *Command) find(name string) (string, error) {
	if strings.ContainsRune(name, os.PathSeparator) {
		return name, executable(name, c.User)
	}
	path := c.getenv("PATH")
	var denied error // there is such a file, but not one to execute
	for _, dir := range strings.Split(path, string(os.PathListSeparator)) {
		file := cmp.Or(dir, ".") + string(os.PathSeparator) + name
		err := executable(file, c.User)
		if err == nil {
			return file, nil
		}
		if denied == nil && !errors.Is(err, os.ErrNotExist) {
			denied = err
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", fmt.Errorf("%s: %w (%s)", name, exec.ErrNotFound, path)
}

// environ returns the program's environment. Variables that change which code
// it runs are not handed on, as under keepalived.
func (c *Command) environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == "IFS" || name == "LD_PRELOAD" || name == "LD_LIBRARY_PATH"
	})
	if os.Getenv("PATH") == "" {
		env = append(env, "PATH="+DefaultPath)
	}
	return append(env, c.Env...)
}

func (c *Command) getenv(name string) string {
	for _, v := range slices.Backward(c.environ()) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// String returns the command much as it was written.
func (c *Command) String() string {
	if c.Shell != "" {
		return c.Shell
	}
	return strings.Join(c.Argv, " ")
}
