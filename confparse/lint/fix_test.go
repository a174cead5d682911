package lint

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// sameMeaning compares configurations without regard to where things stand.
var sameMeaning = cmp.Options{cmpopts.IgnoreTypes(confparse.Pos{}), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

// TestFix makes every edit that the rules offer for their examples: what the
// file means stays, and the finding goes.
func TestFix(t *testing.T) {
	var fixed []string
	for _, r := range Rules() {
		for _, f := range r.Example().Bad {
			doc := documents([]File{f})[0]
			var edits []Edit
			for _, finding := range of(r.ID, Check(doc)) {
				edits = append(edits, finding.Edits...)
			}
			if len(edits) == 0 {
				continue
			}
			fixed = append(fixed, string(r.ID))
			for _, e := range edits {
				if line := strings.Split(f.Text, "\n")[e.Line-1]; !strings.HasPrefix(line[e.Column-1:], strings.SplitN(e.Old, "\n", 2)[0]) || e.New == e.Old {
					t.Errorf("%s: %+v is about %q", r.ID, e, line)
				}
			}
			text, err := Apply(f.Name, f.Text, edits)
			if err != nil {
				t.Errorf("%s: %v", r.ID, err)
				continue
			}
			after := documents([]File{{f.Name, text}})[0]
			if diff := cmp.Diff(doc.Config, after.Config, sameMeaning); diff != "" {
				t.Errorf("%s: the fix changes what the file means:\n%s", r.ID, diff)
			}
			if left := of(r.ID, Check(after)); len(left) > 0 {
				t.Errorf("%s: still there: %v", r.ID, left)
			}
		}
	}
	want := []string{"address-twice", "keyword-dead", "keyword-renamed", "password-long", "preempt-delay-ignored", "unicast-self"}
	slices.Sort(fixed)
	if diff := cmp.Diff(want, fixed); diff != "" {
		t.Errorf("rules with a fix (-want +got):\n%s", diff)
	}
}

// TestApply keeps every byte that no edit names: line ends, tabs, comments.
func TestApply(t *testing.T) {
	const text = "# a\r\nvirtual_server 192.0.2.1 80 {\r\n\tnat_mask 255.255.255.0\t# old\r\n\tlb_kind NAT\r\n\treal_server 192.0.2.2 80 {\r\n\t  HTTP_GET { nb_get_retry   3 }\r\n}\r\n}"
	doc, _ := confparse.ParseDocument("k.conf", []byte(text), confparse.Options{ConfigID: "main"})
	var edits []Edit
	for _, f := range Check(doc) {
		edits = append(edits, f.Edits...)
	}
	got, err := Apply("k.conf", text, edits)
	want := strings.NewReplacer("\tnat_mask 255.255.255.0\t# old\r\n", "", "nb_get_retry", "retry").Replace(text)
	if err != nil || got != want {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
	if _, err := Apply("k.conf", "# something else\n", edits); err == nil {
		t.Error("edits are made to a file that has changed")
	}
	if got, err := Apply("other.conf", text, edits); err != nil || got != text {
		t.Errorf("edits of another file are made: %v", err)
	}
}

// What a definition says may be used elsewhere too: no edit touches it.
func TestNoFixInDefinitions(t *testing.T) {
	const text = "$P=secretpassword\n$V= \\\nvrrp_instance B { \\\nvirtual_router_id 9 \\\nauthentication { \\\nauth_type PASS \\\nauth_pass longpassword \\\n} }\n" +
		"vrrp_instance A {\n virtual_router_id 8\n authentication {\n auth_type PASS\n auth_pass $P\n }\n}\n$V\n"
	doc, _ := confparse.ParseDocument("k.conf", []byte(text), confparse.Options{ConfigID: "main"})
	found := of("password-long", Check(doc))
	if len(found) != 2 {
		t.Fatalf("%d findings, want 2: %v", len(found), found)
	}
	for _, f := range found {
		if len(f.Edits) != 0 {
			t.Errorf("%v comes with %v", f, f.Edits)
		}
	}
}
