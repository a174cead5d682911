package ipvs

import (
	"fmt"
	"reflect"

	"github.com/vrrpkit/vrrpkit/internal/statefile"
)

// stateFile keeps on disk what a Reconciler holds, for the process that comes
// after one that was killed. The zero stateFile keeps nothing.
type stateFile struct {
	name    string
	written *held // what is in it; nil: unknown
}

// held is the content of a state file.
type held struct {
	Services []Key    `json:",omitempty"`
	Daemons  []Daemon `json:",omitempty"`
	Timeouts Timeouts // before they were changed, in nanoseconds; zero: they were not
}

// read returns what a predecessor noted; nothing if there is no file.
func (f *stateFile) read() (h held, err error) {
	if err := statefile.Read(f.name, &h); err != nil {
		return held{}, fmt.Errorf("ipvs: %w", err)
	}
	return h, nil
}

// write replaces the content, if it is another.
func (f *stateFile) write(h held) error {
	if f.written != nil && reflect.DeepEqual(*f.written, h) {
		return nil
	}
	if err := statefile.Write(f.name, h); err != nil {
		return fmt.Errorf("ipvs: %w", err)
	}
	f.written = &h
	return nil
}

// remove says that nothing is held any more.
func (f *stateFile) remove() error {
	if err := statefile.Remove(f.name); err != nil {
		return fmt.Errorf("ipvs: %w", err)
	}
	return nil
}
