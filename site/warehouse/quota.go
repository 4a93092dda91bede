package warehouse

import (
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// parcels is units for each of some stores, in the order in which they came up.
type parcels []parcel

type parcel struct {
	store id.Site
	units []event.Units
}

func (p *parcels) add(store id.Site, sku id.SKU, units int64) {
	if units <= 0 {
		return
	}
	i := slices.IndexFunc(*p, func(own parcel) bool { return own.store == store })
	if i < 0 {
		i = len(*p)
		*p = append(*p, parcel{store: store})
	}
	(*p)[i].units = append((*p)[i].units, event.Units{SKU: sku, Quantity: units})
}

// of returns the names of the parcels, which stand in names, that have a SKU.
func (p parcels) of(sku id.SKU, names []id.Grant) []id.Grant {
	var of []id.Grant
	for i, own := range p {
		if unitsOf(own.units, sku) > 0 {
			of = append(of, names[i])
		}
	}
	return of
}

// giver is a store that has given units up, and the recall by which it was asked
// to. It is zero where units came in otherwise.
type giver struct {
	store  id.Site
	recall id.Grant
}

// grant divides what has become free of the named SKUs: first among those who wait
// for it, then among all stores by their need, as far as their share goes. The
// giver gets nothing: it would get straight back what it has just given up. The
// asks that are finished by it are answered with the units, or behind them.
func (s *state) grant(skus []id.SKU, by giver) error {
	var granted parcels
	waiting := s.desk.waiting
	seen := map[id.SKU]bool{}
	for _, sku := range skus {
		if seen[sku] {
			continue
		}
		seen[sku] = true
		var parts []int64
		parts, waiting = s.divide(sku, by, waiting)
		for i, store := range s.options.Stores {
			granted.add(store, sku, parts[i])
		}
	}
	done, open := s.finished(waiting, by.recall)
	if err := s.handOverAll(granted, done); err != nil {
		return err
	}
	s.desk.waiting, s.desk.open = waiting, open
	return nil
}

// divide returns how much of a SKU each store is granted, and who still waits. Of
// those who wait the ones are served first for whom the units were asked back, then
// the oldest.
func (s *state) divide(sku id.SKU, by giver, waiting []waiter) ([]int64, []waiter) {
	sellers, held := s.sellers(sku), int64(0)
	parts := make([]int64, len(sellers))
	free := s.free(sku)
	left := slices.Clone(waiting)
	for _, first := range []bool{true, false} {
		for j := range left {
			w := &left[j]
			if w.sku != sku || w.store == by.store || slices.Contains(w.recalls, by.recall) != first {
				continue
			}
			i, units := slices.Index(s.options.Stores, w.store), max(min(w.units, free), 0)
			parts[i] += units
			sellers[i].Held += units
			free -= units
			w.units -= units
		}
	}
	left = slices.DeleteFunc(left, func(w waiter) bool { return w.units == 0 })
	for _, seller := range sellers {
		held += seller.Held
	}
	share := max(free+held, 0) * int64(s.options.SharePercent) / 100
	for i, units := range quota.Share(min(share-held, free), sellers) {
		if s.options.Stores[i] != by.store {
			parts[i] += units
		}
		if s.books.Counting(s.options.Stores[i]) {
			parts[i] = 0 // it gets its part when it has told what it has
		}
	}
	return parts, left
}

// free returns the units of a SKU that may be granted: those beyond the safety
// stock that no correction counts on. It may be below zero.
func (s *state) free(sku id.SKU) int64 {
	available := s.books.Balance(sku, stock.Account{Kind: stock.Available})
	return available - s.claimed(sku) - s.options.Safety
}

// sellers returns what each store holds of a SKU, and how fast it sells it.
func (s *state) sellers(sku id.SKU) []quota.Seller {
	sellers := make([]quota.Seller, len(s.options.Stores))
	for i, store := range s.options.Stores {
		h := holding{store, sku}
		sales := s.desk.sales[h]
		sellers[i] = quota.Seller{
			Held: s.books.Balance(sku, stock.QuotaOf(store)), Recalled: s.recalledOf(h),
			Rate: sales.Rate(s.now), Typical: sales.Typical(),
		}
	}
	return sellers
}

// checkStore refuses a site that is no store of this warehouse.
func (s *state) checkStore(from id.Site) error {
	if !slices.Contains(s.options.Stores, from) {
		return fault.New(fault.Denied, "%s is no store of %s", from, s.books.Site())
	}
	return nil
}

// summed names each SKU once: a grant books one movement for it.
func summed(units []event.Units) []event.Units {
	var sums []event.Units
	index := map[id.SKU]int{}
	for _, u := range units {
		i, there := index[u.SKU]
		if !there {
			index[u.SKU] = len(sums)
			sums = append(sums, u)
			continue
		}
		sums[i].Quantity += u.Quantity
	}
	return sums
}

// handOver sets units aside for a store, then says so: the giver shrinks first.
func (s *state) handOver(store id.Site, ask id.Grant, units []event.Units) error {
	if s.books.Counting(store) {
		return nil // they stay free until the store has told what it has
	}
	grant := id.Grant{UUID: s.IDs.New()}
	for _, u := range units {
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(grant.UUID, "granted/"+string(u.SKU))}, At: s.now,
			SKU: u.SKU, Quantity: u.Quantity,
			From: stock.Account{Kind: stock.Available}, To: stock.QuotaOf(store),
			Reason: stock.Granted, Cause: "grant",
		})
		if err != nil {
			return err
		}
	}
	return s.books.Say(store, "quota",
		event.QuotaGranted{Grant: grant, Ask: ask, Epoch: s.books.Epoch(), Units: units}, s.now)
}
