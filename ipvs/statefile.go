package ipvs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
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
	if f.name == "" {
		return held{}, nil
	}
	text, err := os.ReadFile(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return held{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return held{}, fmt.Errorf("ipvs: state file %s: %w; remove it to start without it", f.name, err)
	}
	return h, nil
}

// write replaces the content, if it is another.
func (f *stateFile) write(h held) error {
	if f.name == "" || f.written != nil && reflect.DeepEqual(*f.written, h) {
		return nil
	}
	text, err := json.MarshalIndent(h, "", "\t")
	if err != nil {
		return fmt.Errorf("ipvs: state file: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.name), filepath.Base(f.name)+".*")
	if err != nil {
		return fmt.Errorf("ipvs: state file: %w", err)
	}
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), f.name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("ipvs: state file: %w", err)
	}
	f.written = &h
	return nil
}

// remove says that nothing is held any more.
func (f *stateFile) remove() error {
	if f.name == "" {
		return nil
	}
	if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ipvs: state file: %w", err)
	}
	return nil
}
