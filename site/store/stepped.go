package store

import (
	"context"

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

// SettleDue asks the payment providers about every step that is due now, one after
// another, and has their answers booked. It is what the payer of a store does that
// was not opened with Options.Stepped.
func (s *Store) SettleDue(ctx context.Context) error {
	answer, err := s.Do(ctx, duePayments{})
	if err != nil {
		return err
	}
	for _, t := range answer.(due).now {
		if _, err := s.payer.settle(t); err != nil {
			return err
		}
	}
	return nil
}
