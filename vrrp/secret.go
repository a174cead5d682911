package vrrp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// maxSecretFile is more than any secret takes.
const maxSecretFile = 4096

// Secret is a password or key. However it is printed or logged, it does not
// show; string(s) is what it is.
type Secret string

// ReadSecret reads a secret from a file, whose last newline does not count. A
// name without a slash is that of a systemd credential (LoadCredential=), a file
// in the directory that $CREDENTIALS_DIRECTORY names.
func ReadSecret(name string) (Secret, error) {
	if !strings.Contains(name, "/") {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", fmt.Errorf("vrrp: credential %s: $CREDENTIALS_DIRECTORY is not set: write LoadCredential=%[1]s:PATH in the unit, or give a path with a slash", name)
		}
		name = filepath.Join(dir, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("vrrp: secret: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	err = errors.Join(err, f.Close())
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	switch {
	case err != nil:
	case len(b) == 0:
		err = errors.New("it is empty")
	case len(b) > maxSecretFile:
		err = fmt.Errorf("it is longer than %d bytes", maxSecretFile)
	}
	if err != nil {
		return "", fmt.Errorf("vrrp: secret %s: %w", name, err)
	}
	return Secret(b), nil
}

const redacted = "********"

// String returns asterisks, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString is String for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is String for package slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String for encoders such as encoding/json.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
