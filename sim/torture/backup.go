package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"
)

// restoreWarehouse takes a warehouse back to a backup from before. What was done at
// a warehouse after its backup is lost with it, and no program can help that; so
// nobody works there in between. But the store sells on, asks and calls off, and
// all of that must be there when the two have found together again.
func (r *round) restoreWarehouse(ctx context.Context, random *rand.Rand) error {
	s := r.fleet.sites[warehouses()[random.IntN(len(warehouses()))]]
	r.journal.write("restore", s.name)
	gate := r.load.gates[s.name]
	if err := shut(ctx, gate); err != nil {
		return err
	}
	defer gate.Unlock()
	backup := filepath.Join(r.dir, fmt.Sprintf("backup-%d", time.Since(r.begun).Milliseconds()))
	if err := r.does(ctx, s, "backup", backup, "--data", s.disk.data()); err != nil {
		return err
	}
	err := errors.Join(r.busy(ctx, random), pause(ctx, between(random, 0, time.Second)), s.kill())
	if err != nil {
		return err
	}
	r.tally.add("SIGKILLs", 1)
	if err := r.does(ctx, s, "restore", backup, "--data", s.disk.data(), "--site", string(s.name)); err != nil {
		return err
	}
	r.tally.add("warehouses restored", 1)
	return r.startAgain(ctx, random, s)
}

// shut locks a gate when all who work behind it have their answers.
func shut(ctx context.Context, gate *sync.RWMutex) error {
	locked := make(chan struct{})
	go func() {
		gate.Lock()
		close(locked)
	}()
	select {
	case <-locked:
		return nil
	case <-ctx.Done():
		go func() { // whenever it comes
			<-locked
			gate.Unlock()
		}()
		return fmt.Errorf("somebody at the warehouse waits for an answer: %w", ctx.Err())
	}
}

// doesTime is how long a command is tried again that a busy process refuses.
const doesTime = 20 * time.Second

// does runs a command of the program at a site.
func (r *round) does(ctx context.Context, s *site, args ...string) error {
	for until := time.Now().Add(doesTime); ; {
		cmd := s.command(args...)
		out, err := cmd.CombinedOutput()
		r.journal.write(args[0], string(out))
		if err == nil {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%s at %s: %w: %s", args[0], s.name, err, out)
		}
		r.tally.add("commands tried again", 1)
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
}
