package compose

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// modprobeTimeout is how long loading a module may take.
const modprobeTimeout = 10 * time.Second

// openIPVS opens the kernel's IPVS, and loads its module where it is not there:
// the kernel does not do so by itself, and keepalived does.
func openIPVS() (ipvs.Kernel, error) {
	k, err := ipvs.NewKernel(0)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), modprobeTimeout)
	defer cancel()
	if exec.CommandContext(ctx, "modprobe", "ip_vs").Run() != nil {
		return nil, err // which says what to do
	}
	return ipvs.NewKernel(0)
}
