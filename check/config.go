package check

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const defaultInterval = time.Second

// Config is what a Runner is made of. Only Checker is needed.
type Config struct {
	Name    string // for events, logs and errors
	Checker Checker

	Interval time.Duration // from start to start; 0: 1 s
	Timeout  time.Duration // of one check; 0: Interval

	Rise int // successes in a row to get from Down to Up; 0: 1
	Fall int // failures in a row to get from Up to Down; 0: 1

	// Initial is the state before the first result. From Unknown, that result
	// alone decides, whatever Rise and Fall are.
	Initial State

	Logger *slog.Logger // nil discards
}

func (c *Config) complete() error {
	var errs []error
	if c.Checker == nil {
		errs = append(errs, errors.New("no checker"))
	}
	if c.Interval < 0 || c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("negative interval (%v) or timeout (%v)", c.Interval, c.Timeout))
	}
	if c.Rise < 0 || c.Fall < 0 {
		errs = append(errs, fmt.Errorf("negative rise (%d) or fall (%d)", c.Rise, c.Fall))
	}
	if c.Initial > Down {
		errs = append(errs, fmt.Errorf("initial state %d does not exist", c.Initial))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("check %q: %w", c.Name, err)
	}
	if c.Interval == 0 {
		c.Interval = defaultInterval
	}
	if c.Timeout == 0 {
		c.Timeout = c.Interval
	}
	c.Rise, c.Fall = max(c.Rise, 1), max(c.Fall, 1)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}
