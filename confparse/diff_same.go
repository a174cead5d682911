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
	case k == reflect.Struct && isText(t):
		return t.Comparable() && a.Equal(b)
	case k == reflect.Struct:
		for _, i := range telling(t) {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// told has what telling has found out: types do not change.
var told sync.Map

// telling returns the indices of the fields that fieldsOf yields.
func telling(t reflect.Type) []int {
	if known, ok := told.Load(t); ok {
		return known.([]int)
	}
	var list []int
	for f := range fieldsOf(t) {
		list = append(list, f.Index[0])
	}
	told.Store(t, list)
	return list
}
