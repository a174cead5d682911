package confparse

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/fstest"
)

// TestFormats compares the findings of a file that includes another.
func TestFormats(t *testing.T) {
	files := fstest.MapFS{
		"etc/keepalived/main.conf": {Data: []byte("include sub.conf\n$P=prioritty\nvrrp_instance Ä {\n    $P 100\n}\n")},
		"etc/keepalived/sub.conf":  {Data: []byte("vrrp_script ä “x” { script /bin/true }\n")},
	}
	_, ds := ParseFile("/etc/keepalived/main.conf", hermetic(files))
	for _, f := range []ReportFormat{ReportJSON, ReportSARIF} {
		var b bytes.Buffer
		if err := ds.Write(&b, f, ds.ExitCode()); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b.Bytes()) {
			t.Errorf("%s is not JSON", f)
		}
		golden(t, "testdata/findings."+string(f), b.String())
	}
	var b bytes.Buffer
	if err := (Diagnostics)(nil).Write(&b, ReportJSON, 0); err != nil || b.String() != "{\n  \"findings\": [],\n  \"exit\": 0\n}\n" {
		t.Errorf("nothing found: %q, %v", b.String(), err)
	}
	if _, err := ParseReportFormat("xml"); err == nil {
		t.Error("xml is a format")
	}
}
