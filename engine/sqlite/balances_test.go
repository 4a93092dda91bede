package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// TestBalancesAfterFailure has a commit fail after it has given numbers to two
// accounts. What comes next must not write the units of one under the number of
// another.
func TestBalancesAfterFailure(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "store.db"))
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	balance := func(sku id.SKU, account stock.Account, units int64) stock.Balance {
		return stock.Balance{SKU: sku, Account: account, Units: units}
	}
	commit := func(balances ...stock.Balance) error {
		batch := &store.Changes{}
		batch.Books.Balances = balances
		return s.Commit(t.Context(), batch)
	}
	held, granter := stock.HeldAt("wh1"), stock.GranterAt("wh1")
	failed := commit(balance("lost", held, 1), balance("lost", granter, -1), balance("lost", stock.PromisedAt("wh1"), -1))
	if !fault.Is(failed, fault.Conflict) {
		t.Fatalf("a balance below zero: %v", failed)
	}
	for _, balances := range [][]stock.Balance{
		{balance("mug", held, 2), balance("mug", granter, -2)},
		{balance("lost", held, 3), balance("lost", granter, -3)},
		{balance("mug", granter, -4), balance("mug", held, 4), balance("mug", held, 5)}, // the last one counts
	} {
		if err := commit(balances...); err != nil {
			t.Fatal(err)
		}
	}
	want := []stock.Balance{
		balance("lost", held, 3), balance("lost", granter, -3), balance("mug", held, 5), balance("mug", granter, -4),
	}
	loaded, err := s.Load(t.Context())
	if diff := cmp.Diff(want, loaded.Books.Balances); err != nil || diff != "" {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
}

// TestBalanceNumbers reads balances that were numbered by a process before, and
// by a migration.
func TestBalanceNumbers(t *testing.T) {
	path := firstVersion(t, "store",
		"INSERT INTO site VALUES (1, 'store', 'store', 7)",
		"INSERT INTO balances VALUES ('mug', 'granter', 'wh1', -9), ('mug', 'held', 'wh1', 4), ('mug', 'promised', 'wh1', 5)")
	want := []stock.Balance{
		{SKU: "mug", Account: stock.HeldAt("wh1"), Units: 2},
		{SKU: "mug", Account: stock.PromisedAt("wh1"), Units: 8},
		{SKU: "mug", Account: stock.GranterAt("wh1"), Units: -10},
		{SKU: "pot", Account: stock.HeldAt("wh1"), Units: 1},
		{SKU: "pot", Account: stock.GranterAt("wh1"), Units: -1},
	}
	for _, next := range [][]stock.Balance{want[2:], want[:2]} {
		s := openStore(t, path)
		batch := &store.Changes{}
		batch.Books.Balances = next
		if err := s.Commit(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := openStore(t, path)
	loaded, err := s.Load(t.Context())
	if diff := cmp.Diff(want, loaded.Books.Balances); err != nil || diff != "" {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBalanceOfManyAccounts gives a product more accounts than there are numbers
// in a row, before a migration and after it.
func TestBalanceOfManyAccounts(t *testing.T) {
	const before, after = 40, 90
	var want []stock.Balance
	statements := []string{"INSERT INTO site VALUES (1, 'store', 'store', 7)"}
	for n := range after {
		for _, sku := range []id.SKU{"mug", "pot"} {
			account := stock.HeldAt(id.Site(fmt.Sprintf("wh%03d", n)))
			want = append(want, stock.Balance{SKU: sku, Account: account, Units: int64(1000 + n)})
			if n < before {
				statements = append(statements, fmt.Sprintf("INSERT INTO balances VALUES ('%s', 'held', '%s', %d)", sku, account.Ref, n))
			}
		}
	}
	s := openStore(t, firstVersion(t, "store", statements...))
	batch := &store.Changes{}
	batch.Books.Balances = want
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	stock.SortBalances(want)
	loaded, err := s.Load(t.Context())
	if diff := cmp.Diff(want, loaded.Books.Balances); err != nil || diff != "" {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
