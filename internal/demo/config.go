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
    virtual_router_id 73
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

// load reads both files. It shows their errors and counts their warnings. The
// error is ErrFailed if they cannot be used.
func load(files [2]string, show io.Writer) (cfgs [2]*confparse.Config, err error) {
	for n, file := range files {
		cfg, diags := confparse.ParseFile(file, confparse.Options{})
		warnings := 0
		for _, d := range diags {
			switch d.Severity {
			case confparse.Error:
				fmt.Fprint(show, d.Render())
			case confparse.Warning:
				warnings++
			}
		}
		if warnings > 0 {
			fmt.Fprintf(show, "%s: %s; keepalived-lite -t -f %s shows what\n", file, plural(warnings, "warning"), file)
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
