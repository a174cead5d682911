//go:build !unix

package notify

import (
	"errors"
	"fmt"
	"os"
)

func openPipe(FIFOConfig) (*os.File, bool, error) {
	return nil, false, fmt.Errorf("named pipes: %w", errors.ErrUnsupported)
}

func writeNow(*os.File, string) error { return errors.ErrUnsupported }
