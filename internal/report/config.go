package report

import "time"

// ConfigStatus is the configuration in use, and how the last attempt to read it
// went.
type ConfigStatus struct {
	File   string    `json:"file"`
	Loaded time.Time `json:"loaded"`          // when that in use was read
	Hash   uint64    `json:"hash"`            // changes with it; below 2^48, so that JSON and Prometheus keep it
	Tried  time.Time `json:"tried,omitzero"`  // when it was read last
	Error  string    `json:"error,omitempty"` // why what was read last is not in use
	// Undone says that it was in use, and was given up because nobody confirmed it:
	// Error is a sentence about that.
	Undone bool `json:"undone,omitempty"`
	// ConfirmUntil is when that in use is given up for the one before, unless
	// somebody confirms it. Zero: it stays.
	ConfirmUntil time.Time `json:"confirm_until,omitzero"`
}
