package vrrp

// deadlines is a heap of machines by deadline, four children to a node: it is
// flatter than a binary one, and most updates move a machine towards the leaves.
// Equal deadlines go by slot, so that a run can be repeated exactly.
type deadlines struct {
	heap []slot  // the heap itself
	pos  []int32 // by slot: index into heap
	due  []int64 // by slot
}

// slot is an index into Set.machines.
type slot = uint32

func (d *deadlines) add(due int64) {
	id := slot(len(d.due))
	d.due = append(d.due, due)
	d.pos = append(d.pos, int32(len(d.heap)))
	d.heap = append(d.heap, id)
	d.up(len(d.heap) - 1)
}

func (d *deadlines) min() (slot, int64) { return d.heap[0], d.due[d.heap[0]] }

func (d *deadlines) set(id slot, due int64) {
	if d.due[id] == due {
		return
	}
	later := due > d.due[id]
	d.due[id] = due
	if later {
		d.down(int(d.pos[id]))
	} else {
		d.up(int(d.pos[id]))
	}
}

func (d *deadlines) before(a, b slot) bool {
	return d.due[a] < d.due[b] || d.due[a] == d.due[b] && a < b
}

func (d *deadlines) place(i int, id slot) { d.heap[i], d.pos[id] = id, int32(i) }

func (d *deadlines) up(i int) {
	id := d.heap[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !d.before(id, d.heap[parent]) {
			break
		}
		d.place(i, d.heap[parent])
		i = parent
	}
	d.place(i, id)
}

func (d *deadlines) down(i int) {
	id := d.heap[i]
	for {
		first := 4*i + 1
		if first >= len(d.heap) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(d.heap)); c++ {
			if d.before(d.heap[c], d.heap[least]) {
				least = c
			}
		}
		if !d.before(d.heap[least], id) {
			break
		}
		d.place(i, d.heap[least])
		i = least
	}
	d.place(i, id)
}
