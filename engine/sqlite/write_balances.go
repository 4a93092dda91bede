package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/id"
	"crossdock/core/stock"
)

// together is how many numbers in a row are for the accounts of one product.
const together = 16

// balanceWriter writes balances by the numbers of their accounts. An account has
// one for good, and is remembered from when it is first written, so that as a rule
// no name is looked up.
type balanceWriter struct {
	find, given *sqlite.Stmt
	add, units  *bulk

	numbers map[account]int64
	fresh   []account // whose numbers were given in this transaction
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
		given: p.stmt(`
			SELECT coalesce((SELECT min(number) FROM accounts), 0),
			       coalesce((SELECT max(number) FROM accounts), 0),
			       coalesce((SELECT max(number) FROM accounts WHERE sku = ?), 0)`),
		add: p.single(`
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
	w.fresh = w.fresh[:0]
	w.units.expect(len(balances))
	for i := range balances {
		b := &balances[i]
		number, err := w.number(account{b.SKU, b.Account})
		if err != nil {
			return err
		}
		if err := w.units.row().int(number).int(b.Units).done(); err != nil {
			return err
		}
	}
	return nil
}

// number returns the number of an account, and gives it one if it has none.
func (w *balanceWriter) number(of account) (int64, error) {
	if number, known := w.numbers[of]; known {
		return number, nil
	}
	number, err := w.stored(of)
	if err != nil {
		return 0, err
	}
	if number == 0 {
		if number, err = w.next(of); err != nil {
			return 0, err
		}
		w.fresh = append(w.fresh, of)
		if err := w.add.only().int(number).text(string(of.sku)).text(of.Kind.String()).text(of.Ref).done(); err != nil {
			return 0, err
		}
	}
	w.numbers[of] = number
	return number, nil
}

// stored returns the number that an account has in the database, or 0.
func (w *balanceWriter) stored(of account) (number int64, err error) {
	w.find.BindText(1, string(of.sku))
	w.find.BindText(2, of.Kind.String())
	w.find.BindText(3, of.Ref)
	there, err := w.find.Step()
	if err != nil {
		return 0, err
	}
	if there {
		number = w.find.ColumnInt64(0)
	}
	return number, w.find.Reset()
}

// next returns a number for an account that has none: below zero for one of the
// outside world, else beside those of the same product.
func (w *balanceWriter) next(of account) (int64, error) {
	w.given.BindText(1, string(of.sku))
	if _, err := w.given.Step(); err != nil {
		return 0, err
	}
	lowest, highest, beside := w.given.ColumnInt64(0), w.given.ColumnInt64(1), w.given.ColumnInt64(2)
	if err := w.given.Reset(); err != nil {
		return 0, err
	}
	switch {
	case of.Kind.External():
		return min(lowest, 0) - 1, nil
	case beside > 0 && (beside+1)%together != 0:
		return beside + 1, nil
	default:
		return (max(highest, 0)/together + 1) * together, nil
	}
}

// ended forgets the numbers that were given in a transaction that is not to be:
// the next one gives them to other accounts.
func (w *balanceWriter) ended(written bool) {
	if !written {
		for _, of := range w.fresh {
			delete(w.numbers, of)
		}
	}
	w.fresh = w.fresh[:0]
}
