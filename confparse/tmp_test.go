package confparse

import (
	"fmt"
	"io"
	"os"
	"testing"
)

func TestStdin(t *testing.T) {
	if os.Getenv("CP") == "" {
		t.Skip()
	}
	b, _ := io.ReadAll(os.Stdin)
	_ = b
	src, _ := os.ReadFile(os.Getenv("CP"))
	p := newParser(Options{ConfigID: "main"})
	add := p.pre.sink
	p.pre.sink = func(x text) {
		if os.Getenv("L") != "" {
			fmt.Printf("  %-30q %v\n", x.s, x.at(0))
		}
		add(x)
	}
	p.pre.within(os.Getenv("CP"), func() { p.pre.source(os.Getenv("CP"), string(src), nil) })
	c, ds := p.finish("x")
	_ = c
	fmt.Print(ds.Render())
	fmt.Println("exit", ds.ExitCode())
}
