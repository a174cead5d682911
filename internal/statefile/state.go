package statefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Read decodes the file into what state points to. Without a name, or without a
// file, it does nothing.
func Read(name string, state any) error {
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, state)
	}
	if err != nil {
		return fmt.Errorf("state file %s: %w; remove it to start without it", name, err)
	}
	return nil
}

// Write replaces the file by one with state. Without a name it does nothing.
func Write(name string, state any) error {
	if name == "" {
		return nil
	}
	text, err := json.Marshal(state)
	if err == nil {
		err = Replace(name, func(f *os.File) error {
			_, err := f.Write(append(text, '\n'))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("state file %s: %w", name, err)
	}
	return nil
}

// Remove removes the file, if there is a name and a file.
func Remove(name string) error {
	if name == "" {
		return nil
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("state file %s: %w", name, err)
	}
	return nil
}
