package audit

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
)

// onTheWay is what two sites have said to each other and not yet heard.
type onTheWay struct {
	quota    map[id.SKU]int64 // units that left one book and have not reached the other
	incoming map[id.SKU]int64 // the same of announced units; below zero: taken, and still in the store's book
	keys     map[string]bool  // orders about which something is under way
}

// comparePair checks invariants 2 and 5 between a store and a warehouse.
func (a *auditor) comparePair(ctx context.Context, s, w *view) error {
	if a.broken[link{s.head.Site, w.head.Site}] || a.broken[link{w.head.Site, s.head.Site}] {
		a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf(
			"%s against %s: their feeds are damaged, so nobody knows what is under way", s.head.Site, w.head.Site))
		return nil
	}
	for _, restored := range []struct{ site, other *view }{{s, w}, {w, s}} {
		if restored.site.head.recovering(restored.other.head.Site) {
			a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf("%s against %s: %s was restored from a backup, and has not heard what it has lost",
				s.head.Site, w.head.Site, restored.site.head.Site))
			return nil
		}
	}
	way := onTheWay{map[id.SKU]int64{}, map[id.SKU]int64{}, map[string]bool{}}
	for _, direction := range []struct{ from, to *view }{{s, w}, {w, s}} {
		if err := a.gather(ctx, direction.from, direction.to, way); err != nil {
			return err
		}
	}
	out := gatherSkipped(s, w)
	a.compareQuota(s, w, way, out)
	a.compareFulfillments(s, w, way, out)
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
	case event.IncomingGranted:
		for _, units := range b.Units {
			w.incoming[units.SKU] += units.Quantity
		}
	case event.IncomingTaken:
		for _, units := range b.Units {
			w.incoming[units.SKU] -= units.Quantity
		}
	default:
	}
}

// compareQuota checks that what the warehouse has set aside for the store is what
// the store holds, for anybody or for somebody, plus what it has promised and not
// asked for yet, plus what is on its way between their books; and the same of what
// suppliers have announced, sold ahead or not.
func (a *auditor) compareQuota(s, w *view, way onTheWay, out skipped) {
	skus := map[id.SKU]bool{}
	for k := range s.stored {
		skus[k.sku] = true
	}
	for k := range w.stored {
		skus[k.sku] = true
	}
	for sku := range skus {
		if s.unreadable[sku] || w.unreadable[sku] {
			continue // there is a finding already, and nothing to compare
		}
		for _, pair := range []struct {
			invariant  int
			aside      stock.Account
			free, kept stock.Account
			unasked    int64
			way        int64
		}{
			{2, stock.QuotaOf(s.head.Site), stock.HeldAt(w.head.Site), stock.ReservedAt(w.head.Site), s.unasked[account{sku, stock.PromisedAt(w.head.Site)}], way.quota[sku]},
			{6, stock.ExpectedFor(s.head.Site), stock.IncomingAt(w.head.Site), stock.SoldAheadAt(w.head.Site), 0, way.incoming[sku]},
		} {
			aside := w.stored[account{sku, pair.aside}]
			held := s.stored[account{sku, pair.free}] + s.stored[account{sku, pair.kept}] + pair.unasked
			if aside != held+pair.way {
				a.find(pair.invariant, w.head.Site, fmt.Sprintf("balance %s of %s", pair.aside, sku),
					"is %d, but %s holds %d and %d are on their way%s", aside, s.head.Site, held, pair.way,
					out.units(sku, pair.aside.Kind, aside-held-pair.way))
			}
		}
	}
}

// compareFulfillments checks that both sites tell the same of each order, and that
// none is missing at either. What a step under way may change is left out.
func (a *auditor) compareFulfillments(s, w *view, way onTheWay, out skipped) {
	for which, ours := range s.fulfillments {
		if ours.site != w.head.Site {
			continue
		}
		key := ours.order.String() // of all that is said about an order
		settled, because := !way.keys[key], out.because(key)
		theirs, there := w.fulfillments[which]
		if there {
			a.compareOrigin(s, w, which, ours, theirs)
		}
		switch row := "fulfillment " + which.String(); {
		case !settled:
		case !there && ours.neverAsked:
		case !there:
			a.find(5, s.head.Site, row, "is not at %s, and nothing about it is under way%s", w.head.Site, because)
		case ours.stage != theirs.stage:
			a.find(5, s.head.Site, row, "is %s, but %s at %s%s", ours.stage, theirs.stage, w.head.Site, because)
		case !slices.Equal(ours.lines, theirs.lines):
			a.find(5, s.head.Site, row, "has other lines than at %s%s", w.head.Site, because)
		}
	}
	for which, theirs := range w.fulfillments {
		if theirs.site == s.head.Site && s.fulfillments[which].site != w.head.Site {
			a.find(5, w.head.Site, "fulfillment "+which.String(), "is of order %s, which %s does not have", theirs.order, s.head.Site)
		}
	}
}

// compareOrigin checks what a warehouse was told once, and no step changes.
func (a *auditor) compareOrigin(s, w *view, which id.Fulfillment, ours, theirs told) {
	row := "fulfillment " + which.String()
	// A number of zero is that of an order which is missing, and was found so.
	// One that was lost with the store's database may have been given another.
	renumbered := theirs.number != ours.number && ours.number != 0 && s.head.Epoch <= 1
	if theirs.site != s.head.Site || theirs.order != ours.order || renumbered {
		a.find(5, w.head.Site, row, "is of order %d (%s) of %s, but at %s of order %d (%s)",
			theirs.number, theirs.order, theirs.site, s.head.Site, ours.number, ours.order)
	}
	for _, line := range theirs.lines {
		i := slices.IndexFunc(ours.lines, func(our sameLine) bool { return our.line == line.line })
		if i >= 0 && ours.lines[i].sku != line.sku {
			a.find(5, w.head.Site, row, "line %d is of %s, but at %s of %s", line.line, line.sku, s.head.Site, ours.lines[i].sku)
		}
	}
}
