package warehouse

import (
	"context"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// Restate is the command that tells a store once more what the warehouse has, where
// the store was found to know something else although nothing is under way. Its answer
// is Restated. A store or a fulfillment that is not known is fault.NotFound.
type Restate struct {
	Store        id.Site
	Levels       []Version        // SKUs, with the version that the store has: what is said is newer
	Fulfillments []id.Fulfillment // each is told as it stands, whatever the store believes
}

// Restated counts what was told again.
type Restated struct{ Levels, Fulfillments int }

func (s *state) restate(ctx context.Context, c Restate) (Restated, error) {
	if err := s.checkStore(c.Store); err != nil {
		return Restated{}, err
	}
	if err := s.recovering(c.Store); err != nil {
		return Restated{}, err
	}
	for _, which := range c.Fulfillments {
		f, err := s.fulfillmentOf(ctx, c.Store, which)
		if err != nil {
			return Restated{}, err
		}
		record, err := s.record(ctx, which)
		if err != nil {
			return Restated{}, err
		}
		told := event.FulfillmentsRestated{Fulfillments: []event.FulfillmentState{f.State(record)}}
		if err := s.books.Say(c.Store, f.Order.String(), told, s.now); err != nil {
			return Restated{}, err
		}
	}
	skus := make([]id.SKU, len(c.Levels))
	before := make([]int64, len(c.Levels))
	for i, v := range c.Levels {
		skus[i], before[i] = v.SKU, s.versions[v.SKU]
		s.versions[v.SKU] = max(s.versions[v.SKU], v.Version) + 1
	}
	if err := s.sayLevels(skus, s.options.Stores...); err != nil {
		for i, sku := range skus {
			s.versions[sku] = before[i]
		}
		return Restated{}, err
	}
	for _, sku := range skus {
		s.changes.Versions = append(s.changes.Versions, Version{sku, s.versions[sku]})
	}
	return Restated{len(skus), len(c.Fulfillments)}, nil
}

// WithdrawQuota is the command that takes back units which the books set aside for a
// store and the store does not have, since a message was lost: they are free again. It
// makes nothing that a store could sell. It has no answer.
type WithdrawQuota struct {
	Store  id.Site
	SKU    id.SKU
	Units  int64
	Reason string // required; it stands with the movement
}

func (s *state) withdraw(c WithdrawQuota) error {
	if err := s.checkStore(c.Store); err != nil {
		return err
	}
	if err := s.recovering(c.Store); err != nil {
		return err
	}
	if c.Units < 1 {
		return fault.At("units", fault.Invalid, "there is nothing to take back: %d units", c.Units)
	}
	if err := catalog.CheckLine("reason", c.Reason, 1, 200); err != nil {
		return err
	}
	return s.books.Book(stock.Movement{
		ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: c.SKU, Quantity: c.Units, From: stock.QuotaOf(c.Store),
		To: stock.Account{Kind: stock.Available}, Reason: stock.Returned, Cause: causeOf("drift", c.Reason),
	})
}
