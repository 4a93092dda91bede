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

func (a *auditor) checkBalances(ctx context.Context, v *view) error {
	sums := map[id.SKU]int64{}
	err := v.source.Balances(ctx, func(b stock.Balance, unreadable error) error {
		v.counts.Accounts++
		sums[b.SKU] += b.Units
		if unreadable != nil {
			v.unreadable[b.SKU] = true
			a.damaged(1, v.head.Site, "balance of "+string(b.SKU), unreadable)
			return nil
		}
		k := account{b.SKU, b.Account}
		row := fmt.Sprintf("balance %s of %s", b.Account, b.SKU)
		v.stored[k] = b.Units
		if b.Units < 0 && !b.Account.Kind.External() {
			a.find(1, v.head.Site, row, "is %d, below zero", b.Units)
		}
		if b.Units != v.folded[k] {
			a.find(1, v.head.Site, row, "is %d, but its movements add up to %d", b.Units, v.folded[k])
		}
		return nil
	})
	if err != nil {
		return err
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
