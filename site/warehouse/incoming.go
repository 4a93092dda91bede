package warehouse

import (
	"context"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/purchase"
)

// AnnounceIncoming notes what a supplier has announced. The stores may sell it
// ahead at once. A purchase that was announced before is fault.Exists. Its answer
// is an Incoming.
type AnnounceIncoming struct {
	Key      Key
	Purchase string // the caller's name of it, such as "PO-1001"
	Supplier string
	Lines    []Expected // each SKU once
}

// Expected is units of a SKU that a supplier has announced.
type Expected struct {
	SKU   id.SKU
	Units int64
	Due   date.Date // zero: nobody knows
}

// ChangeIncoming changes a line of a purchase: what is nil stays as it is. Its
// answer is an Incoming.
type ChangeIncoming struct {
	Key      Key
	Purchase string
	SKU      id.SKU
	Units    *int64     // the new total, with what has come in; fewer than before are called off
	Due      *date.Date // zero: nobody knows
}

// CancelIncoming calls off what has not come in of a purchase. Its answer is an
// Incoming.
type CancelIncoming struct {
	Key      Key
	Purchase string
}

// Incoming is a purchase after a command.
type Incoming struct {
	Purchase purchase.Purchase
	Repeat   bool // the key was known: nothing was changed
}

func (s *state) announce(ctx context.Context, c AnnounceIncoming) (Incoming, error) {
	if before, known, err := s.repeatedPurchase(ctx, c.Key); err != nil || known {
		return before, err
	}
	lines := make([]purchase.Line, len(c.Lines))
	for i, line := range c.Lines {
		lines[i] = purchase.Line{SKU: line.SKU, Announced: line.Units, Due: line.Due}
	}
	p, err := purchase.Announce(c.Purchase, c.Supplier, lines, s.now)
	if err != nil {
		return Incoming{}, err
	}
	if _, err := s.purchase(ctx, p.ID); !fault.Is(err, fault.NotFound) {
		if err == nil {
			err = fault.At("purchase", fault.Exists, "the purchase %s was announced before", fault.Quote(p.ID))
		}
		return Incoming{}, err
	}
	var granted parcels
	for _, line := range p.Lines {
		if p, err = s.expect(p, line.SKU, line.Announced, &granted); err != nil {
			return Incoming{}, err
		}
	}
	return s.keepPurchase(c.Key, purchase.Purchase{}, p, granted, nil)
}

func (s *state) changeIncoming(ctx context.Context, c ChangeIncoming) (Incoming, error) {
	if before, known, err := s.repeatedPurchase(ctx, c.Key); err != nil || known {
		return before, err
	}
	before, err := s.purchase(ctx, c.Purchase)
	if err != nil {
		return Incoming{}, err
	}
	if c.Due == nil && c.Units == nil {
		return Incoming{}, fault.New(fault.Invalid, "neither a quantity nor a date is given: there is nothing to change")
	}
	p := before
	if c.Due != nil {
		if p, err = purchase.Date(p, c.SKU, *c.Due, s.now); err != nil {
			return Incoming{}, err
		}
	}
	var granted parcels
	var lost []purchase.Taken
	if c.Units != nil {
		var gained int64
		var taken purchase.Taken
		if p, gained, taken, err = purchase.Resize(p, c.SKU, *c.Units, s.now); err != nil {
			return Incoming{}, err
		}
		if p, err = s.expect(p, c.SKU, gained, &granted); err != nil {
			return Incoming{}, err
		}
		lost = []purchase.Taken{taken}
	}
	return s.keepPurchase(c.Key, before, p, granted, lost)
}

func (s *state) cancelIncoming(ctx context.Context, c CancelIncoming) (Incoming, error) {
	if before, known, err := s.repeatedPurchase(ctx, c.Key); err != nil || known {
		return before, err
	}
	before, err := s.purchase(ctx, c.Purchase)
	if err != nil {
		return Incoming{}, err
	}
	p, lost, err := purchase.Cancel(before, s.now)
	if err != nil {
		return Incoming{}, err
	}
	return s.keepPurchase(c.Key, before, p, nil, lost)
}

// keepPurchase tells the stores what they gain and lose by a change of a purchase,
// and stages it.
func (s *state) keepPurchase(key Key, before, p purchase.Purchase, granted parcels, lost []purchase.Taken) (Incoming, error) {
	if err := s.grantIncoming(p.ID, granted); err != nil {
		return Incoming{}, err
	}
	if err := s.loseIncoming(p.ID, lost, false); err != nil {
		return Incoming{}, err
	}
	answer, err := encode(p)
	if err != nil {
		return Incoming{}, err
	}
	s.savePurchase(before, p)
	s.remember(key, answer)
	return Incoming{Purchase: p}, nil
}

// repeatedPurchase returns what a keyed command about a purchase answered before.
func (s *state) repeatedPurchase(ctx context.Context, key Key) (Incoming, bool, error) {
	request, known, err := s.repeated(ctx, key)
	if err != nil || !known {
		return Incoming{}, false, err
	}
	p, err := decode[purchase.Purchase](request)
	return Incoming{Purchase: p, Repeat: true}, true, err
}
