package demo

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

// defaultConfig is the pair that runs when no files are given; %d is the
// priority.
const defaultConfig = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    priority %d
    advert_int 1
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`

var defaultPriorities = [2]int{150, 100}

// writeDefaults writes the default pair to dir and returns the files' names.
func writeDefaults(dir string) (files [2]string, err error) {
	for n, p := range defaultPriorities {
		files[n] = filepath.Join(dir, name(n)+".conf")
		if err := os.WriteFile(files[n], fmt.Appendf(nil, defaultConfig, p), 0o600); err != nil {
			return files, err
		}
	}
	return files, nil
}

// load reads both files and shows what is to be said about them. The error is
// ErrFailed if they cannot be used.
func load(files [2]string, show io.Writer) (cfgs [2]*confparse.Config, err error) {
	for n, file := range files {
		cfg, diags := confparse.ParseFile(file, confparse.Options{})
		for _, d := range diags {
			if d.Severity >= confparse.Warning {
				fmt.Fprint(show, d.Render())
			}
		}
		if cfg == nil || diags.HasErrors() {
			err = ErrFailed
			continue
		}
		if invalid := compose.Validate(cfg); invalid != nil {
			fmt.Fprintln(show, invalid)
			err = ErrFailed
		}
		cfgs[n] = cfg
	}
	return cfgs, err
}
