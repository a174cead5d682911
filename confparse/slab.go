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

// copy returns a copy of x.
func (s *slab[T]) copy(x []T) []T { return append(s.room(len(x)), x...) }
