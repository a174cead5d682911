package check

// counter turns results into a state as keepalived does. Its level runs from 0
// to rise+fall-1; from rise on the state is Up. While Up one success, and while
// Down one failure, takes back all progress towards the other state.
type counter struct {
	rise, fall int // at least 1
	state      State
	level      int
}

// newCounter starts in the given state. In Unknown the first result decides.
func newCounter(rise, fall int, initial State) counter {
	c := counter{rise: rise, fall: fall, state: initial}
	switch initial {
	case Up:
		c.level = rise + fall - 1
	case Unknown:
		c.level = rise - 1
	}
	return c
}

// add counts a result and returns the state it leads to.
func (c *counter) add(ok bool) State {
	switch {
	case ok && c.level >= c.rise-1:
		c.level, c.state = c.rise+c.fall-1, Up
	case ok:
		c.level++
	case c.level > c.rise:
		c.level--
	default:
		c.level, c.state = 0, Down
	}
	return c.state
}
