package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// screen writes the story: lines that stay, and on a terminal a last line that
// is redrawn.
type screen struct {
	out   io.Writer
	live  bool
	color bool
	start time.Time
	drawn bool // there is a status line to overwrite
}

// Colours, as terminals number them.
const (
	bold  = 1
	dim   = 2
	red   = 31
	green = 32
	blue  = 36
)

var nodeColors = [2]int{green, blue}

func (s *screen) paint(code int, text string) string {
	if !s.color {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", code, text)
}

// node names a node in its colour.
func (s *screen) node(n int) string { return s.paint(nodeColors[n], name(n)) }

// print writes a line as it is.
func (s *screen) print(format string, args ...any) {
	s.erase()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// tell writes a line with the time that it is about.
func (s *screen) tell(at time.Time, format string, args ...any) {
	s.print("%6.2f s  %s", at.Sub(s.start).Seconds(), fmt.Sprintf(format, args...))
}

// add writes a line that belongs to the one before.
func (s *screen) add(format string, args ...any) {
	s.print("%10s%s", "", fmt.Sprintf(format, args...))
}

// status redraws the last line, on a terminal.
func (s *screen) status(now time.Time, bar []byte, text string) {
	if !s.live {
		return
	}
	bar = bar[max(0, len(bar)-statusWidth):]
	fmt.Fprintf(s.out, "\r\x1b[K%6.1f s  %s %s", now.Sub(s.start).Seconds(), s.bar(bar), text)
	s.drawn = true
}

func (s *screen) erase() {
	if s.drawn {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.drawn = false
	}
}

// bar colours a bar by who answers.
func (s *screen) bar(cells []byte) string {
	if !s.color {
		return string(cells)
	}
	var b strings.Builder
	for len(cells) > 0 {
		n := 1
		for n < len(cells) && cells[n] == cells[0] {
			n++
		}
		code := red
		if cells[0] != '.' {
			code = nodeColors[cells[0]-'A']
		}
		b.WriteString(s.paint(code, string(cells[:n])))
		cells = cells[n:]
	}
	return b.String()
}

// How much of the bar fits a line, and the status line.
const (
	barWidth    = 100
	statusWidth = 32
)

// summary writes the whole bar.
func (s *screen) summary(cells []byte) {
	s.print("")
	s.print("who answered, %d characters to the second (. nobody):", time.Second/barCell)
	for len(cells) > 0 {
		n := min(barWidth, len(cells))
		s.print("  %s", s.bar(cells[:n]))
		cells = cells[n:]
	}
}
