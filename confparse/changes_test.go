package confparse

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"
)

// changes lists the fields that differ, but not positions.
func changes(a, b *Config) (list []string) {
	walk(reflect.ValueOf(*a), reflect.ValueOf(*b), "", &list)
	return list
}

func walk(a, b reflect.Value, path string, list *[]string) {
	t := b.Type()
	switch t {
	case reflect.TypeFor[Pos](), reflect.TypeFor[[]string]():
		if t.Kind() == reflect.Struct || path == ".Files" {
			return
		}
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[time.Duration]():
		if a.Interface() != b.Interface() {
			*list = append(*list, fmt.Sprintf("%s: %v -> %v", path[1:], a.Interface(), b.Interface()))
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			name := path + "." + t.Field(i).Name
			if t.Field(i).Anonymous {
				name = path
			}
			walk(a.Field(i), b.Field(i), name, list)
		}
	case reflect.Pointer:
		switch {
		case b.IsNil() && a.IsNil():
		case b.IsNil():
			*list = append(*list, path[1:]+": gone")
		case a.IsNil():
			*list = append(*list, path[1:]+": new")
			walk(reflect.Zero(t.Elem()), b.Elem(), path, list)
		default:
			walk(a.Elem(), b.Elem(), path, list)
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			if string(a.Bytes()) != string(b.Bytes()) {
				*list = append(*list, fmt.Sprintf("%s: %x -> %x", path[1:], a.Bytes(), b.Bytes()))
			}
			return
		}
		for i := range b.Len() {
			old := reflect.Zero(t.Elem())
			if i < a.Len() {
				old = a.Index(i)
			} else {
				*list = append(*list, fmt.Sprintf("%s[%d]: new", path[1:], i))
			}
			walk(old, b.Index(i), fmt.Sprintf("%s[%d]", path, i), list)
		}
		for i := b.Len(); i < a.Len(); i++ {
			*list = append(*list, fmt.Sprintf("%s[%d]: gone", path[1:], i))
		}
	case reflect.Array:
		for i := range b.Len() {
			walk(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i), list)
		}
	default:
		if a.Interface() != b.Interface() {
			*list = append(*list, fmt.Sprintf("%s: %v -> %v", path[1:], a.Interface(), b.Interface()))
		}
	}
}
