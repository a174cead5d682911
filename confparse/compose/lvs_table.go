package compose

import (
	"context"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// lvsTable hands what the kernel is to have to a Reconciler, without keeping who
// wants it waiting: only the newest counts.
type lvsTable struct {
	reconciler *ipvs.Reconciler
	desired    chan ipvs.State   // has room for one
	events     <-chan ipvs.Event // of reconciler
	tried      chan struct{}     // closed once the first has been
}

func newLVSTable(r *ipvs.Reconciler) *lvsTable {
	return &lvsTable{reconciler: r, desired: make(chan ipvs.State, 1), events: r.Events(), tried: make(chan struct{})}
}

// set replaces what the kernel is to have. Only one goroutine may call it.
func (t *lvsTable) set(s ipvs.State) {
	select {
	case <-t.desired:
	default:
	}
	t.desired <- s
}

// run applies until ctx ends. What fails is logged, and tried again, by the
// Reconciler.
func (t *lvsTable) run(ctx context.Context) {
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return
		case s := <-t.desired:
			err := t.reconciler.Apply(ctx, s)
			if !first {
				continue
			}
			if err != nil {
				_ = t.reconciler.Apply(ctx, s) // what fails twice is refused
			}
			close(t.tried)
		}
	}
}
