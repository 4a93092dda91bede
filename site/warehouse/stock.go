package warehouse

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// ReceiveStock books goods that came in. Its answer is a Stocked.
type ReceiveStock struct {
	Key      Key
	Purchase string // not empty: what was announced by it goes to the stores that were told so; the rest is a plain receipt
	Items    []Item
	Note     string
}

// Item is units of a SKU.
type Item struct {
	SKU   id.SKU
	Units int64
}

// Stocked is what the warehouse has of each SKU after the command.
type Stocked struct {
	Levels []stock.Level
	Repeat bool // the key was known: nothing was booked
}

// AdjustStock corrects the books by Delta units after a count. It is run by
// Warehouse.Adjust.
type AdjustStock struct {
	Key      Key
	SKU      id.SKU
	Delta    int64
	Note     string
	noRecall bool
}

// adjusted is the answer to AdjustStock: done, or a recall to wait for.
type adjusted struct {
	Stocked
	recalls  []id.Grant
	returned []<-chan struct{} // one for each recall
}

func (s *state) receiveStock(ctx context.Context, c ReceiveStock) (Stocked, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil || known {
		return Stocked{Levels: s.levelsOf(c.Items, false), Repeat: known}, err
	}
	if len(c.Items) == 0 {
		return Stocked{}, fault.New(fault.Invalid, "there is nothing to receive")
	}
	if err := catalog.CheckLine("note", c.Note, 0, 200); err != nil {
		return Stocked{}, err
	}
	for i, item := range c.Items {
		if err := checkItem("items["+strconv.Itoa(i)+"]", item.SKU, item.Units); err != nil {
			return Stocked{}, err
		}
	}
	items := make([]event.Units, len(c.Items))
	for i, item := range c.Items {
		items[i] = event.Units{SKU: item.SKU, Quantity: item.Units}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: item.SKU, Quantity: item.Units,
			From: stock.Account{Kind: stock.Supplier}, To: stock.Account{Kind: stock.Available},
			Reason: stock.Received, Cause: causeOf(strings.TrimSuffix("receipt of "+c.Purchase, " of "), c.Note),
		})
		if err != nil {
			return Stocked{}, err
		}
	}
	var before, after purchase.Purchase
	if c.Purchase != "" {
		var err error
		if before, after, err = s.arrive(ctx, c.Purchase, summed(items)); err != nil {
			return Stocked{}, err
		}
	}
	if err := s.grant(skusOf(c.Items), giver{}); err != nil {
		return Stocked{}, err
	}
	if after.Version != before.Version {
		s.savePurchase(before, after)
	}
	s.remember(c.Key, "")
	return Stocked{Levels: s.levelsOf(c.Items, true)}, nil
}

func (s *state) adjust(ctx context.Context, c AdjustStock) (adjusted, error) {
	item := []Item{{c.SKU, c.Delta}}
	if _, known, err := s.repeated(ctx, c.Key); err != nil || known {
		return adjusted{Stocked: Stocked{Levels: s.levelsOf(item, false), Repeat: known}}, err
	}
	if c.Delta == 0 {
		return adjusted{}, fault.At("delta", fault.Invalid, "the correction is zero: there is nothing to book")
	}
	if err := checkItem("delta", c.SKU, max(c.Delta, -c.Delta)); err != nil {
		return adjusted{}, err
	}
	if err := catalog.CheckLine("reason", c.Note, 1, 200); err != nil {
		return adjusted{}, err
	}
	if c.noRecall {
		s.redeem(c)
	}
	if usable := s.usable(c.SKU); -c.Delta > usable {
		return s.recall(c, usable)
	}
	movement := stock.Movement{
		ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: c.SKU, Quantity: max(c.Delta, -c.Delta),
		From: stock.Account{Kind: stock.Adjustment}, To: stock.Account{Kind: stock.Available},
		Reason: stock.Adjusted, Cause: causeOf("count", c.Note),
	}
	if c.Delta < 0 {
		movement.From, movement.To = movement.To, movement.From
	}
	if err := s.books.Book(movement); err != nil {
		return adjusted{}, err
	}
	if err := s.grant([]id.SKU{c.SKU}, giver{}); err != nil {
		return adjusted{}, err
	}
	s.remember(c.Key, "")
	return adjusted{Stocked: Stocked{Levels: s.levelsOf(item, true)}}, nil
}

// usable returns the units that a correction may take off: those that are free, the
// safety stock too, and no correction that waits counts on.
func (s *state) usable(sku id.SKU) int64 {
	return max(s.books.Balance(sku, stock.Account{Kind: stock.Available})-s.claimed(sku), 0)
}

// recall asks the stores for units back, so that a correction can be booked: those
// that were not asked yet and have the most first. What is usable already is kept
// for it meanwhile.
func (s *state) recall(c AdjustStock, usable int64) (adjusted, error) {
	missing, held := -c.Delta-usable, int64(0)
	fresh, asked := make([]int64, len(s.options.Stores)), make([]int64, len(s.options.Stores))
	for i, seller := range s.sellers(c.SKU) {
		held += seller.Held
		fresh[i], asked[i] = max(seller.Held-seller.Recalled, 0), min(seller.Recalled, seller.Held)
	}
	if c.noRecall || held < missing {
		have, hold := string(s.options.Stores[0])+" has", "it holds"
		if len(s.options.Stores) > 1 {
			have, hold = "its stores have", "they hold"
		}
		return adjusted{}, fault.New(fault.Conflict,
			"%d units of %s cannot be taken off the books at %s: %d are free, and %s not given back %d that %s",
			-c.Delta, c.SKU, s.books.Site(), usable, have, held, hold)
	}
	first := quota.Richest(missing, fresh)
	for _, units := range first {
		missing -= units
	}
	again := quota.Richest(missing, asked)
	var recalls parcels
	for i, store := range s.options.Stores {
		recalls.add(store, c.SKU, first[i]+again[i])
	}
	grants, err := s.sayRecalls(recalls, &claim{
		of: c, free: usable, back: map[id.Grant]int64{}, until: s.now.Add(s.options.RecallWait),
	})
	if err != nil {
		return adjusted{}, err
	}
	result := adjusted{recalls: grants}
	for _, grant := range grants {
		result.returned = append(result.returned, s.answers.Await(grant))
	}
	return result, nil
}

func checkItem(field string, sku id.SKU, units int64) error {
	if _, err := id.ParseSKU(string(sku)); err != nil {
		return err
	}
	if units < 1 {
		return fault.At(field, fault.Invalid, "the quantity %d is not above zero", units)
	}
	if units > stock.MaxQuantity {
		return fault.At(field, fault.Invalid, "the quantity %d is above the limit of %d", units, stock.MaxQuantity)
	}
	return nil
}

func causeOf(kind, note string) string {
	if note == "" {
		return kind
	}
	return kind + ": " + note
}

func skusOf(items []Item) []id.SKU {
	skus := make([]id.SKU, len(items))
	for i, item := range items {
		skus[i] = item.SKU
	}
	return skus
}

// levelsOf returns the level of each SKU as the commit of this batch will have it:
// whatever was booked raises its version by one then.
func (s *state) levelsOf(items []Item, booked bool) []stock.Level {
	var levels []stock.Level
	for _, item := range items {
		if slices.ContainsFunc(levels, func(l stock.Level) bool { return l.SKU == item.SKU }) {
			continue
		}
		level := s.level(item.SKU)
		if booked {
			level.Version++
		}
		levels = append(levels, level)
	}
	return levels
}
