package demo

import (
	"bytes"
	"strings"
	"sync"
)

const (
	tailLines   = 15
	maxTailLine = 4096
)

// tail is a writer that keeps the last lines, and shows some at once.
type tail struct {
	show func(line string)

	mu      sync.Mutex
	lines   []string
	partial []byte
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, b...)
	for {
		line, rest, ok := bytes.Cut(t.partial, []byte("\n"))
		if !ok {
			if len(t.partial) > maxTailLine {
				t.partial = t.partial[:0]
			}
			return len(b), nil
		}
		t.add(string(line))
		t.partial = append(t.partial[:0], rest...)
	}
}

func (t *tail) add(line string) {
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = t.lines[1:]
	}
	if strings.Contains(line, "rehearsal") {
		// The time comes first, and the story has its own.
		_, text, _ := strings.Cut(line, " ")
		t.show(text)
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
