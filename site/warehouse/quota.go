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

// grant divides what has become free of the named SKUs: first among those who wait
// for it, then among all stores by their need, as far as their share goes. But
// gets nothing: it has just given units up, and would get them straight back.
func (s *state) grant(skus []id.SKU, but id.Site) error {
	var granted parcels
	waiting := s.desk.waiting
	seen := map[id.SKU]bool{}
	for _, sku := range skus {
		if seen[sku] {
			continue
		}
		seen[sku] = true
		var parts []int64
		parts, waiting = s.divide(sku, but, waiting)
		for i, store := range s.options.Stores {
			granted.add(store, sku, parts[i])
		}
	}
	for _, p := range granted {
		if err := s.handOver(p.store, id.Grant{}, p.units); err != nil {
			return err
		}
	}
	s.desk.waiting = waiting
	return nil
}

// divide returns how much of a SKU each store is granted, and who still waits.
func (s *state) divide(sku id.SKU, but id.Site, waiting []waiter) ([]int64, []waiter) {
	sellers, held := s.sellers(sku), int64(0)
	parts := make([]int64, len(sellers))
	free := s.free(sku)
	var left []waiter
	for _, w := range waiting {
		if i := slices.Index(s.options.Stores, w.store); w.sku == sku && w.store != but && i >= 0 {
			units := max(min(w.units, free), 0)
			parts[i] += units
			sellers[i].Held += units
			free -= units
			w.units -= units
		}
		if w.units > 0 {
			left = append(left, w)
		}
	}
	for _, seller := range sellers {
		held += seller.Held
	}
	share := max(free+held, 0) * int64(s.options.SharePercent) / 100
	for i, units := range quota.Share(min(share-held, free), sellers) {
		if s.options.Stores[i] != but {
			parts[i] += units
		}
	}
	return parts, left
}

// free returns the units of a SKU that may be granted: those beyond the safety
// stock. It may be below zero.
func (s *state) free(sku id.SKU) int64 {
	return s.books.Balance(sku, stock.Account{Kind: stock.Available}) - s.options.Safety
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
