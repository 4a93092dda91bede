package stock

import (
	"cmp"
	"math"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Ledger holds the balances of one site in memory. It is not for concurrent use.
//
// A caller that books several movements as one takes a Mark first and calls
// Undo with it when a later movement is refused.
type Ledger struct {
	balances map[key]int64
	journal  []Movement // booked since the last Seal
}

type key struct {
	sku     id.SKU
	account Account
}

// NewLedger returns a ledger that starts from stored balances.
func NewLedger(balances []Balance) *Ledger {
	l := &Ledger{balances: make(map[key]int64, len(balances))}
	for _, b := range balances {
		l.balances[key{b.SKU, b.Account}] = b.Units
	}
	return l
}

// Balance returns the units in an account; one never moved holds none.
func (l *Ledger) Balance(sku id.SKU, account Account) int64 {
	return l.balances[key{sku, account}]
}

// Book applies m. Where an internal account would fall below zero it changes
// nothing and returns fault.Short; where a balance would not fit into 64 bits,
// fault.Invalid.
func (l *Ledger) Book(m Movement) error {
	if err := m.Check(); err != nil {
		return err
	}
	from, to := key{m.SKU, m.From}, key{m.SKU, m.To}
	have := l.balances[from]
	if !m.From.Kind.External() && have < m.Quantity {
		return fault.New(fault.Short, "%s of %s holds %d, not %d", m.From, m.SKU, have, m.Quantity)
	}
	if have < math.MinInt64+m.Quantity || l.balances[to] > math.MaxInt64-m.Quantity {
		return fault.New(fault.Invalid, "%d units of %s are more than can be counted", m.Quantity, m.SKU)
	}
	l.balances[from] = have - m.Quantity
	l.balances[to] += m.Quantity
	l.journal = append(l.journal, m)
	return nil
}

// Mark names this moment for Undo.
func (l *Ledger) Mark() int { return len(l.journal) }

// Undo takes back every movement booked since the mark.
func (l *Ledger) Undo(mark int) {
	for _, m := range slices.Backward(l.journal[mark:]) {
		l.balances[key{m.SKU, m.From}] += m.Quantity
		l.balances[key{m.SKU, m.To}] -= m.Quantity
	}
	l.journal = l.journal[:mark]
}

// Since returns what was booked since the mark. The slice is valid until the
// next Undo or Seal.
func (l *Ledger) Since(mark int) []Movement { return l.journal[mark:] }

// Seal ends a batch: it returns the movements booked since the last Seal and
// the new balance of each account they touched, in order of SKU and account.
func (l *Ledger) Seal() ([]Movement, []Balance) {
	if len(l.journal) == 0 {
		return nil, nil
	}
	touched := make(map[key]struct{}, len(l.journal)*2)
	for _, m := range l.journal {
		touched[key{m.SKU, m.From}] = struct{}{}
		touched[key{m.SKU, m.To}] = struct{}{}
	}
	balances := make([]Balance, 0, len(touched))
	for k := range touched {
		balances = append(balances, Balance{k.sku, k.account, l.balances[k]})
	}
	SortBalances(balances)
	journal := l.journal
	l.journal = nil
	return journal, balances
}

// Balances returns every balance in order of SKU and account.
func (l *Ledger) Balances() []Balance {
	all := make([]Balance, 0, len(l.balances))
	for k, units := range l.balances {
		all = append(all, Balance{k.sku, k.account, units})
	}
	SortBalances(all)
	return all
}

// SortBalances puts balances in order of SKU, kind and ref.
func SortBalances(balances []Balance) {
	slices.SortFunc(balances, func(a, b Balance) int {
		return cmp.Or(
			cmp.Compare(a.SKU, b.SKU),
			cmp.Compare(a.Account.Kind, b.Account.Kind),
			cmp.Compare(a.Account.Ref, b.Account.Ref))
	})
}

// Fold returns the balances that the movements add up to, in order of SKU and
// account, leaving out accounts that end at zero. It is the obviously correct
// twin of Ledger, and what the audit holds the stored balances against.
func Fold(movements []Movement) []Balance {
	sums := map[key]int64{}
	for _, m := range movements {
		sums[key{m.SKU, m.From}] -= m.Quantity
		sums[key{m.SKU, m.To}] += m.Quantity
	}
	var balances []Balance
	for k, units := range sums {
		if units != 0 {
			balances = append(balances, Balance{k.sku, k.account, units})
		}
	}
	SortBalances(balances)
	return balances
}
