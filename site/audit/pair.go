package audit

import (
	"context"
	"fmt"
	"maps"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
)

// onTheWay is what two sites have said to each other and not yet heard.
type onTheWay struct {
	quota map[id.SKU]int64 // units that left one book and have not reached the other
	keys  map[string]bool  // orders about which something is under way
}

// comparePair checks invariants 2 and 5 between a store and a warehouse.
func (a *auditor) comparePair(ctx context.Context, s, w *view) error {
	if a.broken[link{s.head.Site, w.head.Site}] || a.broken[link{w.head.Site, s.head.Site}] {
		a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf(
			"%s against %s: their feeds are damaged, so nobody knows what is under way", s.head.Site, w.head.Site))
		return nil
	}
	way := onTheWay{map[id.SKU]int64{}, map[string]bool{}}
	for _, direction := range []struct{ from, to *view }{{s, w}, {w, s}} {
		if err := a.gather(ctx, direction.from, direction.to, way); err != nil {
			return err
		}
	}
	a.compareQuota(s, w, way)
	a.compareFulfillments(s, w, way)
	return nil
}

// gather walks the messages from one site that the other has not applied.
func (a *auditor) gather(ctx context.Context, from, to *view, way onTheWay) error {
	each := func(m feed.Message) error {
		to.counts.Unread++
		way.keys[m.Key] = true
		if body, err := event.Decode(m.Kind, m.Body); err == nil { // walkOutbox has found those that cannot be read
			way.add(body)
		}
		return nil
	}
	err := from.source.Messages(ctx, to.head.Site, to.head.read(from.head.Site).Seq, each)
	if err != nil {
		return err
	}
	for _, parked := range to.head.Parked {
		if parked.Message.Origin == string(from.head.Site) {
			if err := each(parked.Message); err != nil {
				return err
			}
			to.counts.Unread--
		}
	}
	return nil
}

func (w onTheWay) add(body event.Body) {
	switch b := body.(type) {
	case event.FulfillmentRequested:
		for _, line := range b.Lines {
			w.quota[line.SKU] += line.Quantity
		}
	case event.QuotaReturned:
		for _, units := range b.Units {
			w.quota[units.SKU] += units.Quantity
		}
	case event.QuotaGranted:
		for _, units := range b.Units {
			w.quota[units.SKU] += units.Quantity
		}
	default:
	}
}

// compareQuota checks that what the warehouse has set aside for the store is what
// the store holds plus what is on its way between their books.
func (a *auditor) compareQuota(s, w *view, way onTheWay) {
	skus := map[id.SKU]bool{}
	for k := range s.stored {
		skus[k.sku] = true
	}
	for k := range w.stored {
		skus[k.sku] = true
	}
	for sku := range skus {
		aside := w.stored[account{sku, stock.QuotaOf(s.head.Site)}]
		held := s.stored[account{sku, stock.HeldAt(w.head.Site)}]
		if s.unreadable[sku] || w.unreadable[sku] {
			continue // there is a finding already, and nothing to compare
		}
		if aside != held+way.quota[sku] {
			a.find(2, w.head.Site, fmt.Sprintf("balance %s of %s", stock.QuotaOf(s.head.Site), sku),
				"is %d, but %s holds %d and %d are on their way", aside, s.head.Site, held, way.quota[sku])
		}
	}
}

// compareFulfillments checks that both sites tell the same of each order, and that
// none is missing at either. What a step under way may change is left out.
func (a *auditor) compareFulfillments(s, w *view, way onTheWay) {
	known := map[id.Fulfillment]bool{}
	for _, o := range s.orders {
		settled := !way.keys[o.ID.String()] // the key of all that is said about an order
		for _, f := range o.Fulfillments {
			if f.Warehouse != w.head.Site {
				continue
			}
			known[f.ID] = true
			theirs, there := w.fulfillments[f.ID]
			if there {
				a.compareOrigin(s, w, o, theirs)
			}
			switch row := "fulfillment " + f.ID.String(); {
			case !settled:
			case !there:
				a.find(5, s.head.Site, row, "is not at %s, and nothing about it is under way", w.head.Site)
			case f.Stage != theirs.Stage:
				a.find(5, s.head.Site, row, "is %s, but %s at %s", f.Stage, theirs.Stage, w.head.Site)
			case !maps.Equal(partsOf(f), linesOf(theirs)):
				a.find(5, s.head.Site, row, "has other lines than at %s", w.head.Site)
			}
		}
	}
	for _, f := range w.fulfillments {
		if f.Store == s.head.Site && !known[f.ID] {
			a.find(5, w.head.Site, "fulfillment "+f.ID.String(), "is of order %s, which %s does not have", f.Order, s.head.Site)
		}
	}
}

// compareOrigin checks what a warehouse was told once, and no step changes.
func (a *auditor) compareOrigin(s, w *view, o order.Order, theirs fulfillment.Fulfillment) {
	row := "fulfillment " + theirs.ID.String()
	// A number of zero is that of an order which is missing, and was found so.
	if theirs.Store != s.head.Site || theirs.Order != o.ID || theirs.Number != o.Number && o.Number != 0 {
		a.find(5, w.head.Site, row, "is of order %d (%s) of %s, but at %s of order %d (%s)",
			theirs.Number, theirs.Order, theirs.Store, s.head.Site, o.Number, o.ID)
	}
	for _, line := range theirs.Lines {
		if ours := o.Line(line.Line); ours != nil && ours.SKU != line.SKU {
			a.find(5, w.head.Site, row, "line %d is of %s, but at %s of %s", line.Line, line.SKU, s.head.Site, ours.SKU)
		}
	}
}

// sameLine is what both sites must tell of a line.
type sameLine struct {
	sku                        id.SKU
	quantity, voided, returned int64
}

func linesOf(f fulfillment.Fulfillment) map[int]sameLine {
	lines := make(map[int]sameLine, len(f.Lines))
	for _, line := range f.Lines {
		lines[line.Line] = sameLine{line.SKU, line.Quantity, line.Voided, line.Returned}
	}
	return lines
}

func partsOf(f order.Fulfillment) map[int]sameLine {
	lines := make(map[int]sameLine, len(f.Lines))
	for _, part := range f.Lines {
		lines[part.Line] = sameLine{part.SKU, part.Quantity, part.Voided, part.Returned}
	}
	return lines
}
