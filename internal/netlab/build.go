package netlab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the program of the current package, without cgo, as name in dir, and
// returns its path.
func Build(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}
