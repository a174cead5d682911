package confparse

import (
	"fmt"
	"iter"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// compare returns the differences of two values of one type, by reflection: a
// field that is added to a Config cannot be forgotten here.
func compare(name string, a, b reflect.Value) []FieldChange {
	if same(a, b) {
		return nil
	}
	return compareText(name, a, b, compare)
}

// compareText is compare by the texts alone. Compare does the fields of a struct.
func compareText(name string, a, b reflect.Value, compare func(string, reflect.Value, reflect.Value) []FieldChange) (list []FieldChange) {
	t := a.Type()
	switch {
	case t.Kind() == reflect.Struct && !isText(t):
		for f := range fieldsOf(t) {
			list = append(list, compare(pathOf(name, t, f), a.FieldByIndex(f.Index), b.FieldByIndex(f.Index))...)
		}
		return list
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return compareList(name, a, b)
	}
	if display(a, false) == display(b, false) {
		return nil
	}
	return []FieldChange{{Name: name, Old: value(a, name), New: value(b, name)}}
}

// pathOf names a field of a struct that has a name itself. A field with a keyword
// does without the struct.
func pathOf(name string, t reflect.Type, f reflect.StructField) string {
	inner := fieldName(t, f)
	switch {
	case f.Anonymous:
		return name
	case name == "":
		return inner
	case keywordNames[t.Name()+"."+f.Name] != "":
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			return name[:i+1] + inner
		} else if name != "global_defs" {
			return inner
		}
	}
	inner = name + "." + inner
	if known := keywordNames[inner]; known != "" {
		return known
	}
	return inner
}

// compareList reports the entries that only one of two lists has, or that the
// order is another one.
func compareList(name string, a, b reflect.Value) (list []FieldChange) {
	count := map[string]int{}
	entries := func(v reflect.Value) (keys []string) {
		for i := range v.Len() {
			keys = append(keys, display(v.Index(i), false))
		}
		return keys
	}
	before, after := entries(a), entries(b)
	for _, k := range after {
		count[k]++
	}
	for i, k := range before {
		if count[k]--; count[k] < 0 {
			list = append(list, FieldChange{Name: name, Old: display(a.Index(i), true), List: true})
		}
	}
	for _, k := range before {
		count[k]++
	}
	for _, k := range before {
		count[k]--
	}
	for i, k := range after {
		if count[k] > 0 {
			count[k]--
			list = append(list, FieldChange{Name: name, New: display(b.Index(i), true), List: true})
		}
	}
	if len(list) == 0 && strings.Join(before, "\n") != strings.Join(after, "\n") {
		list = append(list, FieldChange{Name: name, Old: value(a, name), New: value(b, name)})
	}
	return list
}

// fieldsOf yields the fields of a struct that say something: not positions, and
// not what another field says already.
func fieldsOf(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			skip := f.Type == reflect.TypeFor[Pos]() || redundant[t.Name()+"."+f.Name]
			if !skip && !yield(f) {
				return
			}
		}
	}
}

// isText reports whether values of a type are told as a whole.
func isText(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[fmt.Stringer]())
}

// value returns a setting for people.
func value(v reflect.Value, name string) string {
	s := display(v, true)
	switch {
	case v.Kind() == reflect.Bool && v.Bool():
		return "on"
	case v.Kind() == reflect.Bool:
		return "off"
	case s == "":
		return "none"
	case secret[name]:
		return "********"
	}
	return s
}

// display writes a value in one line; "" for nothing. Equal texts mean equal
// values, as long as nothing is hidden.
func display(v reflect.Value, hide bool) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		if x == Forever {
			return "forever"
		}
		return formatSeconds(x) + " s"
	case netip.Addr:
		return validText(x.IsValid(), x)
	case netip.Prefix:
		return validText(x.IsValid(), x)
	case fmt.Stringer:
		if v.Kind() != reflect.Pointer || !v.IsNil() {
			return x.String()
		}
		return ""
	case []byte:
		return fmt.Sprintf("%x", x)
	}
	switch v.Kind() {
	case reflect.Bool:
		return validText(v.Bool(), "on")
	case reflect.String:
		if s := v.String(); strings.ContainsAny(s, " \t\"") {
			return strconv.Quote(s)
		}
		return v.String()
	case reflect.Pointer:
		switch {
		case v.IsNil():
			return ""
		case references[v.Type().Elem().Name()]:
			return v.Elem().FieldByName("Name").String()
		}
		if s := display(v.Elem(), hide); s != "" {
			return s
		} else if v.Elem().Kind() == reflect.Bool {
			return "off"
		}
		return "on"
	case reflect.Slice, reflect.Array:
		var list []string
		for i := range v.Len() {
			list = append(list, display(v.Index(i), hide))
		}
		return strings.Join(list, ", ")
	case reflect.Struct:
		return structText(v, hide)
	}
	return fmt.Sprint(v.Interface())
}

// structText writes the first field as it is, and then each other one that is
// not zero behind its name.
func structText(v reflect.Value, hide bool) string {
	var words []string
	first := true
	for f := range fieldsOf(v.Type()) {
		inner := v.FieldByIndex(f.Index)
		s := display(inner, hide)
		name := fieldName(v.Type(), f)
		switch {
		case inner.IsZero() && !first, s == "":
		case hide && secret[name]:
			words = append(words, name, "********")
		case first || f.Anonymous:
			words = append(words, s)
		case inner.Kind() == reflect.Bool:
			words = append(words, name)
		default:
			words = append(words, name, s)
		}
		first = false
	}
	return strings.Join(words, " ")
}

func validText(ok bool, v any) string {
	if !ok {
		return ""
	}
	return fmt.Sprint(v)
}

// fieldName returns the keyword of a field, or else its name as a keyword would
// be written.
func fieldName(t reflect.Type, f reflect.StructField) string {
	if name := keywordNames[t.Name()+"."+f.Name]; name != "" {
		return name
	}
	var b strings.Builder
	runes := []rune(f.Name)
	for i, r := range runes {
		upper := unicode.IsUpper(r)
		if upper && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
