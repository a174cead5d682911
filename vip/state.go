package vip

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stateFile keeps on disk what a manager may hold, for the process that comes
// after one that was killed. It is written before anything is added and never on
// the way to a takeover. The zero stateFile keeps nothing.
type stateFile struct{ name string }

// held is the content of a state file.
type held struct {
	Addresses []Address `json:",omitempty"`
	Routes    []Route   `json:",omitempty"`
	Rules     []Rule    `json:",omitempty"`
}

// read returns the objects that a predecessor noted; none if there is no file.
func (f stateFile) read() ([]Object, error) {
	if f.name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var h held
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return nil, fmt.Errorf("vip: state file: %w", err)
	}
	var list []Object
	for _, o := range objects(h.Addresses, h.Routes, h.Rules) {
		if o.Validate() == nil {
			list = append(list, o)
		}
	}
	return list, nil
}

// write replaces the content with list.
func (f stateFile) write(list []Object) error {
	if f.name == "" {
		return nil
	}
	var h held
	for _, o := range list {
		switch o := o.(type) {
		case Address:
			h.Addresses = append(h.Addresses, o)
		case Route:
			h.Routes = append(h.Routes, o)
		case Rule:
			h.Rules = append(h.Rules, o)
		}
	}
	text, err := json.MarshalIndent(h, "", "\t")
	if err != nil {
		return fmt.Errorf("vip: state file: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.name), filepath.Base(f.name)+".*")
	if err != nil {
		return fmt.Errorf("vip: state file: %w", err)
	}
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), f.name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("vip: state file: %w", err)
	}
	return nil
}

// remove says that nothing is held any more.
func (f stateFile) remove() error {
	if f.name == "" {
		return nil
	}
	if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vip: state file: %w", err)
	}
	return nil
}
