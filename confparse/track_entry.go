package confparse

import (
	"fmt"
	"slices"
	"strings"
)

// trackInterfaces is the block track_interface.
func trackInterfaces[T any](path string, field func(*T) *Trackers) args {
	return list("INTERFACE [weight N [reverse]]", newBlock(path, trackInterfaceRows()), func(c *cursor, to *T) {
		t := TrackInterface{Pos: c.n.pos()}
		ifname(func(t *TrackInterface) *string { return &t.Name }).read(c, &t)
		c.options(&t)
		if trackers := field(to); t.Name != "" {
			trackers.TrackInterfaces = append(trackers.TrackInterfaces, t)
		}
	}).like("eth2", "a-name-that-is-too-long")
}

// trackScripts is the block track_script.
func trackScripts[T any](path string, field func(*T) *Trackers) args {
	return trackObjects(path, "SCRIPT", 253, "vrrp_script", Active,
		func(c *Config) []*Script { return c.Scripts },
		func(to *T) *[]TrackScript { return &field(to).TrackScripts },
		func(t TrackScript) *Script { return t.Script },
		func(e entry[*Script]) TrackScript { return TrackScript{e.object, e.weight, e.at} },
	).like("chk", "none")
}

// trackFiles is the block track_file of an instance or group.
func trackFiles[T any](path string, field func(*T) *Trackers) args {
	return trackObjects(path, "FILE", 254, "track_file", Active,
		func(c *Config) []*TrackFile { return c.TrackFiles },
		func(to *T) *[]TrackedFile { return &field(to).TrackFiles },
		func(t TrackedFile) *TrackFile { return t.File },
		func(e entry[*TrackFile]) TrackedFile { return TrackedFile{e.object, e.weight, e.at} },
	).like("prio", "none")
}

// trackProcesses is the block track_process.
func trackProcesses[T any](path string, field func(*T) *Trackers) args {
	return trackObjects(path, "PROCESS", 254, "vrrp_track_process", Active,
		func(c *Config) []*TrackProcess { return c.TrackProcesses },
		func(to *T) *[]TrackedProcess { return &field(to).TrackProcesses },
		func(t TrackedProcess) *TrackProcess { return t.Process },
		func(e entry[*TrackProcess]) TrackedProcess { return TrackedProcess{e.object, e.weight, e.at} },
	).like("proc", "none")
}

// trackBFDs is the block track_bfd.
func trackBFDs[T any](path string, field func(*T) *Trackers) args {
	return trackObjects(path, "BFD", 253, "bfd_instance", Known,
		func(c *Config) []*BFD { return c.BFDs },
		func(to *T) *[]TrackedBFD { return &field(to).TrackBFDs },
		func(t TrackedBFD) *BFD { return t.BFD },
		func(e entry[*BFD]) TrackedBFD { return TrackedBFD{e.object, e.weight, e.at} },
	).like("bfd1", "none")
}

// trackObjects is a block whose lines name objects of the configuration, all, each
// once. What stands in a list of T, an E, is of an object and made of an entry.
func trackObjects[T any, O trackable, E any](path, word string, limit int64, kind string, status Status,
	all func(*Config) []O, field func(*T) *[]E, of func(E) O, with func(entry[O]) E) args {
	what := strings.TrimPrefix(strings.TrimPrefix(kind, "vrrp_"), "track_")
	rows := newBlock(path, trackWeightRows(limit, what, status))
	return list(word+" [weight N [reverse|noreverse]]", rows, func(c *cursor, to *T) {
		tracking := field(to)
		if t, ok := tracked(c, kind, all(c.d.cfg)); ok && !slices.ContainsFunc(*tracking, func(e E) bool { return t.again(c, of(e)) }) {
			*tracking = append(*tracking, with(t))
		}
	})
}

// trackable is what a track_... block refers to by name.
type trackable interface {
	comparable
	trackName() string
	trackWeight() Weight
}

func (s *Script) trackName() string         { return s.Name }
func (s *Script) trackWeight() Weight       { return s.Weight }
func (f *TrackFile) trackName() string      { return f.Name }
func (f *TrackFile) trackWeight() Weight    { return f.Weight }
func (p *TrackProcess) trackName() string   { return p.Name }
func (p *TrackProcess) trackWeight() Weight { return p.Weight }
func (b *BFD) trackName() string            { return b.Name }
func (b *BFD) trackWeight() Weight          { return b.Weight }

// entry is a decoded line of a track_... block.
type entry[O trackable] struct {
	object O
	weight Weight
	at     Pos
}

// tracked takes an entry of a track_... block whose objects are all. ok is false
// if it is to be left out, which has been reported.
func tracked[O trackable](c *cursor, kind string, all []O) (e entry[O], ok bool) {
	w, _ := c.next("name")
	e.at = w.Pos
	for _, o := range all {
		if o.trackName() == w.Text {
			e.object, e.weight, ok = o, o.trackWeight(), true
			break
		}
	}
	if !ok {
		c.undefined(kind, w, func(yield func(string) bool) {
			for _, o := range all {
				if !yield(o.trackName()) {
					return
				}
			}
		})
	}
	c.options(&e.weight)
	return e, ok
}

// again reports whether other is the object of e, and says so to the user.
func (e entry[O]) again(c *cursor, other O) bool {
	if other != e.object {
		return false
	}
	c.r.warnf(CodeDuplicateName, e.at, "", "%s is tracked already", other.trackName())
	return true
}

// undefined reports a name that no block before has defined.
func (c *cursor) undefined(kind string, w Word, names func(yield func(string) bool)) {
	if c.r.full() {
		return
	}
	help := fmt.Sprintf("define it before: %s %s { ... }", kind, w.Text)
	if at, ok := c.d.definedLater(kind, w.Text); ok {
		help = fmt.Sprintf("move %s %s, which is at %s, before the block that refers to it", kind, w.Text, at)
	} else if s := suggest(w.Text, names); s != "" {
		help = fmt.Sprintf("did you mean %s?", s)
	} else if c.d.isKeyword(w.Text) {
		help = "is a '}' missing before it?"
	}
	c.r.errorf(CodeUndefinedObject, w.Pos, help, "no %s %s is defined up to here; it is left out", kind, w.Text)
}

// trackWeight takes the weight of an entry. Up to 254 is taken for those who
// mean "all of it", and becomes the limit.
func (c *cursor) trackWeight(to *Weight, limit int, mayUndo bool) {
	v, ok := c.number(-254, 254)
	if !ok {
		return
	}
	to.Value = min(max(int(v), -limit), limit)
	switch {
	case c.accept("reverse"):
		to.Reverse = true
	case mayUndo && c.accept("noreverse"):
		to.Reverse = false
	}
}
