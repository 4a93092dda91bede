package memory

import (
	"context"
	"slices"

	"crossdock/core/id"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// Transactions implements store.Records.
func (s *Store) Transactions(_ context.Context, which id.Order) ([]pay.Transaction, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var steps []pay.Transaction
	for key, t := range s.state.transactions.from(transactionKey{order: which.UUID}) {
		if key.order != which.UUID {
			break
		}
		steps = append(steps, t)
	}
	slices.SortStableFunc(steps, func(a, b pay.Transaction) int { return a.At.Compare(b.At) })
	return steps, nil
}

// Return implements store.Records.
func (s *Store) Return(_ context.Context, which id.UUID) (store.Return, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	r, there := s.state.returns.get(which)
	if !there {
		return store.Return{}, notFound("there is no return %s", which)
	}
	return copySentBack(r), nil
}

// Returns implements store.Records.
func (s *Store) Returns(_ context.Context, which id.Order) ([]store.Return, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var returns []store.Return
	for _, r := range s.state.returns.all() {
		if r.Order == which {
			returns = append(returns, copySentBack(r))
		}
	}
	slices.SortStableFunc(returns, func(a, b store.Return) int { return a.AskedAt.Compare(b.AskedAt) })
	return returns, nil
}
