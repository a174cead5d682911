package confparse

import (
	stdflag "flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = stdflag.Bool("update", false, "write what comes out to testdata")

// golden compares got with the file of that name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// configs returns the configurations in a directory of testdata.
func configs(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", dir, "*.conf"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no configurations in %s: %v", dir, err)
	}
	return names
}

// TestSeeds loads the configurations of the how-to texts that people start from,
// and compares everything there is to say about them.
func TestSeeds(t *testing.T) {
	exit := map[string]int{
		"000.conf": ExitOK, "001.conf": ExitSecurity, "002-basic.conf": ExitConfig, "002-haproxy.conf": ExitOK,
		"002-unicast.conf": ExitConfig, "003.conf": ExitConfig, "004.conf": ExitConfig,
	}
	for _, name := range configs(t, "seeds") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			_, ds := ParseFile(name, Options{ConfigID: "main", AllowUnsupported: true})
			if ds.HasErrors() {
				t.Errorf("has errors:\n%s", ds.Render())
			}
			if got, want := ds.ExitCode(), exit[filepath.Base(name)]; got != want {
				t.Errorf("ExitCode() = %d, want %d", got, want)
			}
			golden(t, strings.TrimSuffix(name, ".conf")+".txt", ds.Render())
		})
	}
}

// TestMistakes compares what is said about each mistake, word for word.
func TestMistakes(t *testing.T) {
	for _, name := range configs(t, "mistakes") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			cfg, ds := ParseFile(name, Options{ConfigID: "main"})
			if cfg == nil {
				t.Error("no Config in spite of the mistakes")
			}
			golden(t, strings.TrimSuffix(name, ".conf")+".txt", ds.Render())
		})
	}
}
