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

	Interval time.Duration // from start to start (keepalived's delay_loop); 0: 1 s
	Timeout  time.Duration // of one check; 0: Interval

	// Jitter makes each check start later than its due time, by a random time
	// below Jitter; at most Interval. Delays do not add up.
	Jitter time.Duration

	// Warmup is the time within which the first check starts, at random: it
	// spreads the checks of many runners. 0: at once.
	Warmup time.Duration

	Rise int // successes in a row to get from Down to Up; 0: 1
	Fall int // failures in a row to get from Up to Down (keepalived's retry, and one more); 0: 1

	// Retry is the time from a failure to the next check while the state is
	// still Up (keepalived's delay_before_retry). 0: failures are counted at the
	// pace of Interval.
	Retry time.Duration

	// RiseDelay and FallDelay are how long Rise successes, or Fall failures,
	// have to last before the state changes, except from Unknown. A check at
	// the end of that time confirms it.
	RiseDelay, FallDelay time.Duration

	// Initial is the state before the first result. From Unknown, that result
	// alone decides, whatever Rise and Fall are.
	Initial State

	// Suspended has the runner begin as after [Runner.Suspend]: nothing is
	// checked before Resume.
	Suspended bool

	Logger *slog.Logger // nil discards
}

func (c *Config) complete() error {
	var errs []error
	if c.Checker == nil {
		errs = append(errs, errors.New("no checker"))
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"interval", c.Interval},
		{"timeout", c.Timeout},
		{"jitter", c.Jitter},
		{"warm-up", c.Warmup},
		{"retry delay", c.Retry},
		{"rise delay", c.RiseDelay},
		{"fall delay", c.FallDelay},
	} {
		if d.value < 0 {
			errs = append(errs, fmt.Errorf("negative %s (%v)", d.name, d.value))
		}
	}
	if c.Rise < 0 || c.Fall < 0 {
		errs = append(errs, fmt.Errorf("negative rise (%d) or fall (%d)", c.Rise, c.Fall))
	}
	if c.Initial > Down {
		errs = append(errs, fmt.Errorf("initial state %d does not exist", c.Initial))
	}
	if c.Interval == 0 {
		c.Interval = defaultInterval
	}
	if c.Interval > 0 && c.Jitter > c.Interval {
		errs = append(errs, fmt.Errorf("jitter %v is longer than the interval of %v", c.Jitter, c.Interval))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("check %q: %w", c.Name, err)
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
