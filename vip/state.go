package vip

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/vrrpkit/vrrpkit/internal/statefile"
)

// stateFile keeps on disk what a manager may hold, for the process that comes
// after one that was killed. It is written before anything is added and never on
// the way to a takeover. Without a name it keeps nothing.
type stateFile struct {
	name  string
	wrote atomic.Pointer[held] // what is in the file, if this process has written it
}

// held is the content of a state file.
type held struct {
	Addresses []Address `json:",omitempty"`
	Routes    []Route   `json:",omitempty"`
	Rules     []Rule    `json:",omitempty"`
	VMACs     []VMAC    `json:",omitempty"`
	Tables    []string  `json:",omitempty"` // of Filters
}

// objects returns what is held, as far as it can be.
func (h held) objects() []Object {
	list := objects(h.Addresses, h.Routes, h.Rules)
	for _, v := range h.VMACs {
		list = append(list, v)
	}
	return slices.DeleteFunc(list, func(o Object) bool { return o.Validate() != nil })
}

// read returns what this process or a predecessor noted; nothing if there is no
// file. It must not be changed.
func (f *stateFile) read() (h held, err error) {
	if f.name == "" {
		return held{}, nil
	}
	if h := f.wrote.Load(); h != nil {
		return *h, nil
	}
	if err := statefile.Read(f.name, &h); err != nil {
		return held{}, fmt.Errorf("vip: %w", err)
	}
	return h, nil
}

// noteTable adds the table of a filter.
func (f *stateFile) noteTable(name string) error {
	h, err := f.read()
	if err != nil || slices.Contains(h.Tables, name) {
		return err
	}
	h.Tables = append(slices.Clone(h.Tables), name)
	return f.write(h)
}

// writeAll replaces the content.
func (f *stateFile) writeAll(list []Object, tables []string) error {
	h := held{Tables: tables}
	for _, o := range list {
		switch o := o.(type) {
		case Address:
			h.Addresses = append(h.Addresses, o)
		case Route:
			h.Routes = append(h.Routes, o)
		case Rule:
			h.Rules = append(h.Rules, o)
		case VMAC:
			h.VMACs = append(h.VMACs, o)
		}
	}
	return f.write(h)
}

func (f *stateFile) write(h held) error {
	if f.name == "" {
		return nil
	}
	f.wrote.Store(nil)
	if err := statefile.Write(f.name, h); err != nil {
		return fmt.Errorf("vip: %w", err)
	}
	f.wrote.Store(&h)
	return nil
}

// remove says that nothing is held any more.
func (f *stateFile) remove() error {
	f.wrote.Store(nil)
	if err := statefile.Remove(f.name); err != nil {
		return fmt.Errorf("vip: %w", err)
	}
	return nil
}
