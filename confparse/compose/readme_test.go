package compose_test

import (
	"os"
	"strings"
	"testing"
)

// The listing of README is the example that is compiled here, to the letter.
func TestReadmeListing(t *testing.T) {
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(example), "// float holds")
	if at < 0 || !strings.Contains(string(readme), "```go\n"+string(example[at:])+"```") {
		t.Error("README's listing is not the function float of example_test.go")
	}
}
