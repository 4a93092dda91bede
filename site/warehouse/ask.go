package warehouse

import (
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// Units stay with the store that they were handed to until another one asks.
const (
	askFor   = 30 * time.Second // how long an ask is remembered that others have to give up units for
	patience = 2 * time.Second  // how long its answer is held back for a store that is silent
	cover    = time.Hour        // the sales for which a store keeps its quota when another one asks
)

// asked grants what a store asks for, as far as it is free. What is missing it asks
// back of the other stores, as far as it idles there, and grants it when it comes.
// While units may still come the answer is held back, and what is free goes to the
// store at once without naming the ask: see openAsk.
func (s *state) asked(from id.Site, m event.QuotaAsked) error {
	if err := s.checkStore(from); err != nil {
		return err
	}
	asker := slices.Index(s.options.Stores, from)
	s.desk.asks++
	open := openAsk{ask: m.Ask, store: from, number: s.desk.asks, until: s.now.Add(patience)}
	units := []event.Units{}
	var recalls parcels
	var waiting []waiter
	for _, wanted := range summed(m.Units) {
		granted := max(min(wanted.Quantity, s.free(wanted.SKU)), 0)
		if granted > 0 {
			units = append(units, event.Units{SKU: wanted.SKU, Quantity: granted})
		}
		if granted < wanted.Quantity {
			open.lacks = append(open.lacks, wanted.SKU)
		}
		var coming int64
		for i, more := range quota.Recall(wanted.Quantity-granted, s.sellers(wanted.SKU), asker, cover) {
			recalls.add(s.options.Stores[i], wanted.SKU, more)
			coming += more
		}
		if coming > 0 {
			waiting = append(waiting, waiter{holding: holding{from, wanted.SKU}, units: coming, ask: open.number, until: s.now.Add(askFor)})
		}
	}
	held := s.holdsBack(open, recalls)
	if err := s.handOverNow(open, held, units); err != nil {
		return err
	}
	grants, err := s.sayRecalls(recalls, nil)
	if err != nil {
		return err
	}
	for i := range waiting {
		waiting[i].recalls = recalls.of(waiting[i].sku, grants)
	}
	s.desk.waiting = slices.Concat(s.desk.waiting, waiting)
	if held {
		s.desk.open = append(s.desk.open, open)
	}
	return nil
}

// holdsBack reports whether units may soon come for an ask: of a store that is not
// silent, by the recalls that are made for it, or by earlier ones.
func (s *state) holdsBack(o openAsk, recalls parcels) bool {
	if slices.ContainsFunc(recalls, func(p parcel) bool { return !s.desk.silent(p.store, s.now) }) {
		return true
	}
	return len(o.lacks) > 0 && o.waits(s.coming(s.desk.waiting, id.Grant{}))
}

// handOverNow grants what was free when a store asked. That is the answer, unless it
// is held back.
func (s *state) handOverNow(o openAsk, held bool, units []event.Units) error {
	switch {
	case !held:
		return s.handOver(o.store, o.ask, units)
	case len(units) > 0:
		return s.handOver(o.store, id.Grant{}, units)
	default:
		return nil
	}
}

// sayRecalls asks stores to give units back, and returns what the recalls are called.
// The claim is that of the correction for which they are made, or nil.
func (s *state) sayRecalls(recalls parcels, of *claim) ([]id.Grant, error) {
	var grants []id.Grant
	recalled := s.recalled
	for _, p := range recalls {
		grant := id.Grant{UUID: s.IDs.New()}
		if err := s.books.Say(p.store, "recall", event.QuotaRecalled{Recall: grant, Units: p.units}, s.now); err != nil {
			return nil, err
		}
		recalled = append(recalled, recall{grant, p.store, p.units, of})
		grants = append(grants, grant)
	}
	s.recalled = recalled
	return grants, nil
}

// quotaReturned takes units back that a store has let go of. They go to who waits
// for them, whose ask is answered with them, then to the other stores by need. Those
// called back for a correction are kept for it. What nobody else needs stays free
// until it is asked for, and what a correction has left: the next change of the SKU
// grants it.
func (s *state) quotaReturned(from id.Site, m event.QuotaReturned) error {
	if err := s.checkStore(from); err != nil {
		return err
	}
	called, known := s.desk.recalls[m.Recall]
	if known && called.store != from {
		return fault.New(fault.Denied, "the recall %s was not made of %s", m.Recall, from)
	}
	var skus []id.SKU
	for _, u := range m.Units {
		if err := s.topUp(from, u.SKU, u.Quantity); err != nil {
			return err
		}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Recall.UUID, "returned/"+string(u.SKU))}, At: s.now,
			SKU: u.SKU, Quantity: u.Quantity,
			From: stock.QuotaOf(from), To: stock.Account{Kind: stock.Available},
			Reason: stock.Returned, Cause: m.Kind(),
		})
		if err == nil && s.books.Recovering(from) {
			err = s.unfind(u.SKU, u.Quantity)
		}
		if err != nil {
			return err
		}
		skus = append(skus, u.SKU)
	}
	if called.claim != nil {
		called.claim.back[m.Recall] = unitsOf(m.Units, called.claim.of.SKU)
	} else {
		if err := s.grant(skus, giver{from, m.Recall}); err != nil {
			return err
		}
	}
	s.returned = append(s.returned, m.Recall)
	return nil
}

// recalledOf returns the units that were asked back of a holding and are not
// answered, as this batch sees it.
func (s *state) recalledOf(h holding) int64 {
	sum := s.desk.asked[h]
	for _, r := range s.recalled {
		if r.store == h.store {
			sum += unitsOf(r.units, h.sku)
		}
	}
	for _, grant := range s.returned {
		if r := s.desk.recalls[grant]; r.store == h.store {
			sum -= unitsOf(r.units, h.sku)
		}
	}
	return sum
}

func unitsOf(units []event.Units, sku id.SKU) int64 {
	for _, u := range units {
		if u.SKU == sku {
			return u.Quantity
		}
	}
	return 0
}
