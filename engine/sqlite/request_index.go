package sqlite

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
)

const (
	requestParts  = 256
	recentKeys    = 1 << 15 // how many keys are in memory alone, about, before a part is written
	hashBits      = 48
	partBits      = 8
	hashWithoutIt = hashBits - partBits

	filterBits = 25 // of the hash, which the filter goes by: 4 MiB, of which only what is written is in memory
)

// requestIndex says which keyed commands are not in table request_keys yet, for
// those who look one up while others are written.
type requestIndex struct {
	mu      sync.Mutex
	numbers map[string]int64 // of the requests, by key
	parts   [requestParts][]keyed
	filter  []uint64 // a bit for each hash that table request_keys may have
}

// note takes down that the table has a key with this hash.
func (x *requestIndex) note(hash int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.set(hash)
}

func (x *requestIndex) set(hash int64) {
	if x.filter == nil {
		x.filter = make([]uint64, 1<<filterBits/64)
	}
	bit := hash >> (hashBits - filterBits)
	x.filter[bit/64] |= 1 << (bit % 64)
}

// noted reports whether the table may have a key with this hash. It is right once
// what was there at the start is noted.
func (x *requestIndex) noted(hash int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	bit := hash >> (hashBits - filterBits)
	return x.filter != nil && x.filter[bit/64]&(1<<(bit%64)) != 0
}

// keyed is a request as the table knows it.
type keyed struct {
	key    string
	hash   int64
	number int64
}

func keyedBy(key string, number int64) keyed { return keyed{key, hashKey(key), number} }

// hashKey cannot be steered by who chooses the keys.
func hashKey(key string) int64 {
	sum := sha256.Sum256([]byte(key))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> (64 - hashBits)) //nolint:gosec // 48 bits
}

func (k keyed) part() int { return int(k.hash >> hashWithoutIt) }

// number returns the number of a request, if its key is in memory.
func (x *requestIndex) number(key string) (int64, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	number, known := x.numbers[key]
	return number, known
}

// add takes a request in, unless its key is here already.
func (x *requestIndex) add(k keyed) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, known := x.numbers[k.key]; known {
		return false
	}
	if x.numbers == nil {
		x.numbers = map[string]int64{}
	}
	x.numbers[k.key] = k.number
	x.parts[k.part()] = append(x.parts[k.part()], k)
	return true
}

// drop takes the newest request of its part out again.
func (x *requestIndex) drop(k keyed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.numbers, k.key)
	part := &x.parts[k.part()]
	*part = (*part)[:len(*part)-1]
}

// clear forgets a part, which is in the table now.
func (x *requestIndex) clear(part int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, k := range x.parts[part] {
		x.set(k.hash)
		delete(x.numbers, k.key)
	}
	x.parts[part] = nil
}

// sorted returns a part in the order of the table.
func (x *requestIndex) sorted(part int) []keyed {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := slices.Clone(x.parts[part])
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.number, b.number)) })
	return all
}

func (x *requestIndex) size() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.numbers)
}
