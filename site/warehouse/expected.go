package warehouse

import (
	"context"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// arrive gives the stores what was announced to them, out of goods that were
// booked as available before. It returns the purchase before and after.
func (s *state) arrive(ctx context.Context, name string, items []event.Units) (before, after purchase.Purchase, err error) {
	before, err = s.purchase(ctx, name)
	if err != nil {
		return before, before, err
	}
	after = before
	var arrived []purchase.Taken
	var granted parcels
	for _, item := range items {
		var taken purchase.Taken
		after, taken, _ = purchase.Receive(after, item.SKU, item.Quantity, s.now)
		for _, share := range taken.Shares {
			granted.add(share.Store, taken.SKU, share.Units)
		}
		arrived = append(arrived, taken)
	}
	for _, p := range granted {
		if err := s.handOver(p.store, id.Grant{}, p.units); err != nil {
			return before, after, err
		}
	}
	return before, after, s.loseIncoming(name, arrived, true)
}

// expect books announced units, and divides them among the stores by need.
func (s *state) expect(p purchase.Purchase, sku id.SKU, units int64, granted *parcels) (purchase.Purchase, error) {
	if units == 0 {
		return p, nil
	}
	err := s.books.Book(stock.Movement{
		ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: sku, Quantity: units,
		From: stock.Account{Kind: stock.Announced}, To: stock.Account{Kind: stock.Expected},
		Reason: stock.AnnouncedBy, Cause: "purchase " + p.ID,
	})
	if err != nil {
		return p, err
	}
	sellers := s.sellers(sku)
	for i, store := range s.options.Stores {
		sellers[i].Held = s.books.Balance(sku, stock.ExpectedFor(store))
	}
	var shares []purchase.Share
	for i, part := range quota.Share(units, sellers) {
		if part > 0 {
			granted.add(s.options.Stores[i], sku, part)
			shares = append(shares, purchase.Share{Store: s.options.Stores[i], Units: part})
		}
	}
	return purchase.Hand(p, sku, shares), nil
}

// grantIncoming sets announced units aside for stores, then says so.
func (s *state) grantIncoming(name string, granted parcels) error {
	for _, p := range granted {
		grant := id.Grant{UUID: s.IDs.New()}
		for _, u := range p.units {
			err := s.books.Book(stock.Movement{
				ID: id.Movement{UUID: id.Beside(grant.UUID, "announced/"+string(u.SKU))}, At: s.now, SKU: u.SKU, Quantity: u.Quantity,
				From: stock.Account{Kind: stock.Expected}, To: stock.ExpectedFor(p.store),
				Reason: stock.Granted, Cause: "purchase " + name,
			})
			if err != nil {
				return err
			}
		}
		if s.books.Counting(p.store) {
			continue // it hears of all of it when it has told what it has
		}
		message := event.IncomingGranted{Grant: grant, Epoch: s.books.Epoch(), Units: p.units}
		if err := s.books.Say(p.store, "quota", message, s.now); err != nil {
			return err
		}
	}
	return nil
}

// loseIncoming books announced units that are expected no more, and takes them
// from the stores: they have arrived, or were called off.
func (s *state) loseIncoming(name string, all []purchase.Taken, arrived bool) error {
	reason := stock.Withdrawn
	if arrived {
		reason = stock.Arrived
	}
	book := func(movement id.UUID, sku id.SKU, units int64, from stock.Account) error {
		return s.books.Book(stock.Movement{
			ID: id.Movement{UUID: movement}, At: s.now, SKU: sku, Quantity: units,
			From: from, To: stock.Account{Kind: stock.Announced}, Reason: reason, Cause: "purchase " + name,
		})
	}
	var lost parcels
	for _, taken := range all {
		if taken.Nobody > 0 {
			if err := book(s.IDs.New(), taken.SKU, taken.Nobody, stock.Account{Kind: stock.Expected}); err != nil {
				return err
			}
		}
		for _, share := range taken.Shares {
			lost.add(share.Store, taken.SKU, share.Units)
		}
	}
	for _, p := range lost {
		taking := id.Grant{UUID: s.IDs.New()}
		for _, u := range p.units {
			if err := book(id.Beside(taking.UUID, "taken/"+string(u.SKU)), u.SKU, u.Quantity, stock.ExpectedFor(p.store)); err != nil {
				return err
			}
		}
		if s.books.Counting(p.store) {
			continue
		}
		message := event.IncomingTaken{Taking: taking, Epoch: s.books.Epoch(), Arrived: arrived, Units: p.units}
		if err := s.books.Say(p.store, "quota", message, s.now); err != nil {
			return err
		}
	}
	return nil
}
