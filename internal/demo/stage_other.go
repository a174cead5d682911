//go:build !linux

package demo

import (
	"context"
	"runtime"
)

// stage is what the program was started again for: never, here.
type stage struct{}

func startedAs() (stage, bool) { return stage{}, false }

func (stage) run(context.Context, Options) error { return nil }

func inNamespaces(context.Context, Options, [2]string) error {
	return &refusal{runtime.GOOS + " has none"}
}
