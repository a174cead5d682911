package confparse

import (
	"math"
	"time"
)

// named takes the name of a block, and refuses one that is taken.
func named[O trackable](c *cursor, all []O, at func(O) Pos) (Word, bool) {
	w, ok := c.next("name")
	if !ok {
		return w, false
	}
	for _, o := range all {
		if o.trackName() == w.Text {
			c.duplicate(c.n.name(), w, at(o))
			return w, false
		}
	}
	return w, true
}

func openTrackFile(c *cursor, cfg *Config) *TrackFile {
	w, ok := named(c, cfg.TrackFiles, func(f *TrackFile) Pos { return f.Pos })
	if !ok {
		return nil
	}
	f := &TrackFile{Name: w.Text, Weight: Weight{Value: 1}, Pos: c.n.pos()}
	cfg.TrackFiles = append(cfg.TrackFiles, f)
	return f
}

func closeTrackFile(d *decoder, n *node, f *TrackFile) {
	if f.Path == "" && !n.has("file") {
		d.r.errorf(CodeMissingArg, f.Pos, "add a line like: file /run/priority", "track_file %s has no file", f.Name)
	}
}

func initFile(c *cursor, f *TrackFile) {
	f.Init = true
	if c.more() && c.peekText() != "overwrite" {
		if v, ok := c.anyBase(math.MinInt32, math.MaxInt32); ok {
			f.InitValue = int(v)
		}
	}
	f.Overwrite = c.accept("overwrite") || f.Overwrite
}

func openTrackProcess(c *cursor, cfg *Config) *TrackProcess {
	w, ok := named(c, cfg.TrackProcesses, func(p *TrackProcess) Pos { return p.Pos })
	if !ok {
		return nil
	}
	p := &TrackProcess{Name: w.Text, Quorum: 1, QuorumMax: Unlimited, Pos: c.n.pos()}
	cfg.TrackProcesses = append(cfg.TrackProcesses, p)
	return p
}

func closeTrackProcess(d *decoder, n *node, p *TrackProcess) {
	switch {
	case p.Process == "" && !n.has("process"):
		d.r.errorf(CodeMissingArg, p.Pos, "add a line like: process haproxy", "vrrp_track_process %s has no process", p.Name)
	case p.QuorumMax != Unlimited && p.QuorumMax < p.Quorum && n.has("quorum"):
		d.r.errorf(CodeOutOfRange, p.Pos, "", "quorum_max %d of vrrp_track_process %s is below its quorum %d", p.QuorumMax, p.Name, p.Quorum)
	case p.QuorumMax == 0:
		p.Quorum = 0
	}
}

func trackedCommand(c *cursor, p *TrackProcess) {
	w, ok := c.next("name")
	if !ok {
		return
	}
	p.Process, p.Args = w.Text, nil
	for c.more() {
		p.Args = append(p.Args, c.optional())
	}
}

func paramMatch(c *cursor, p *TrackProcess) {
	p.MatchArgs, p.Match = true, MatchExact
	if c.more() {
		if v, ok := choice(c, []string{"initial", "partial"}, []ParamMatch{MatchInitial, MatchPartial}); ok {
			p.Match = v
		}
	}
}

func processDelay(c *cursor, p *TrackProcess) {
	if v, ok := c.duration(time.Microsecond, time.Hour, time.Microsecond); ok {
		p.TerminateDelay, p.ForkDelay = v, v
	}
}

// bfd is a BFD while its block is decoded.
type bfd struct {
	*BFD
}

const maxBFDName = 31

func openBFD(c *cursor, cfg *Config) *bfd {
	w, ok := named(c, cfg.BFDs, func(b *BFD) Pos { return b.Pos })
	if !ok {
		return nil
	}
	if len(w.Text) > maxBFDName {
		c.r.errorf(CodeInvalid, w.Pos, "", "%q is longer than the %d characters that the name of a bfd_instance can have", w.Text, maxBFDName)
		return nil
	}
	b := &BFD{
		Name: w.Text, MinRX: 10 * time.Millisecond, MinTX: 10 * time.Millisecond, IdleTX: time.Second,
		Multiplier: 5, Pos: c.n.pos(),
	}
	cfg.BFDs = append(cfg.BFDs, b)
	return &bfd{b}
}

func bfdNeighbor(c *cursor, b *bfd) {
	if a, ok := c.address(); ok {
		b.Neighbor = a
	}
}

func bfdSource(c *cursor, b *bfd) {
	if a, ok := c.address(); ok {
		b.Source = a
	}
}

// anyHops says that the TTL of what is received is not looked at.
const anyHops = 255

func maxHops(c *cursor, b *bfd) {
	if v, ok := c.number(-1, anyHops); ok {
		if b.MaxHops = int(v); v < 0 {
			b.MaxHops = anyHops
		}
	}
}

func closeBFD(d *decoder, n *node, b *bfd) {
	switch {
	case !b.Neighbor.IsValid():
		if !n.has("neighbor_ip") && !n.has("neighbour_ip") {
			d.r.errorf(CodeMissingArg, b.Pos, "add a line like: neighbor_ip 192.0.2.2", "bfd_instance %s has no neighbor_ip", b.Name)
		}
	case b.Source.IsValid() && b.Source.Is6() != b.Neighbor.Is6():
		d.r.errorf(CodeFamily, b.Pos, "", "source_ip %s of bfd_instance %s is of another family than its neighbor_ip %s", b.Source, b.Name, b.Neighbor)
	}
	for _, other := range d.cfg.BFDs {
		if other != b.BFD && b.Neighbor.IsValid() && other.Neighbor == b.Neighbor && other.Source == b.Source && other.Multihop == b.Multihop {
			d.r.errorf(CodeDuplicateAddress, b.Pos, "the first one is at "+other.Pos.String(), "bfd_instance %s has the neighbor_ip %s of bfd_instance %s", b.Name, b.Neighbor, other.Name)
			break
		}
	}
	if b.TTL == 0 {
		b.TTL = 255
		if b.Neighbor.Is6() {
			b.TTL = 64
		}
	}
	if !b.VRRP && !b.Checker {
		b.VRRP, b.Checker = true, true
	}
}
