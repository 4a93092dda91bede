package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"crossdock/api"
)

// round is one life of a fleet: it is started on empty disks, loaded and tortured,
// then healed, drained, stopped and checked.
type round struct {
	ground  *ground
	share   share
	seed    uint64
	dir     string
	begun   time.Time
	fleet   *fleet
	caller  *caller
	load    *load
	journal *journal
	tally   *Tally
}

// Bounds of a round's parts.
const (
	answerTime = 60 * time.Second // for the clients, once all is healed
	eventTime  = 2 * time.Minute  // for one trouble and the starts after it
	orderTime  = 10 * time.Minute // for the orders that are still missing when the torture is over
)

// run does it all, and keeps what it leaves behind where something is wrong.
func (r *round) run(ctx context.Context) (found []Violation, err error) {
	r.begun = time.Now()
	if err := os.MkdirAll(filepath.Join(r.dir, "disks"), 0o700); err != nil {
		return nil, err
	}
	if r.journal, err = openJournal(filepath.Join(r.dir, "journal.jsonl"), r.begun); err != nil {
		return nil, err
	}
	if r.fleet, err = openFleet(ctx, r.ground, r.dir, r.seed); err != nil {
		return nil, errors.Join(err, r.journal.close())
	}
	defer func() {
		if err != nil || len(found) > 0 {
			err = errors.Join(err, r.fleet.keep())
		}
		err = errors.Join(err, r.fleet.close(ctx), r.journal.close())
	}()
	records := &Records{}
	r.caller = &caller{records: records, journal: r.journal, begun: r.begun}
	r.load = openLoad(r.caller, r.fleet, r.seed)
	if err := r.load.stock(ctx); err != nil {
		return nil, err
	}
	if err := r.torture(ctx); err != nil {
		return nil, err
	}
	truth, undrained, err := r.calm(ctx)
	if err != nil {
		return nil, err
	}
	if undrained != nil {
		found = append(found, Violation{"not drained", undrained.Error()})
	}
	found = append(found, Check(records, truth)...)
	found = append(found, r.audit(ctx)...)
	r.count(records)
	return found, r.write(found, records, truth)
}

// torture loads the sites and does to them what is scheduled.
func (r *round) torture(ctx context.Context) error {
	answers, cancel := context.WithCancel(ctx)
	defer cancel()
	r.load.start(answers)
	processes, networks := schedule(r.seed, r.share)
	var both sync.WaitGroup
	var failed [2]error
	both.Go(func() { failed[0] = r.follow(ctx, processes) })
	both.Go(func() { failed[1] = r.follow(ctx, networks) })
	both.Wait()
	err := errors.Join(failed[0], failed[1])
	if err == nil {
		err = r.enough(ctx)
	}
	if err == nil {
		err = r.fleet.heal(ctx, r.ground.network)
	}
	if err != nil {
		cancel()
	}
	late := time.AfterFunc(answerTime, cancel)
	r.load.finish()
	late.Stop()
	return err
}

// follow does one thing after another, with some work of the clients in between.
func (r *round) follow(ctx context.Context, events []event) error {
	for _, e := range events {
		random := rand.New(rand.NewPCG(e.seed, 3))
		if err := r.busy(ctx, random); err != nil {
			return err
		}
		r.journal.write("begins", e.name)
		if err := r.act(ctx, e, random); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		r.journal.write("ends", e.name)
		for _, name := range everySite() {
			if s := r.fleet.sites[name]; !e.cuts {
				if err := s.revive(ctx); err != nil {
					return fmt.Errorf("after %s: %w", e.name, err)
				}
			}
		}
	}
	return nil
}

func (r *round) act(ctx context.Context, e event, random *rand.Rand) error {
	ctx, cancel := context.WithTimeout(ctx, eventTime)
	defer cancel()
	return e.act(r, ctx, random)
}

// busy waits until the clients have had some answers, or for a while, so that
// trouble comes in the middle of work.
func (r *round) busy(ctx context.Context, random *rand.Rand) error {
	target := r.caller.acks.Load() + 5 + random.Int64N(40)
	for until := time.Now().Add(1200 * time.Millisecond); r.caller.acks.Load() < target && time.Now().Before(until); {
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	return pause(ctx, between(random, 0, 20*time.Millisecond))
}

// enough waits for the orders of the round.
func (r *round) enough(ctx context.Context) error {
	for until := time.Now().Add(orderTime); int(r.load.placed.Load()) < r.share.orders; {
		if time.Now().After(until) {
			return fmt.Errorf("only %d of %d orders were answered", r.load.placed.Load(), r.share.orders)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// calm lets the sites agree, reads what they have, and stops them.
func (r *round) calm(ctx context.Context) (truth *Truth, undrained, err error) {
	begun := time.Now()
	truth, undrained, err = r.fleet.settled(ctx, r.begun)
	if err != nil {
		return nil, nil, err
	}
	r.tally.slowest("slowest until all agree (ms)", time.Since(begun))
	return truth, undrained, r.fleet.stop()
}

// audit has the program look at the databases of all sites together.
func (r *round) audit(ctx context.Context) []Violation {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	args := []string{"audit", "--json"}
	for _, dir := range r.fleet.dataDirs() {
		args = append(args, "--data", dir)
	}
	cmd := r.fleet.sites[shop].command(args...)
	out, err := cmd.Output()
	var report struct {
		Right bool `json:"right"`
		api.Report
	}
	if err := errors.Join(ctx.Err(), json.Unmarshal(out, &report)); err != nil {
		return []Violation{{"audit", fmt.Sprintf("it cannot be read: %v: %s", err, out)}}
	}
	var found []Violation
	for _, f := range report.Findings {
		found = append(found, Violation{"audit", fmt.Sprintf("%+v", f)})
	}
	for _, text := range report.NotChecked {
		found = append(found, Violation{"audit", "not checked: " + text})
	}
	if err != nil || !report.Right || len(report.Sites) != len(everySite()) {
		found = append(found, Violation{"audit", fmt.Sprintf("right %v, of %d sites, %v", report.Right, len(report.Sites), err)})
	}
	for _, s := range r.fleet.sites {
		for _, death := range s.deaths {
			found = append(found, Violation{"process", death})
		}
	}
	return found
}

func (r *round) count(records *Records) {
	short, twice, sent := 0, 0, 0
	for _, p := range records.Placings {
		twice += max(0, len(p.Answers)-1)
		if len(p.Answers) > 0 && p.Answers[0].Short {
			short++
		}
	}
	for _, s := range records.Steps {
		if s.Done && s.To == "sent" {
			sent++
		}
	}
	r.tally.add("orders answered", len(records.Placings))
	r.tally.add("of them short", short)
	r.tally.add("orders asked for again after their answer", twice)
	r.tally.add("voids asked", len(records.Voids))
	r.tally.add("receipts and counts", len(records.Bookings))
	r.tally.add("steps of fulfillments", len(records.Steps))
	r.tally.add("parcels sent", sent)
	r.tally.add("requests sent again for want of an answer", int(r.caller.resends.Load()))
	r.tally.add("answers internal or corrupt", int(r.caller.broken.Load()))
}

// write leaves the records beside the databases where something is wrong.
func (r *round) write(found []Violation, records *Records, truth *Truth) error {
	if len(found) == 0 {
		return nil
	}
	var all []error
	for name, what := range map[string]any{"violations": found, "records": records, "truth": truth} {
		text, err := json.MarshalIndent(what, "", " ")
		all = append(all, err, os.WriteFile(filepath.Join(r.dir, name+".json"), text, 0o600))
	}
	return errors.Join(all...)
}
