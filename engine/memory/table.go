package memory

import (
	"iter"
	"maps"
	"slices"
)

// table is rows by key, walked in order of the key. What is stored in one is
// never changed in place: a change puts a new value. So a copy of the table is a
// copy of the state, although the two share their values.
type table[K comparable, V any] struct {
	compare func(a, b K) int
	rows    map[K]V
	keys    []K // sorted
}

func newTable[K comparable, V any](compare func(a, b K) int) table[K, V] {
	return table[K, V]{compare: compare, rows: map[K]V{}}
}

func (t *table[K, V]) get(key K) (V, bool) {
	value, there := t.rows[key]
	return value, there
}

func (t *table[K, V]) len() int { return len(t.keys) }

// last returns the value with the largest key.
func (t *table[K, V]) last() (value V, there bool) {
	if len(t.keys) == 0 {
		return value, false
	}
	return t.rows[t.keys[len(t.keys)-1]], true
}

// all walks every row in order.
func (t *table[K, V]) all() iter.Seq2[K, V] { return t.walk(t.keys) }

// from walks the rows from key on, in order.
func (t *table[K, V]) from(key K) iter.Seq2[K, V] {
	i, _ := slices.BinarySearchFunc(t.keys, key, t.compare)
	return t.walk(t.keys[i:])
}

// before walks the rows with a smaller key than this one, the largest first.
func (t *table[K, V]) before(key K) iter.Seq2[K, V] {
	i, _ := slices.BinarySearchFunc(t.keys, key, t.compare)
	return t.back(t.keys[:i])
}

// backward walks every row, the largest key first.
func (t *table[K, V]) backward() iter.Seq2[K, V] { return t.back(t.keys) }

func (t *table[K, V]) walk(keys []K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range keys {
			if !yield(key, t.rows[key]) {
				return
			}
		}
	}
}

func (t *table[K, V]) back(keys []K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range slices.Backward(keys) {
			if !yield(key, t.rows[key]) {
				return
			}
		}
	}
}

func (t *table[K, V]) values() []V {
	values := make([]V, 0, len(t.keys))
	for _, value := range t.all() {
		values = append(values, value)
	}
	return values
}

func (t *table[K, V]) clone() table[K, V] {
	return table[K, V]{compare: t.compare, rows: maps.Clone(t.rows), keys: slices.Clone(t.keys)}
}

func (t *table[K, V]) set(key K, value V) {
	if _, there := t.rows[key]; !there {
		i, _ := slices.BinarySearchFunc(t.keys, key, t.compare)
		t.keys = slices.Insert(t.keys, i, key)
	}
	t.rows[key] = value
}

func (t *table[K, V]) unset(key K) {
	if i, there := slices.BinarySearchFunc(t.keys, key, t.compare); there {
		t.keys = slices.Delete(t.keys, i, i+1)
		delete(t.rows, key)
	}
}

// batch is one commit under way: what takes it back, the newest step last.
type batch struct{ steps []func() }

func (b *batch) undo() {
	for _, step := range slices.Backward(b.steps) {
		step()
	}
}

// put inserts or replaces a row.
func put[K comparable, V any](b *batch, t *table[K, V], key K, value V) {
	old, there := t.rows[key]
	t.set(key, value)
	b.steps = append(b.steps, func() {
		if there {
			t.set(key, old)
		} else {
			t.unset(key)
		}
	})
}

// insert puts a row and reports whether there was none under its key; if there
// was one it stays.
func insert[K comparable, V any](b *batch, t *table[K, V], key K, value V) bool {
	if _, there := t.rows[key]; there {
		return false
	}
	put(b, t, key, value)
	return true
}

// remove takes a row away, if there is one.
func remove[K comparable, V any](b *batch, t *table[K, V], key K) {
	old, there := t.rows[key]
	if !there {
		return
	}
	t.unset(key)
	b.steps = append(b.steps, func() { t.set(key, old) })
}
