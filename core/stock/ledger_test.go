package stock_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// model is a ledger without any memory but the list of what it accepted.
type model struct {
	start, sealed, open []stock.Movement
}

func (m *model) balances() []stock.Balance {
	return stock.Fold(slices.Concat(m.start, m.sealed, m.open))
}

func (m *model) balance(sku id.SKU, account stock.Account) int64 {
	for _, b := range m.balances() {
		if b.SKU == sku && b.Account == account {
			return b.Units
		}
	}
	return 0
}

// nonZero is what a ledger and a fold have in common: accounts with units.
func nonZero(balances []stock.Balance) []stock.Balance {
	return slices.DeleteFunc(balances, func(b stock.Balance) bool { return b.Units == 0 })
}

func randomMovement(t *rapid.T, n int) stock.Movement {
	accounts := []stock.Account{
		{Kind: stock.Supplier},
		{Kind: stock.Available},
		stock.QuotaOf("store"),
		stock.QuotaOf("store2"),
		{Kind: stock.Allocated},
		{Kind: stock.Customer},
	}
	from := rapid.IntRange(0, len(accounts)-1).Draw(t, "from")
	to := rapid.IntRange(0, len(accounts)-2).Draw(t, "to")
	if to >= from {
		to++
	}
	m := movement()
	m.ID.UUID[14], m.ID.UUID[15] = byte(n>>8), byte(n)
	m.SKU = rapid.SampledFrom([]id.SKU{"a", "b"}).Draw(t, "sku")
	m.Quantity = rapid.Int64Range(1, 9).Draw(t, "quantity")
	m.From, m.To = accounts[from], accounts[to]
	return m
}

// TestLedgerAgainstFold books, undoes and seals at random, and compares the
// ledger after each step with the sum of what was accepted.
func TestLedgerAgainstFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var naive model
		for n := range rapid.IntRange(0, 8).Draw(t, "stored") {
			received := randomMovement(t, n)
			received.From, received.To = stock.Account{Kind: stock.Supplier}, stock.Account{Kind: stock.Available}
			naive.start = append(naive.start, received)
		}
		ledger := stock.NewLedger(naive.balances())
		for n := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				mark := rapid.IntRange(0, ledger.Mark()).Draw(t, "mark")
				ledger.Undo(mark)
				naive.open = naive.open[:mark:mark]
			case 1:
				seal(t, ledger, &naive)
			default:
				book(t, ledger, &naive, randomMovement(t, n))
			}
			holdsAlways(t, ledger, naive)
		}
	})
}

func book(t *rapid.T, ledger *stock.Ledger, naive *model, m stock.Movement) {
	short := !m.From.Kind.External() && naive.balance(m.SKU, m.From) < m.Quantity
	mark := ledger.Mark()
	err := ledger.Book(m)
	if short != fault.Is(err, fault.Short) || !short && err != nil {
		t.Fatalf("Book(%d of %s from %s) = %v with %d there", m.Quantity, m.SKU, m.From, err, naive.balance(m.SKU, m.From))
	}
	if err != nil {
		return
	}
	naive.open = append(naive.open, m)
	if since := ledger.Since(mark); len(since) != 1 || since[0] != m {
		t.Fatalf("Since(%d) = %v, want what was booked", mark, since)
	}
}

func seal(t *rapid.T, ledger *stock.Ledger, naive *model) {
	movements, balances := ledger.Seal()
	if diff := cmp.Diff(append([]stock.Movement(nil), naive.open...), append([]stock.Movement(nil), movements...)); diff != "" {
		t.Fatalf("sealed other movements than were booked (-want +got):\n%s", diff)
	}
	touched := map[stock.Balance]bool{}
	for _, m := range naive.open {
		touched[stock.Balance{SKU: m.SKU, Account: m.From, Units: naive.balance(m.SKU, m.From)}] = true
		touched[stock.Balance{SKU: m.SKU, Account: m.To, Units: naive.balance(m.SKU, m.To)}] = true
	}
	for _, b := range balances {
		if !touched[b] {
			t.Fatalf("sealed the balance %+v, want one of %v", b, touched)
		}
	}
	if len(balances) != len(touched) {
		t.Fatalf("sealed %d balances, want %d", len(balances), len(touched))
	}
	naive.sealed, naive.open = append(naive.sealed, naive.open...), nil
	if ledger.Mark() != 0 {
		t.Fatalf("%d movements are left after the seal", ledger.Mark())
	}
}

