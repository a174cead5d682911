package compose

import (
	"errors"
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Validate returns what New would find wrong with cfg by looking at it alone.
func Validate(cfg *confparse.Config) error {
	errs := append(validateRouting(cfg.StaticRoutes, cfg.StaticRules), validateVirtualServers(cfg)...)
	for _, i := range cfg.Instances {
		r, err := routerConfig(i, nil)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", i.Pos, err))
		}
		errs = append(errs, validateRouting(i.Routes, i.Rules)...)
	}
	return errors.Join(errs...)
}
