package confparse

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestControlCharacters has a file, and its name, say things to a terminal. Only
// escapes of them come out, with the caret where it belongs.
func TestControlCharacters(t *testing.T) {
	src := "\t\x1b[2J\x9b31m\u202e\u009d \u00fcber\x07"
	_, ds := Parse("\x1b]0;k.conf", []byte(src), hermetic(nil))
	want := `\x1b]0;k.conf:1:2: error: unknown keyword \x1b[2J\x9b31m\u202e\u009d at the top level [unknown-keyword]
  	\x1b[2J\x9b31m\u202e\u009d über\a
  	^
`
	if got := ds.Render(); got != want {
		t.Errorf("got:\n%q\nwant:\n%q", got, want)
	}
	first, _, _ := strings.Cut(want, "\n")
	if got := ds[0].String(); got != first {
		t.Errorf("String() = %q", got)
	}
	d := Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 6}, Severity: Note, Code: CodeLine, Message: "m", Help: "\x1b", Source: "\x1b\tüx"}
	if got, want := d.Render(), "f:1:6: note: m [line]\n  \\x1b\tüx\n      \t  ^\n  help: \\x1b\n"; got != want {
		t.Errorf("got:\n%q\nwant:\n%q", got, want)
	}
	// Who logs messages does not Render.
	_, ds = Parse("k.conf", []byte("vrrp_instance \x1b {\nvirtual_router_id \x1b\n}"), hermetic(nil))
	for _, d := range ds {
		if strings.ContainsFunc(d.Message+d.Help, unicode.IsControl) {
			t.Errorf("control characters in %q, %q", d.Message, d.Help)
		}
	}
	if len(ds) == 0 {
		t.Error("nothing found")
	}
}

func TestSuggest(t *testing.T) {
	names := slices.Values([]string{"notify_backup", "notify_master", "notify", "notify_master_rx_lower_pri", "virtual_ipaddress", "virtual_ipaddress_excluded", "priority"})
	for word, want := range map[string]string{
		"notify_master_rx":  "notify_master_rx_lower_pri", // its beginning beats what is three letters off
		"notify_maste":      "notify_master",              // one letter off beats all
		"notfy":             "notify",
		"Virtual_IPaddres":  "virtual_ipaddress",
		"virtual":           "virtual_ipaddress",
		"prio":              "priority",
		"pri":               "", // too short to say
		"notify_mastre":     "notify_master",
		"something_unknown": "",
	} {
		if got := suggest(word, names); got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
}