func holdsAlways(t *rapid.T, ledger *stock.Ledger, naive model) {
	all := ledger.Balances()
	sums := map[id.SKU]int64{}
	for _, b := range all {
		sums[b.SKU] += b.Units
		if b.Units < 0 && !b.Account.Kind.External() {
			t.Fatalf("%s of %s holds %d", b.Account, b.SKU, b.Units)
		}
		if ledger.Balance(b.SKU, b.Account) != b.Units {
			t.Fatalf("Balance(%s, %s) = %d, want %d", b.SKU, b.Account, ledger.Balance(b.SKU, b.Account), b.Units)
		}
	}
	for sku, sum := range sums {
		if sum != 0 {
			t.Fatalf("the accounts of %s sum to %d", sku, sum)
		}
	}
	if diff := cmp.Diff(append([]stock.Balance(nil), naive.balances()...), append([]stock.Balance(nil), nonZero(all)...)); diff != "" {
		t.Fatalf("the ledger differs from the fold (-fold +ledger):\n%s", diff)
	}
}

// TestFold says by hand what the twin of the ledger must come to.
func TestFold(t *testing.T) {
	received, granted, back := movement(), movement(), movement()
	received.From, received.To, received.Quantity = stock.Account{Kind: stock.Supplier}, stock.Account{Kind: stock.Available}, 10
	granted.From, granted.To, granted.Quantity = received.To, stock.QuotaOf("store"), 4
	back.From, back.To, back.Quantity = granted.To, granted.From, 4
	want := []stock.Balance{
		{SKU: "85123A", Account: stock.Account{Kind: stock.Available}, Units: 6},
		{SKU: "85123A", Account: stock.QuotaOf("store"), Units: 4},
		{SKU: "85123A", Account: stock.Account{Kind: stock.Supplier}, Units: -10},
	}
	if diff := cmp.Diff(want, stock.Fold([]stock.Movement{received, granted})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	want = []stock.Balance{{SKU: "85123A", Account: received.To, Units: 10}, {SKU: "85123A", Account: received.From, Units: -10}}
	if diff := cmp.Diff(want, stock.Fold([]stock.Movement{received, granted, back})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSealOfNothing(t *testing.T) {
	ledger := stock.NewLedger([]stock.Balance{{SKU: "a", Account: stock.Account{Kind: stock.Available}, Units: 1}})
	if movements, balances := ledger.Seal(); movements != nil || balances != nil {
		t.Errorf("Seal() = %v, %v; want nothing", movements, balances)
	}
}

// TestWhatWasSealedStays finds a ledger that goes on writing into its old journal.
func TestWhatWasSealedStays(t *testing.T) {
	ledger := stock.NewLedger(nil)
	first := movement()
	first.From = stock.Account{Kind: stock.Supplier}
	second := first
	second.SKU = "b"
	for _, m := range []stock.Movement{first, second} {
		if err := ledger.Book(m); err != nil {
			t.Fatal(err)
		}
		sealed, _ := ledger.Seal()
		defer func() {
			if len(sealed) != 1 || sealed[0] != m {
				t.Errorf("what was sealed has become %v, want %v", sealed, m)
			}
		}()
	}
}

func TestBalancesDoNotOverflow(t *testing.T) {
	for _, start := range []stock.Balance{
		{SKU: "85123A", Account: stock.Account{Kind: stock.Supplier}, Units: math.MinInt64 + 5},
		{SKU: "85123A", Account: stock.Account{Kind: stock.Available}, Units: math.MaxInt64 - 5},
	} {
		ledger := stock.NewLedger([]stock.Balance{start})
		m := movement()
		m.From, m.To = stock.Account{Kind: stock.Supplier}, stock.Account{Kind: stock.Available}
		m.Quantity = 6
		if err := ledger.Book(m); !fault.Is(err, fault.Invalid) || ledger.Balance(start.SKU, start.Account) != start.Units {
			t.Errorf("Book beyond 64 bits = %v; want an invalid fault and no change", err)
		}
		m.Quantity = 5
		if err := ledger.Book(m); err != nil {
			t.Errorf("Book up to 64 bits = %v", err)
		}
	}
}
