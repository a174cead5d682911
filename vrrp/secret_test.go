package vrrp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"plain": "s3cret99", "lines": "s3cret99\r\n", "empty": "\n", "long": strings.Repeat("x", 5000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name, wantErr string) {
		t.Helper()
		s, err := vrrp.ReadSecret(name)
		switch {
		case wantErr == "" && (err != nil || s != "s3cret99"):
			t.Errorf("%s: %q, %v", name, string(s), err)
		case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)):
			t.Errorf("%s: %v, want %q", name, err, wantErr)
		}
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	read("plain", "LoadCredential=plain:PATH")
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	read("plain", "")
	read("lines", "")
	read(filepath.Join(dir, "plain"), "")
	read("empty", "it is empty")
	read("long", "longer than 4096 bytes")
	read("none", "no such file")
}
