package warehouse

// staged is rows of one table as a batch has changed them, each once, in the
// order in which they came up. The zero value is empty.
type staged[K comparable, V any] struct {
	rows  []V
	index map[K]int
}

// put stages a row in place of the one with its key.
func (s *staged[K, V]) put(key K, row V) {
	if i, there := s.index[key]; there {
		s.rows[i] = row
		return
	}
	if s.index == nil {
		s.index = map[K]int{}
	}
	s.index[key] = len(s.rows)
	s.rows = append(s.rows, row)
}

// get returns the row as the batch has it, if it has changed it.
func (s *staged[K, V]) get(key K) (row V, there bool) {
	i, there := s.index[key]
	if there {
		row = s.rows[i]
	}
	return row, there
}
