// Package memory keeps the state of a store or a warehouse in memory, behind the
// same ports and under the same constraints as a database: for tests and
// simulations. Nothing of it survives the process.
//
// It is the plain twin that the other engines are compared with, so it prefers
// the obvious to the fast. What goes in and what comes out is copied: nobody
// changes stored state but by Commit. Nothing depends on the order of a map, so
// that the same calls give the same answers, byte for byte.
//
// Start reading at Store, then its Commit; tables are in table.go.
package memory

import (
	"sync"

	"crossdock/core/fault"
)

// engine is what the two kinds of engine share: one lock, and the commits.
type engine struct {
	mu      sync.RWMutex
	fail    func(batch int) error
	batches int
	batch   batch
}

// Fail has hook asked before each Commit is carried out; batch counts the calls
// of Commit from 1. If it returns an error, Commit writes nothing and returns
// that error. It must not use the engine. A nil hook ends the failures.
func (e *engine) Fail(hook func(batch int) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = hook
}

// commit calls write, and takes back what it wrote if it returns an error.
func (e *engine) commit(write func(b *batch) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.batches++
	if e.fail != nil {
		if err := e.fail(e.batches); err != nil {
			return err
		}
	}
	err := write(&e.batch)
	e.batch.settle(err != nil)
	return err
}

func exists(format string, args ...any) error   { return fault.New(fault.Exists, format, args...) }
func conflict(format string, args ...any) error { return fault.New(fault.Conflict, format, args...) }

func notFound(format string, args ...any) error { return fault.New(fault.NotFound, format, args...) }
