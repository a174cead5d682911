package confparse

import "strings"

// Lines that name programs are read a second time, from the raw text and in the
// manner of a shell, in two passes: the line into keyword, command, user and
// group; then the command into its arguments.

// splitCommandLine is the first pass. Single and double quotes group and are
// removed, neighbours concatenate, and a backslash keeps its companion from
// meaning anything, but both stay for the second pass. ok is false if a quote
// is left open.
func splitCommandLine(s string) (words []string, ok bool) {
	return shellSplit(s, func(b *strings.Builder, s string) int {
		n := min(2, len(s))
		b.WriteString(s[:n])
		return n
	})
}

// splitArgs is the second pass: as the first, and escapes are resolved.
func splitArgs(s string) (argv []string, ok bool) {
	return shellSplit(s, func(b *strings.Builder, s string) int {
		c, n := unescapeC(s)
		b.WriteByte(c)
		return n
	})
}

// shellSplit splits s at blanks outside quotes. escape is called with the rest
// of s at each backslash, writes what it stands for, and says how long it was.
func shellSplit(s string, escape func(*strings.Builder, string) int) (words []string, ok bool) {
	var b strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\':
			i += escape(&b, s[i:])
			inWord = true
			continue
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				b.WriteByte(c)
			}
		case c == '"' || c == '\'':
			quote, inWord = c, true
		case isBlank(c):
			if inWord {
				words = append(words, b.String())
				b.Reset()
				inWord = false
			}
		default:
			b.WriteByte(c)
			inWord = true
		}
		i++
	}
	if inWord {
		words = append(words, b.String())
	}
	return words, quote == 0
}

// unescapeC resolves the escape that s begins with, and says how long it is. A
// lone backslash at the end stands for itself.
func unescapeC(s string) (c byte, n int) {
	if len(s) < 2 {
		return '\\', 1
	}
	if i := strings.IndexByte(`abEfnrtv`, s[1]); i >= 0 {
		return "\a\b\x1b\f\n\r\t\v"[i], 2
	}
	switch {
	case s[1] >= '0' && s[1] <= '7':
		v, n := digits(s[1:], 3, 8)
		return byte(v), 1 + n
	case s[1] == 'x':
		if v, n := digits(s[2:], 2, 16); n > 0 {
			return byte(v), 2 + n
		}
	case s[1] == 'c' && len(s) > 2:
		return s[2] & 0x1f, 3
	}
	return s[1], 2
}

// digits reads at most limit digits of the base.
func digits(s string, limit, base int) (v, n int) {
	for n < len(s) && n < limit {
		d := strings.IndexByte("0123456789abcdef", s[n]|0x20)
		if d < 0 || d >= base {
			break
		}
		v = v*base + d
		n++
	}
	return v, n
}
