package compose

import "github.com/vrrpkit/vrrpkit/confparse"

// Kept is a configuration with what it came to when it was planned: the secrets,
// too, that its files had then.
type Kept struct {
	config *confparse.Config
	layout *layout
}

// Config returns the configuration, which must not be changed.
func (k Kept) Config() *confparse.Config { return k.config }

// Keep returns the configuration that is at work, to come back to by PlanBack.
func (c *Composition) Keep() Kept {
	c.applying.Lock()
	defer c.applying.Unlock()
	return Kept{c.config, c.layout}
}

// PlanBack is Plan for a configuration that has been at work. It reads no files
// again: one that holds a password may have changed with what is to be undone.
func (c *Composition) PlanBack(k Kept) (*Plan, error) { return c.plan(k.config, k.layout) }
