package metrics

import (
	"maps"
	"sync"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// transitions counts what instances have gone through.
type transitions struct {
	mu     sync.Mutex
	counts map[transition]uint64
}

type transition struct{ instance, from, to, cause string }

// count counts an instance's transition. A group's is that of its members. What was
// missed before may have been of any instance, and is nowhere.
func (t *transitions) count(e report.Event) {
	if e.Type != report.TypeInstance {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[transition]uint64{}
	}
	t.counts[transition{e.Name, e.From, e.To, e.Cause}]++
}

func (t *transitions) snapshot() map[transition]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}
