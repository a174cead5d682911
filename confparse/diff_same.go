package confparse

import (
	"reflect"
	"sync"
)

// same reports that two values of one type say the same, which is so of nearly
// all that a reload meets, without writing them out. False says that they have to
// be: compare, which decides, comes to the same result without it, some twenty
// times more slowly.
func same(a, b reflect.Value) bool {
	t := a.Type()
	switch k := t.Kind(); {
	case k == reflect.Bool:
		return a.Bool() == b.Bool()
	case k == reflect.String:
		return a.String() == b.String()
	case a.CanInt():
		return a.Int() == b.Int()
	case a.CanUint():
		return a.Uint() == b.Uint()
	case k == reflect.Pointer:
		switch {
		case a.Pointer() == b.Pointer():
			return true
		case a.IsNil() || b.IsNil():
			return false
		case references[t.Elem().Name()]:
			return a.Elem().FieldByName("Name").String() == b.Elem().FieldByName("Name").String()
		}
		return same(a.Elem(), b.Elem())
	case k == reflect.Slice || k == reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case k == reflect.Struct:
		fields, text := telling(t)
		if text {
			return t.Comparable() && a.Equal(b)
		}
		for _, i := range fields {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// tale is what compare makes of a struct.
type tale struct {
	fields []int // the indices of what fieldsOf yields
	text   bool  // it is told as a whole: see isText
}

// tales has what is known of types so far: it does not change.
var tales sync.Map

// telling returns a type's tale.
func telling(t reflect.Type) (fields []int, text bool) {
	known, ok := tales.Load(t)
	if !ok {
		fresh := tale{text: isText(t)}
		for f := range fieldsOf(t) {
			fresh.fields = append(fresh.fields, f.Index[0])
		}
		known, _ = tales.LoadOrStore(t, fresh)
	}
	return known.(tale).fields, known.(tale).text
}
