package check

import (
	"container/heap"
	"time"
)

// queue is a heap of runners by deadline.
type queue []due

// due is a runner with its deadline, which is looked at far more often than the
// rest of the runner.
type due struct {
	at     time.Time
	runner *Runner
}

// set gives a runner the deadline at, or none if that is zero.
func (q *queue) set(r *Runner, at time.Time) {
	switch {
	case r.index < 0 && !at.IsZero():
		heap.Push(q, due{at, r})
	case r.index >= 0 && at.IsZero():
		heap.Remove(q, r.index)
	case r.index >= 0 && !at.Equal((*q)[r.index].at):
		(*q)[r.index].at = at
		heap.Fix(q, r.index)
	}
}

// first returns the earliest deadline, or zero if there is none.
func (q queue) first() time.Time {
	if len(q) == 0 {
		return time.Time{}
	}
	return q[0].at
}

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].runner.index, q[j].runner.index = i, j
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	d := x.(due)
	d.runner.index = len(*q)
	*q = append(*q, d)
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := len(*q) - 1
	d := (*q)[last]
	(*q)[last] = due{}
	*q = (*q)[:last]
	d.runner.index = -1
	return d
}
