package check

import (
	"fmt"
	"strconv"
	"strings"
)

// StatusRange is a range of HTTP status codes, 100..599, both ends included.
type StatusRange struct{ First, Last int }

// String returns "200" or "200-299".
func (r StatusRange) String() string {
	if r.First == r.Last {
		return strconv.Itoa(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// StatusRanges are the codes that a page may have.
type StatusRanges []StatusRange

// ParseStatusRanges reads codes and ranges as keepalived writes them, separated
// by white space: "200 301-303" (status_code).
func ParseStatusRanges(s string) (StatusRanges, error) {
	var ranges StatusRanges
	for _, field := range strings.Fields(s) {
		first, last, isRange := strings.Cut(field, "-")
		if !isRange {
			last = first
		}
		a, errA := parseStatus(first)
		b, errB := parseStatus(last)
		if errA != nil || errB != nil || a > b || a < 100 || b > 599 {
			return nil, fmt.Errorf("status %q: codes are 100..599, a range is 200-299", field)
		}
		ranges = append(ranges, StatusRange{a, b})
	}
	if ranges == nil {
		return nil, fmt.Errorf("status %q: no code", s)
	}
	return ranges, nil
}

func parseStatus(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err
}

// String returns the ranges as ParseStatusRanges reads them.
func (rs StatusRanges) String() string {
	var parts []string
	for _, r := range rs {
		parts = append(parts, r.String())
	}
	return strings.Join(parts, " ")
}

// accept reports whether a code is among the ranges, or among 200-299 if there are none.
func (rs StatusRanges) accept(code int) bool {
	if rs == nil {
		return code >= 200 && code <= 299
	}
	for _, r := range rs {
		if r.First <= code && code <= r.Last {
			return true
		}
	}
	return false
}
