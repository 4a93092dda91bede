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
	keys    []K            // sorted
	changes []change[K, V] // of the commit under way, the newest last
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

// lastBefore returns the value with the largest key that is smaller than this one.
func (t *table[K, V]) lastBefore(key K) (value V, there bool) {
	i, _ := slices.BinarySearchFunc(t.keys, key, t.compare)
	if i == 0 {
		return value, false
	}
	return t.rows[t.keys[i-1]], true
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

// set puts a row under a key, where there is one already or not.
func (t *table[K, V]) set(key K, value V, there bool) {
	if !there {
		i := len(t.keys)
		if i > 0 && t.compare(t.keys[i-1], key) > 0 { // most keys grow with time
			i, _ = slices.BinarySearchFunc(t.keys, key, t.compare)
		}
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

// batch is one commit under way: the tables that it has changed, and what else takes it
// back. It is used again for the next one.
type batch struct {
	changed []interface{ settle(undo bool) }
	steps   []func()
}

// settle ends a commit: what it has changed is kept, or taken back.
func (b *batch) settle(undo bool) {
	for _, t := range b.changed {
		t.settle(undo)
	}
	for _, step := range slices.Backward(b.steps) {
		if undo {
			step()
		}
	}
	clear(b.changed)
	clear(b.steps)
	b.changed, b.steps = b.changed[:0], b.steps[:0]
}

// change is what was under a key before.
type change[K comparable, V any] struct {
	key   K
	old   V
	there bool
}

func (t *table[K, V]) settle(undo bool) {
	for _, c := range slices.Backward(t.changes) {
		switch {
		case !undo:
		case c.there:
			_, there := t.rows[c.key]
			t.set(c.key, c.old, there)
		default:
			t.unset(c.key)
		}
	}
	clear(t.changes)
	t.changes = t.changes[:0]
}

func note[K comparable, V any](b *batch, t *table[K, V], key K, old V, there bool) {
	if len(t.changes) == 0 {
		b.changed = append(b.changed, t)
	}
	t.changes = append(t.changes, change[K, V]{key, old, there})
}

// put inserts or replaces a row.
func put[K comparable, V any](b *batch, t *table[K, V], key K, value V) {
	old, there := t.rows[key]
	t.set(key, value, there)
	note(b, t, key, old, there)
}

// insert puts a row and reports whether there was none under its key; if there
// was one it stays.
func insert[K comparable, V any](b *batch, t *table[K, V], key K, value V) bool {
	if _, there := t.rows[key]; there {
		return false
	}
	t.set(key, value, false)
	var none V
	note(b, t, key, none, false)
	return true
}

// remove takes a row away, if there is one.
func remove[K comparable, V any](b *batch, t *table[K, V], key K) {
	old, there := t.rows[key]
	if !there {
		return
	}
	t.unset(key)
	note(b, t, key, old, true)
}
