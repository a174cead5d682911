package confparse

import (
	"fmt"
	"strconv"
	"strings"
)

// isSequence reports whether s begins a ~SEQ, ~SEQx or ~LST line.
func isSequence(s string) bool {
	return strings.HasPrefix(s, "~SEQ(") || strings.HasPrefix(s, "~SEQx(") || strings.HasPrefix(s, "~LST(")
}

// sequence replays the text behind "~SEQ(...)" or "~LST(...)" once for every
// value. The variables are ordinary definitions, and the text may begin with
// another sequence, which then runs faster.
func (p *preproc) sequence(t text) {
	at := t.at(0)
	end := parenEnd(t.s)
	if end < 0 {
		p.badSequence(t.s, at, "the closing parenthesis is missing")
		return
	}
	head, _, _ := p.substitute(t.cut(0, end))
	body := t.cut(end+1, len(t.s)).trim()
	kind, list, _ := strings.Cut(head.s, "(")

	var vars []string
	var values func(yield func([]string) bool)
	var err error
	if kind == "~LST" {
		vars, values, err = parseList(list)
	} else {
		vars, values, err = parseRange(list, kind == "~SEQx")
	}
	if err != nil {
		p.badSequence(t.s[:end+1], at, err.Error())
		return
	}
	if body.s == "" {
		p.badSequence(t.s[:end+1], at, "there is nothing to repeat")
		return
	}
	for tuple := range values {
		for i, name := range vars {
			p.defs[name] = definition{name: name, lines: []text{{s: tuple[i], pos: newMark(at)}}, pos: at}
		}
		p.logical(body, true)
		if p.stopped {
			return
		}
	}
}

func (p *preproc) badSequence(s string, at Pos, why string) {
	p.r.errorf(CodeDefinition, at, "~SEQ(var, [[start,] step,] end) text, or ~LST(var, a, b, ...) text", "invalid sequence %q: %s; the line is left out", s, why)
}

// parenEnd returns where the first closing parenthesis outside quotes is.
func parenEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ')' && !quoted:
			return i
		}
	}
	return -1
}

// parseRange reads "var, end", "var, start, end" or "var, start, step, end".
func parseRange(s string, hex bool) (vars []string, values func(func([]string) bool), err error) {
	items := splitList(s)
	if len(items) < 2 || len(items) > 4 {
		return nil, nil, fmt.Errorf("it takes a variable and one to three numbers")
	}
	if err := checkName(items[0]); err != nil {
		return nil, nil, err
	}
	var n []int64
	for _, item := range items[1:] {
		v, err := strconv.ParseInt(item, 0, 64)
		if err != nil || strings.ContainsAny(item, "_bBoO") && !strings.HasPrefix(strings.ToLower(item), "0x") {
			return nil, nil, fmt.Errorf("%q is not a number", item)
		}
		if hex && v < 0 {
			return nil, nil, fmt.Errorf("~SEQx does not take negative numbers")
		}
		n = append(n, v)
	}
	start, step, end := int64(1), int64(1), n[len(n)-1]
	switch len(n) {
	case 1:
		if end < 0 {
			start = -1
		}
		if end < 1 {
			step = -1
		}
	case 2:
		if start = n[0]; end < start {
			step = -1
		}
	case 3:
		start, step = n[0], n[1]
		if step == 0 || (end-start)/step < 0 || start != end && (end > start) != (step > 0) {
			return nil, nil, fmt.Errorf("step %d does not lead from %d to %d", step, start, end)
		}
	}
	base := 10
	if hex {
		base = 16
	}
	return items[:1], func(yield func([]string) bool) {
		for v := start; step > 0 && v <= end || step < 0 && v >= end; v += step {
			if !yield([]string{strconv.FormatInt(v, base)}) {
				return
			}
			if next := v + step; (next > v) != (step > 0) {
				return // wrapped around
			}
		}
	}, nil
}

// parseList reads "var, a, b" or "{v,w}, {a,b}, {c,d}".
func parseList(s string) (vars []string, values func(func([]string) bool), err error) {
	items := splitList(s)
	if len(items) < 2 {
		return nil, nil, fmt.Errorf("it takes a variable and at least one value")
	}
	vars = tuple(items[0])
	for _, v := range vars {
		if err := checkName(v); err != nil {
			return nil, nil, err
		}
	}
	rows := make([][]string, len(items)-1)
	for i, item := range items[1:] {
		row := []string{item}
		if len(vars) > 1 || strings.HasPrefix(item, "{") {
			row = tuple(item)
		}
		if len(row) > len(vars) {
			return nil, nil, fmt.Errorf("%q has more than %d members", item, len(vars))
		}
		rows[i] = append(row, make([]string, len(vars)-len(row))...)
	}
	return vars, func(yield func([]string) bool) {
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}, nil
}

// tuple splits "{a,b}"; anything else is its only member.
func tuple(s string) []string {
	inner, ok := strings.CutPrefix(s, "{")
	if !ok {
		return []string{s}
	}
	members := strings.Split(strings.TrimSuffix(inner, "}"), ",")
	for i, m := range members {
		members[i] = strings.TrimSpace(m)
	}
	return members
}

// splitList splits at commas outside braces and quotes, and trims.
func splitList(s string) (items []string) {
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && depth == 0:
			items = append(items, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(items, strings.TrimSpace(s[start:]))
}

func checkName(s string) error {
	if s == "" || nameLen(s) != len(s) {
		return fmt.Errorf("%q is not a name", s)
	}
	return nil
}
