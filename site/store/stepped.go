package store

import (
	"cmp"
	"context"
	"slices"

	"crossdock/core/pay"
	"crossdock/site/writer"
)

// Steps returns what decides and writes the store's commands, where it was opened
// with Options.Stepped; else nil.
func (s *Store) Steps() *writer.Stepper {
	steps, _ := s.writer.(*writer.Stepper)
	return steps
}

// Asks reports whether warehouses were asked for more quota: nothing is decided
// before they have answered or the time is up, and the order is to be placed again
// with PlaceOrder.NoAsk. It is what Place does.
func (p Placement) Asks() bool { return len(p.asks) > 0 }

// Answered reports whether all that were asked have answered.
func (p Placement) Answered() bool {
	for _, a := range p.asks {
		select {
		case <-a.answered:
		default:
			return false
		}
	}
	return true
}

// Forget ends the waiting for the answers to a placement's asks.
func (s *Store) Forget(p Placement) {
	for _, a := range p.asks {
		s.state.answers.Forget(a.grant)
	}
}

// SettleDue asks the payment providers about every step that is due now, and has
// their answers booked. It is what the payer of a store does that was not opened with
// Options.Stepped: as many steps as that one asks about at a time share their commits.
func (s *Store) SettleDue(ctx context.Context) error {
	answer, err := s.Do(ctx, duePayments{})
	if err != nil {
		return err
	}
	for steps := range slices.Chunk(answer.(due).now, askers) {
		if err := s.settleTogether(ctx, steps); err != nil {
			return err
		}
	}
	return nil
}

// settleTogether is what payer.settle does, for several steps.
func (s *Store) settleTogether(ctx context.Context, steps []pay.Transaction) error {
	looks := make([]any, len(steps))
	for i, t := range steps {
		looks[i] = lookPayment{t}
	}
	answers, err := s.together(ctx, looks)
	if err != nil {
		return err
	}
	var bookings []any
	for _, answer := range answers {
		if now := answer.(looked); now.due {
			said, unknown := s.payer.question(now.transaction)
			bookings = append(bookings, settlePayment{now.transaction, said, unknown})
		}
	}
	_, err = s.together(ctx, bookings)
	return err
}

// together has commands decided that come at the same time. The first error ends it
// when all are answered.
func (s *Store) together(ctx context.Context, commands []any) ([]any, error) {
	steps := s.Steps()
	jobs := make([]*writer.Job, len(commands))
	for i, command := range commands {
		job, err := steps.Submit(ctx, command)
		if err != nil {
			return nil, err
		}
		jobs[i] = job
	}
	answers := make([]any, len(jobs))
	var failed error
	for i, job := range jobs {
		answer, err := steps.Finish(job)
		answers[i], failed = answer, cmp.Or(failed, err)
	}
	return answers, failed
}
