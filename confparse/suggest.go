package confparse

import (
	"iter"
	"strings"
)

// shortestPrefix is the length from which a word may be the beginning of a name.
const shortestPrefix = 4

// suggest returns the name that was most likely meant by word, the first of
// equals, or "" if none is near enough: one that is a letter off, else one that
// word is the beginning of, else the nearest.
func suggest(word string, names iter.Seq[string]) string {
	word = strings.ToLower(word)
	best, limit, longer := "", max(1, len(word)/3)+1, ""
	for name := range names {
		lower := strings.ToLower(name)
		if d := distance(word, lower, limit); d < limit {
			best, limit = name, d
		}
		if longer == "" && len(word) >= shortestPrefix && strings.HasPrefix(lower, word) {
			longer = name
		}
	}
	if longer != "" && limit > 1 {
		return longer
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a. It may stop at limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	n := len(b) + 1
	rows := append(make([]int, 0, 3*64), make([]int, 3*n)...) // on the stack, for names
	older, prev, row := rows[:n], rows[n:2*n], rows[2*n:]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, prev, row = prev, row, older
	}
	return min(prev[len(b)], limit)
}
