package script

import (
	"errors"
	"fmt"
	"io/fs"
)

// ErrUnsafe is what errors.Is finds in an [UnsafeError].
var ErrUnsafe = errors.New("unsafe script")

// UnsafeError is a file or directory through which somebody other than root
// decides what root executes.
type UnsafeError struct {
	Script string // the program's path, as configured
	Path   string // the file or directory that is not safe
	Mode   fs.FileMode
	Owner  string // user and group: "root:staff"
	Why    string // "is owned by bob"
	Fix    string // the command that makes it safe
}

// Error names the component, what is wrong with it, and how to repair it.
func (e *UnsafeError) Error() string {
	what := e.Path
	if e.Path != e.Script {
		what = fmt.Sprintf("%s on the way to %s", e.Path, e.Script)
	}
	return fmt.Sprintf("%v run as root: %s %s (%v %s); to repair: %s", ErrUnsafe, what, e.Why, e.Mode, e.Owner, e.Fix)
}

// Unwrap returns ErrUnsafe.
func (e *UnsafeError) Unwrap() error { return ErrUnsafe }
