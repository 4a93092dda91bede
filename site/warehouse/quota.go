package warehouse

import (
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// grant hands the store what its share of the named SKUs leaves it short of.
func (s *state) grant(ask id.Grant, skus []id.SKU) error {
	var units []event.Units
	for _, sku := range skus {
		if slices.ContainsFunc(units, func(u event.Units) bool { return u.SKU == sku }) {
			continue
		}
		available := s.books.Balance(sku, stock.Account{Kind: stock.Available})
		quota := s.books.Balance(sku, stock.QuotaOf(s.options.Store))
		share := max(available+quota-s.options.Safety, 0) * int64(s.options.SharePercent) / 100
		if grant := min(share-quota, available-s.options.Safety); grant > 0 {
			units = append(units, event.Units{SKU: sku, Quantity: grant})
		}
	}
	if len(units) == 0 {
		return nil
	}
	return s.handOver(ask, units)
}

// asked grants what the store asks for, as far as it is free. It always answers,
// so that nobody waits in vain.
func (s *state) asked(from id.Site, m event.QuotaAsked) error {
	if from != s.options.Store {
		return fault.New(fault.Denied, "%s is granted no quota here", from)
	}
	units := []event.Units{}
	for _, wanted := range summed(m.Units) {
		free := s.books.Balance(wanted.SKU, stock.Account{Kind: stock.Available}) - s.options.Safety
		if grant := min(wanted.Quantity, free); grant > 0 {
			units = append(units, event.Units{SKU: wanted.SKU, Quantity: grant})
		}
	}
	return s.handOver(m.Ask, units)
}

// summed names each SKU once: a grant books one movement for it.
func summed(units []event.Units) []event.Units {
	var sums []event.Units
	for _, u := range units {
		i := slices.IndexFunc(sums, func(sum event.Units) bool { return sum.SKU == u.SKU })
		if i < 0 {
			sums = append(sums, u)
			continue
		}
		sums[i].Quantity += u.Quantity
	}
	return sums
}

// handOver sets units aside for the store, then says so: the giver shrinks first.
func (s *state) handOver(ask id.Grant, units []event.Units) error {
	grant := id.Grant{UUID: s.IDs.New()}
	for _, u := range units {
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(grant.UUID, "granted/"+string(u.SKU))}, At: s.now,
			SKU: u.SKU, Quantity: u.Quantity,
			From: stock.Account{Kind: stock.Available}, To: stock.QuotaOf(s.options.Store),
			Reason: stock.Granted, Cause: "grant",
		})
		if err != nil {
			return err
		}
	}
	return s.books.Say(s.options.Store, "quota",
		event.QuotaGranted{Grant: grant, Ask: ask, Epoch: s.books.Epoch(), Units: units}, s.now)
}

// quotaReturned takes units back that the store has let go of. They stay free for
// whoever called for them; the next change of the SKU grants what is left.
func (s *state) quotaReturned(from id.Site, m event.QuotaReturned) error {
	if from != s.options.Store {
		return fault.New(fault.Denied, "%s holds no quota here", from)
	}
	for _, u := range m.Units {
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Recall.UUID, "returned/"+string(u.SKU))}, At: s.now,
			SKU: u.SKU, Quantity: u.Quantity,
			From: stock.QuotaOf(from), To: stock.Account{Kind: stock.Available},
			Reason: stock.Returned, Cause: m.Kind(),
		})
		if err != nil {
			return err
		}
	}
	s.returned = append(s.returned, m.Recall)
	return nil
}
