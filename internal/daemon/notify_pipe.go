package daemon

import (
	"reflect"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/notify"
)

// pipePatience is how long a reload waits for the reader of a pipe that goes.
const pipePatience = time.Second

// adoptPipes opens and closes pipes. Those that go do so first: those that come
// may have their paths.
func (n *notifications) adoptPipes(g *confparse.Global) {
	fifos := &g.FIFO
	var wanted []pipe
	for _, f := range []*confparse.FIFO{&fifos.All, &fifos.VRRP, &fifos.LVS} {
		if f.Path != "" {
			cfg := notify.FIFOConfig{Path: f.Path, User: f.User.Name, Group: f.User.Group, Script: program(g, f.Script)}
			wanted = append(wanted, pipe{config: cfg, routers: f != &fifos.LVS, servers: f != &fifos.VRRP})
		}
	}
	open := func(p pipe) bool { return p.FIFO != nil }
	n.mu.Lock()
	var gone []pipe
	for _, p := range n.pipes {
		at := slices.IndexFunc(wanted, func(w pipe) bool { return !open(w) && reflect.DeepEqual(w.config, p.config) })
		if at < 0 {
			gone = append(gone, p)
			continue
		}
		wanted[at].FIFO = p.FIFO
	}
	n.pipes = slices.DeleteFunc(slices.Clone(wanted), func(p pipe) bool { return !open(p) })
	n.mu.Unlock()

	n.closePipes(gone, pipePatience)
	for k := range wanted {
		if open(wanted[k]) {
			continue
		}
		f, err := notify.OpenFIFO(wanted[k].config, n.log)
		if err != nil {
			n.log.Error("no lines are written", "err", err)
			continue
		}
		wanted[k].FIFO = f
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pipes = slices.DeleteFunc(wanted, func(p pipe) bool { return !open(p) })
}

func (n *notifications) closePipes(list []pipe, patience time.Duration) {
	for _, p := range list {
		if err := p.Close(patience); err != nil {
			n.log.Warn("closing a pipe", "err", err)
		}
	}
}

// write tells those pipes that a transition is for.
func (n *notifications) write(t notify.Transition, to func(pipe) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.pipes {
		if to(p) {
			p.Notify(t)
		}
	}
}
