//go:build unix

package script

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckSecurity(t *testing.T) {
	needRoot(t)
	root, other := &Identity{}, &Identity{UID: 4711, GID: 4711}
	for _, tt := range []struct {
		name   string
		change func(dir string) []error
		id     *Identity
		run    string // relative to the directory; bin/x.sh if empty
		want   []string
	}{
		{name: "root's own"},
		{
			name:   "another user's",
			change: func(dir string) []error { return []error{os.Chown(dir+"/bin/x.sh", 4711, 0)} },
			want:   []string{"DIR/bin/x.sh is not owned by root (-rwxr-xr-x 4711:root); to repair: chown -h root DIR/bin/x.sh"},
		},
		{
			name: "another user's, run by that user", id: other,
			change: func(dir string) []error { return []error{os.Chown(dir+"/bin/x.sh", 4711, 0)} },
		},
		{
			name: "set-user-ID root, run by another user", id: other,
			change: func(dir string) []error { return []error{os.Chmod(dir+"/bin/x.sh", os.ModeSetuid|0o775)} },
		},
		{
			name: "set-user-ID root and writable, run by another user", id: other,
			change: func(dir string) []error { return []error{os.Chmod(dir+"/bin/x.sh", os.ModeSetuid|0o757)} },
			want:   []string{"DIR/bin/x.sh is writable by everybody (urwxr-xrwx root:root); to repair: chmod go-w DIR/bin/x.sh"},
		},
		{
			name:   "directory writable by everybody",
			change: func(dir string) []error { return []error{os.Chmod(dir+"/bin", 0o777)} },
			want:   []string{"DIR/bin on the way to DIR/bin/x.sh is writable by everybody (drwxrwxrwx root:root); to repair: chmod go-w DIR/bin"},
		},
		{
			name:   "sticky directory",
			change: func(dir string) []error { return []error{os.Chmod(dir+"/bin", os.ModeSticky|0o777)} },
		},
		{
			name:   "writable by root's group",
			change: func(dir string) []error { return []error{os.Chmod(dir+"/bin", 0o775)} },
		},
		{
			name: "writable by another group",
			change: func(dir string) []error {
				return []error{os.Chown(dir+"/bin", 0, 50), os.Chmod(dir+"/bin", os.ModeSetgid|0o775)}
			},
			want: []string{"DIR/bin on the way to DIR/bin/x.sh is writable by its group (dgrwxrwxr-x root:staff); to repair: chmod g-w DIR/bin"},
		},
		{
			name: "two components, two faults",
			change: func(dir string) []error {
				return []error{os.Chown(dir+"/bin", 4711, 0), os.Chmod(dir+"/bin", 0o777), os.Chmod(dir+"/bin/x.sh", 0o757)}
			},
			want: []string{
				"DIR/bin on the way to DIR/bin/x.sh is not owned by root and is writable by everybody (drwxrwxrwx 4711:root); to repair: chown -h root DIR/bin && chmod go-w DIR/bin",
				"DIR/bin/x.sh is writable by everybody (-rwxr-xrwx root:root); to repair: chmod go-w DIR/bin/x.sh",
			},
		},
		{
			name: "link", run: "link/x.sh",
			change: func(dir string) []error { return []error{os.Symlink("bin", dir+"/link")} },
		},
		{
			name: "link out and back", run: "link/x.sh",
			change: func(dir string) []error {
				return []error{os.Mkdir(dir+"/a", 0o755), os.Symlink("a/../bin/.", dir+"/link")}
			},
		},
		{
			name: "another user's link", run: "link/x.sh",
			change: func(dir string) []error {
				return []error{os.Symlink(dir+"/bin", dir+"/link"), os.Lchown(dir+"/link", 4711, 0)}
			},
			want: []string{"DIR/link on the way to DIR/link/x.sh is not owned by root (Lrwxrwxrwx 4711:root); to repair: chown -h root DIR/link"},
		},
		{
			name: "link through an unsafe directory", run: "link",
			change: func(dir string) []error {
				return []error{os.Symlink("bin/x.sh", dir+"/link"), os.Chmod(dir+"/bin", 0o777)}
			},
			want: []string{"DIR/bin on the way to DIR/link is writable by everybody (drwxrwxrwx root:root); to repair: chmod go-w DIR/bin"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			errs := []error{
				os.Mkdir(dir+"/bin", 0o755),
				os.WriteFile(dir+"/bin/x.sh", []byte("#!/bin/sh\n"), 0o755),
				os.Chmod(dir+"/bin/x.sh", 0o755),
			}
			if tt.change != nil {
				errs = append(errs, tt.change(dir)...)
			}
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			if tt.run == "" {
				tt.run = "bin/x.sh"
			}
			if tt.id == nil {
				tt.id = root
			}
			err := CheckSecurity(filepath.Join(dir, tt.run), tt.id)
			var got []string
			if err != nil {
				if !errors.Is(err, ErrUnsafe) {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(err.Error(), "unsafe script run as root: ", "")
				got = strings.Split(strings.ReplaceAll(text, dir, "DIR"), "\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestCheckSecuritySystem: an ordinary installation has nothing to repair, also
// with /bin as a link to /usr/bin.
func TestCheckSecuritySystem(t *testing.T) {
	needRoot(t)
	if err := CheckSecurity("/bin/sh", nil); err != nil {
		t.Error(err)
	}
	if err := CheckSecurity("bin/sh", nil); err == nil {
		t.Error("a relative path passes")
	}
	if err := CheckSecurity("/bin/none", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	if err := CheckSecurity(loop, nil); err == nil {
		t.Error("a link to itself passes")
	}
}
