package confparse

// slab hands out memory for many small values from a few large pieces: a large
// configuration has hundreds of thousands. A piece is free for collection when
// nothing in it is in use any more.
type slab[T any] struct {
	free []T
	size int // of the latest piece
}

// reserve makes room for n values.
func (s *slab[T]) reserve(n int) {
	if len(s.free) < n {
		s.size = max(min(2*s.size, 512), 16, n)
		s.free = make([]T, s.size)
	}
}

// one returns a zero value.
func (s *slab[T]) one() *T {
	s.reserve(1)
	x := &s.free[0]
	s.free = s.free[1:]
	return x
}

// room returns an empty slice that has room for n values.
func (s *slab[T]) room(n int) []T {
	s.reserve(n)
	x := s.free[:0:n]
	s.free = s.free[n:]
	return x
}

// arena is a slab whose values are given back all together, and handed out again.
type arena[T any] struct {
	pieces [][]T
	piece  int // which piece the next value is in, at used
	used   int
}

// one returns a zero value, which is good until reset.
func (a *arena[T]) one() *T {
	if a.piece == len(a.pieces) {
		a.pieces = append(a.pieces, make([]T, 16<<min(a.piece, 5)))
	}
	p := a.pieces[a.piece]
	x := &p[a.used]
	if a.used++; a.used == len(p) {
		a.piece, a.used = a.piece+1, 0
	}
	return x
}

// reset takes all values back.
func (a *arena[T]) reset() {
	for _, p := range a.pieces[:a.piece] {
		clear(p)
	}
	if a.used > 0 {
		clear(a.pieces[a.piece][:a.used])
	}
	a.piece, a.used = 0, 0
}
