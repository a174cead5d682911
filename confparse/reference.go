package confparse

import (
	"fmt"
	"slices"
	"strings"
)

// Reference returns a configuration that shows every keyword of the schema with
// a typical value and what it means. Deprecated keywords stand in comments. It
// is made for reading: nobody would want all of it at once.
func Reference() string {
	var w referenceWriter
	w.line(0, "# Every keyword of keepalived.conf with a typical value. Generated from the schema.")
	top := language()
	first := []string{"global_defs", "vrrp_script", "vrrp_track_process", "track_file", "bfd_instance"} // others refer to them
	for _, name := range first {
		w.keyword(0, top, top.lookup(name))
	}
	for _, k := range top.keywords {
		if !slices.Contains(first, k.Name) {
			w.keyword(0, top, k)
		}
	}
	w.line(0, "\n# The second member of the groups above.\n"+
		"vrrp_instance VI_2 {\n    interface eth2\n    virtual_router_id 52\n    virtual_ipaddress {\n        203.0.113.100/24\n    }\n}")
	return w.String()
}

// Lookup returns the keywords of that name, one for each place; if there is
// none, suggestion is the name that was most likely meant, or empty.
func Lookup(name string) (found []Keyword, suggestion string) {
	all := Keywords()
	for _, k := range all {
		if k.Name == name {
			found = append(found, k)
		}
	}
	if found == nil {
		suggestion = suggest(name, func(yield func(string) bool) {
			for _, k := range all {
				if !yield(k.Name) {
					return
				}
			}
		})
	}
	return found, suggestion
}

// referenceWriter writes keywords with their meaning in front of them.
type referenceWriter struct{ strings.Builder }

func (w *referenceWriter) line(depth int, s string) {
	w.WriteString(strings.Repeat("    ", depth) + s + "\n")
}

// sampleEntries are entries of lists that have no example of their own, and
// that an option of the list can stand behind; some options need another.
var sampleEntries = map[string]string{
	"virtual_server_group": "192.0.2.100-110 80",
	"routes":               "198.51.100.0/24 via 192.0.2.9",
	"rules":                "from 198.51.100.0/24 table 7 preference 9",
	"routes/to":            "via 192.0.2.9",
	"routes/inet6":         "default dev eth0",
	"routes/gw":            "198.51.100.0/24",
	"routes/nexthop":       "198.51.100.0/24",
	"routes/from":          "2001:db8::/32 dev eth0",
	"routes/expires":       "2001:db8::/32 dev eth0",
	"routes/pref":          "2001:db8::/32 dev eth0",
	"routes/protocol":      "198.51.100.0/24 via 192.0.2.9 no_track",
	"rules/inet6":          "table 7 preference 9",
	"rules/protocol":       "table 7 preference 9 no_track",
	"rules/goto":           "from 198.51.100.0/24 preference 9",
	"rules/l3mdev":         "from 198.51.100.0/24 preference 9",
	"rules/nop":            "from 198.51.100.0/24 preference 9",
	"rules/blackhole":      "from 198.51.100.0/24 preference 9",
	"rules/prohibit":       "from 198.51.100.0/24 preference 9",
	"rules/unreachable":    "from 198.51.100.0/24 preference 9",
}

// sampleEntry returns what an option of a list can stand behind; without an
// option, an entry.
func sampleEntry(list, option string) string {
	if _, kind, ok := strings.Cut(list, "_"); ok && sampleEntries[kind] != "" { // static_ or virtual_
		list = kind
	}
	if e, ok := sampleEntries[list+"/"+option]; ok {
		return e
	}
	return sampleEntries[list]
}

func (w *referenceWriter) keyword(depth int, in *block, k *Keyword) {
	if depth == 0 {
		w.line(0, "")
	}
	w.line(depth, "# "+k.sentence())
	if k.Status == Deprecated {
		w.line(depth, "# "+strings.TrimSpace(k.Name+" "+k.Example))
		return
	}
	switch head := strings.TrimSpace(k.Name + " " + k.Example); {
	case k.body == nil:
		w.line(depth, head)
	case k.body.kind == statements:
		w.line(depth, head+" {")
		for _, inner := range k.body.keywords {
			w.keyword(depth+1, k.body, inner)
		}
		w.line(depth, "}")
	case k.body.open != nil:
		w.line(depth, head+" {")
		w.entries(depth+1, k.body, sampleEntry(k.Name, ""), "")
		w.line(depth, "}")
	default:
		w.line(depth, k.Name+" {")
		w.entries(depth+1, k.body, k.Example, k.Name)
		w.line(depth, "}")
	}
}

// entries writes a list: an entry, and one for each option, which stands behind
// it. Without the name of the list, an option is an entry by itself.
func (w *referenceWriter) entries(depth int, b *block, entry, list string) {
	w.line(depth, entry)
	for _, k := range b.keywords {
		w.line(depth, "# "+k.sentence())
		before := entry
		if e := sampleEntry(list, k.Name); e != "" {
			before = e
		}
		if list == "" {
			before = ""
		}
		line := strings.TrimSpace(before + " " + strings.TrimSpace(k.Name+" "+k.Example))
		if k.Status == Deprecated {
			line = "# " + line
		}
		w.line(depth, line)
	}
}

// sentence says what k means, with its default.
func (k *Keyword) sentence() string {
	s := strings.ToUpper(k.Help[:1]) + k.Help[1:] + "."
	if k.Status == Deprecated {
		s = "Deprecated: " + k.Help + "."
	}
	if k.Args != "" && k.body == nil {
		s += fmt.Sprintf(" Takes %s.", k.Args)
	}
	switch {
	case k.Default == "required" || k.Default == "mandatory":
		s += " It is required."
	case k.Default != "":
		s += fmt.Sprintf(" Default: %s.", k.Default)
	}
	return s
}
