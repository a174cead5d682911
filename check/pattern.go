package check

import (
	"fmt"
	"strings"
)

// Pattern is the beginning of a datagram. Bits that are not in Mask may be anything.
type Pattern struct{ Value, Mask []byte } // of the same length

// ParsePattern reads hexadecimal digits as keepalived does: two are a byte, a
// blank ends one early, x stands for any digit: "41 4x 4 5f". Without an x it is
// the way to write a payload too.
func ParsePattern(s string) (Pattern, error) {
	var p Pattern
	for _, word := range strings.Fields(s) {
		for ; word != ""; word = word[min(2, len(word)):] {
			var value, mask byte
			for _, c := range []byte(word[:min(2, len(word))]) {
				digit, bits := byte(0), byte(15)
				switch {
				case c >= '0' && c <= '9':
					digit = c - '0'
				case c|0x20 >= 'a' && c|0x20 <= 'f':
					digit = (c | 0x20) - 'a' + 10
				case c|0x20 == 'x':
					bits = 0
				default:
					return Pattern{}, fmt.Errorf("%q in %q: bytes are written as hexadecimal digits, x for any", c, s)
				}
				value, mask = value<<4|digit, mask<<4|bits
			}
			if len(word) == 1 {
				mask |= 0xf0
			}
			p.Value, p.Mask = append(p.Value, value), append(p.Mask, mask)
		}
	}
	return p, nil
}

// Match reports whether data begins as the pattern does. Data that is shorter
// does not; to keepalived it does if it is the same so far.
func (p Pattern) Match(data []byte) bool {
	if len(data) < len(p.Value) {
		return false
	}
	for i, v := range p.Value {
		if (data[i]^v)&p.Mask[i] != 0 {
			return false
		}
	}
	return true
}
