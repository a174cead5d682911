package confparse

import (
	"strings"
	"testing"
)

// What help shows as an example is what the parser takes at its place.
func TestSamples(t *testing.T) {
	blocks := map[string]Keyword{}
	var path func(k Keyword) []Keyword
	path = func(k Keyword) []Keyword {
		if k.Block == "" {
			return nil
		}
		outer := blocks[k.Block]
		return append(path(outer), outer)
	}
	for _, k := range Keywords() {
		name := strings.TrimPrefix(k.Block+"."+k.Name, ".")
		if k.body != nil {
			blocks[name] = k
		}
		sample := k.Sample()
		if sample == "" {
			if k.in != nil && (k.body != nil || k.Example != "") {
				t.Errorf("%s has no example", name)
			}
			continue
		}
		if k.Status == Deprecated {
			continue // its help says what to write instead
		}
		var text, end string
		for _, outer := range path(k) {
			if outer.body.kind == statements || outer.body.open != nil {
				text += strings.TrimSpace(outer.Name+" "+outer.Example) + " {\n"
			} else {
				text += outer.Name + " {\n"
			}
			end += "}\n"
		}
		if k.Name == "sorry_server_lvs_method" { // it stands behind another
			text += "sorry_server 192.0.2.9 80\n"
		}
		first := strings.Count(text, "\n") + 1
		text += strings.Replace(sample, "...", "", 1) + "\n" + end
		_, ds := Parse("k.conf", []byte(text), Options{AllowUnsupported: true})
		for _, d := range ds {
			switch d.Code {
			case CodeBrace, CodeUnknownKeyword, CodeMisplaced, CodeMissingArg, CodeExtraArg, CodeInvalid, CodeOutOfRange, CodeListEntry, CodeQuote, CodeLine:
				if d.Line == first && (d.Code != CodeMissingArg || !strings.Contains(sample, "...")) {
					t.Errorf("%s: %s", name, d.Render())
				}
			}
		}
	}
}

func TestMissingBlockHelp(t *testing.T) {
	for src, want := range map[string]string{
		"vrrp_instance A {\n virtual_ipaddress 192.0.2.100/24\n}": "virtual_ipaddress { 192.0.2.100/24 }",
		"vrrp_instance A {\n track_script chk\n}":                 "track_script { chk }",
		"vrrp_instance A {\n track_script\n}":                     "track_script { ... }",
		"vrrp_instance A\n":                                       "vrrp_instance A { ... }",
	} {
		_, ds := Parse("k.conf", []byte(src), Options{})
		found := false
		for _, d := range ds {
			found = found || d.Code == CodeBrace && d.Help == want
		}
		if !found {
			t.Errorf("no help %q in\n%s", want, ds.Render())
		}
	}
}
