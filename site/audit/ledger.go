package audit

import (
	"context"
	"fmt"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
)

type account struct {
	sku     id.SKU
	account stock.Account
}

// lineKey is an order line at a site; a store tells its warehouses apart.
type lineKey struct {
	order     id.Order
	line      int
	warehouse id.Site // only at a store
}

// tally is what the movements of an order line add up to.
type tally struct {
	allocated, picked, shipped, released, returned int64
	row                                            int64 // the first movement's
}

// walkLedger checks invariant 1 row by row, and gathers what the others need.
func (a *auditor) walkLedger(ctx context.Context, v *view) error {
	var last int64
	var hash stock.Hash
	err := v.source.Movements(ctx, func(m books.Movement, unreadable error) error {
		row := fmt.Sprintf("movement %d", m.Seq)
		if m.Seq != last+1 {
			a.find(1, v.head.Site, row, "follows on movement %d: rows between them are missing", last)
		}
		last = m.Seq
		v.counts.Movements++
		if unreadable != nil {
			a.find(1, v.head.Site, row, "cannot be read: %v", unreadable)
			hash = m.Hash
			return nil
		}
		if err := m.Check(); err != nil {
			a.find(1, v.head.Site, row, "%v", err)
		}
		if m.Chain(hash) != m.Hash {
			a.find(1, v.head.Site, row, "was changed after it was booked: its hash does not fit its fields (%d x %s, %s to %s, %s)",
				m.Quantity, m.SKU, m.From, m.To, m.Reason)
		}
		hash = m.Hash
		v.folded[account{m.SKU, m.From}] -= m.Quantity
		v.folded[account{m.SKU, m.To}] += m.Quantity
		v.count(m)
		return nil
	})
	if err != nil {
		return err
	}
	return a.checkBalances(ctx, v)
}

func (v *view) count(m books.Movement) {
	if m.Order.IsZero() {
		return
	}
	key := lineKey{order: m.Order, line: m.Line}
	if v.head.Role == Store {
		key.warehouse = id.Site(m.From.Ref)
	}
	t := v.moved[key]
	if t == nil {
		t = &tally{row: m.Seq}
		v.moved[key] = t
	}
	switch m.Reason {
	case stock.AllocatedTo:
		t.allocated += m.Quantity
	case stock.PickedFor:
		t.picked += m.Quantity
	case stock.Shipped:
		t.shipped += m.Quantity
	case stock.Released:
		t.released += m.Quantity
	case stock.CustomerReturn:
		t.returned += m.Quantity
	default:
	}
}

func (a *auditor) checkBalances(ctx context.Context, v *view) error {
	stored, err := v.source.Balances(ctx)
	if err != nil {
		return err
	}
	sums := map[id.SKU]int64{}
	for _, b := range stored {
		v.counts.Accounts++
		k := account{b.SKU, b.Account}
		row := fmt.Sprintf("balance %s of %s", b.Account, b.SKU)
		v.stored[k] = b.Units
		sums[b.SKU] += b.Units
		if b.Units < 0 && !b.Account.Kind.External() {
			a.find(1, v.head.Site, row, "is %d, below zero", b.Units)
		}
		if b.Units != v.folded[k] {
			a.find(1, v.head.Site, row, "is %d, but its movements add up to %d", b.Units, v.folded[k])
		}
	}
	for k, units := range v.folded {
		if _, there := v.stored[k]; !there && units != 0 {
			a.find(1, v.head.Site, fmt.Sprintf("balance %s of %s", k.account, k.sku), "is missing: its movements add up to %d", units)
		}
	}
	for sku, sum := range sums {
		if sum != 0 {
			a.find(1, v.head.Site, "balances of "+string(sku), "add up to %d over all accounts, not to zero", sum)
		}
	}
	return nil
}
