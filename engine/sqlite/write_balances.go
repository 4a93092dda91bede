package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/id"
	"crossdock/core/stock"
)

// balanceWriter writes balances by the numbers of their accounts. An account has
// one for good, and is remembered from when it is first written, so that as a rule
// no name is looked up.
type balanceWriter struct {
	find, last *sqlite.Stmt
	add, units *bulk

	numbers map[account]int64 // as committed, but for the fresh
	fresh   []account         // those that get a number in this transaction
	under   []int64           // the number of each balance of a batch, 0 for one of the fresh
}

type account struct {
	sku id.SKU
	stock.Account
}

func newBalanceWriter(p *preparer) balanceWriter {
	return balanceWriter{
		find: p.stmt(`
			SELECT number
			FROM   accounts
			WHERE  sku = ? AND account = ? AND ref = ?`),
		last: p.stmt(`
			SELECT min(0, coalesce((SELECT min(number) FROM accounts), 0)),
			       max(0, coalesce((SELECT max(number) FROM accounts), 0))`),
		add: p.bulk(`
			INSERT OR ROLLBACK INTO accounts
			       (number, sku, account, ref)
			VALUES (?, ?, ?, ?)`),
		units: p.bulk(`
			INSERT OR ROLLBACK INTO account_units
			       (number, units)
			VALUES (?, ?)
			ON CONFLICT (number) DO UPDATE SET units = excluded.units`),
		numbers: map[account]int64{},
	}
}

func (w *balanceWriter) write(balances []stock.Balance) error {
	w.fresh, w.under = w.fresh[:0], w.under[:0]
	for i := range balances {
		number, err := w.recall(account{balances[i].SKU, balances[i].Account})
		if err != nil {
			return err
		}
		w.under = append(w.under, number)
	}
	if err := w.numberFresh(); err != nil {
		return err
	}
	w.units.expect(len(balances))
	for i := range balances {
		b, number := &balances[i], w.under[i]
		if number == 0 {
			number = w.numbers[account{b.SKU, b.Account}]
		}
		if err := w.units.row().int(number).int(b.Units).done(); err != nil {
			return err
		}
	}
	return nil
}

// recall returns the number of an account, or 0 where it has none yet.
func (w *balanceWriter) recall(of account) (number int64, err error) {
	if number, known := w.numbers[of]; known {
		return number, nil
	}
	w.find.BindText(1, string(of.sku))
	w.find.BindText(2, of.Kind.String())
	w.find.BindText(3, of.Ref)
	there, err := w.find.Step()
	if err != nil {
		return 0, err
	}
	if there {
		number = w.find.ColumnInt64(0)
	} else {
		w.fresh = append(w.fresh, of)
	}
	w.numbers[of] = number
	return number, w.find.Reset()
}

// numberFresh gives numbers to the accounts that have none: below zero to those of
// the outside world.
func (w *balanceWriter) numberFresh() error {
	if len(w.fresh) == 0 {
		return nil
	}
	if _, err := w.last.Step(); err != nil {
		return err
	}
	lowest, highest := w.last.ColumnInt64(0), w.last.ColumnInt64(1)
	if err := w.last.Reset(); err != nil {
		return err
	}
	w.add.expect(len(w.fresh))
	for _, of := range w.fresh {
		number := highest + 1
		if of.Kind.External() {
			number = lowest - 1
		}
		lowest, highest = min(lowest, number), max(highest, number)
		w.numbers[of] = number
		if err := w.add.row().int(number).text(string(of.sku)).text(of.Kind.String()).text(of.Ref).done(); err != nil {
			return err
		}
	}
	return nil
}

// undone forgets what a transaction has numbered that was not committed: the next
// one gives the same numbers to others.
func (w *balanceWriter) undone() {
	for _, of := range w.fresh {
		delete(w.numbers, of)
	}
	w.fresh = w.fresh[:0]
}
