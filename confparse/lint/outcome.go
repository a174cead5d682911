package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

const ownerPriority = 255

// tracker is a thing that an instance tracks.
type tracker struct {
	Tracked
	weight confparse.Weight
	pos    confparse.Pos
}

// points returns what the tracker adds to the priority when it is well and when
// it has failed. fault says that it makes the instance unfit instead.
func (t tracker) points(failed bool) (points int, fault bool) {
	w := t.weight.Value
	switch {
	case w == 0:
		return 0, failed != t.weight.Reverse
	case t.weight.Reverse && (w > 0) != failed:
		return -w, false
	case !t.weight.Reverse && (w > 0) != failed:
		return w, false
	}
	return 0, false
}

// trackers lists what counts for a member, besides the interfaces of its
// addresses: its own trackers, and those of its group and of all members of that,
// each once. Files are left out: their number may be any.
func (m *member) trackers() (list []tracker) {
	add := func(kind, name string, w confparse.Weight, pos confparse.Pos) {
		t := Tracked{kind, name}
		if !slices.ContainsFunc(list, func(old tracker) bool { return old.Tracked == t }) {
			list = append(list, tracker{t, w, pos})
		}
	}
	all := []confparse.Trackers{m.Trackers}
	if g := m.node.groupOf(m.Name); g != nil {
		all = append(all, g.Trackers)
		for _, o := range g.Members {
			if i := m.node.cfg.Instance(o.Name); i != nil && i != m.Instance {
				all = append(all, i.Trackers)
			}
		}
	}
	for _, ts := range all {
		for _, t := range ts.TrackScripts {
			add("script", t.Script.Name, t.Weight, t.Pos)
		}
		for _, t := range ts.TrackInterfaces {
			add("interface", t.Name, t.Weight, t.Pos)
		}
		for _, t := range ts.TrackProcesses {
			add("process", t.Process.Name, t.Weight, t.Pos)
		}
		for _, t := range ts.TrackBFDs {
			add("bfd", t.BFD.Name, t.Weight, t.Pos)
		}
	}
	return list
}

// outcome is a priority that an instance can come to, and the fewest failures
// that bring it there. Priority 0 stands for FAULT.
type outcome struct {
	priority int
	failing  []Tracked
}

// well returns the priority with nothing failed; 0 is FAULT.
func (m *member) well() int { return m.effective(nil) }

// effective returns the priority with some trackers failed; 0 is FAULT.
func (m *member) effective(failing []Tracked) int {
	sum := int(m.Priority)
	for _, t := range m.trackers() {
		p, fault := t.points(slices.Contains(failing, t.Tracked))
		if fault {
			return 0
		}
		sum += p
	}
	if m.Priority == ownerPriority {
		return ownerPriority
	}
	return min(max(sum, 1), 254)
}

// outcomes returns every priority that some combination of failures brings
// about, highest first. It does not go through the combinations, of which there
// may be too many, but through the sums that they have.
func (m *member) outcomes() []outcome {
	sums := map[int][]Tracked{int(m.Priority): nil}
	var fault []Tracked
	for _, t := range m.trackers() {
		good, faultWell := t.points(false)
		bad, faultFailed := t.points(true)
		switch {
		case faultWell:
			return []outcome{{0, nil}} // unless it fails, which no one counts on
		case faultFailed:
			if fault == nil {
				fault = []Tracked{t.Tracked}
			}
			continue
		}
		next := map[int][]Tracked{}
		for _, sum := range sortedKeys(sums) {
			shortest(next, sum+good, sums[sum])
			shortest(next, sum+bad, append(slices.Clip(sums[sum]), t.Tracked))
		}
		sums = next
	}
	byPriority := map[int][]Tracked{}
	for _, sum := range sortedKeys(sums) {
		priority := min(max(sum, 1), 254)
		if m.Priority == ownerPriority {
			priority = ownerPriority
		}
		shortest(byPriority, priority, sums[sum])
	}
	if fault != nil {
		byPriority[0] = fault
	}
	var list []outcome
	for _, priority := range sortedKeys(byPriority) {
		list = append(list, outcome{priority, byPriority[priority]})
	}
	slices.Reverse(list)
	return list
}

// shortest keeps the shorter of two ways to a sum.
func shortest(to map[int][]Tracked, sum int, way []Tracked) {
	if old, ok := to[sum]; !ok || len(way) < len(old) {
		to[sum] = way
	}
}

func sortedKeys(m map[int][]Tracked) []int {
	var keys []int
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// names joins what fails for a sentence.
func names(list []Tracked) string {
	var s []string
	for _, t := range list {
		s = append(s, t.String())
	}
	return cmp.Or(strings.Join(s, " and "), "nothing")
}
