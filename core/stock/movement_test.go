package stock_test

import (
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

func movement() stock.Movement {
	return stock.Movement{
		ID: id.Movement{UUID: id.UUID{1, 2, 3}}, At: time.Date(2026, 11, 27, 8, 9, 10, 123456000, time.UTC),
		SKU: "85123A", Quantity: 6, From: stock.QuotaOf("store"), To: stock.Account{Kind: stock.Allocated},
		Reason: stock.AllocatedTo, Order: id.Order{UUID: id.UUID{4, 5, 6}}, Line: 2, Cause: "accepted",
	}
}

type change struct {
	name   string
	change func(m *stock.Movement)
}

// changes are one change of each field of a movement that a hash must cover.
var changes = []change{
	{"ID", func(m *stock.Movement) { m.ID.UUID[15]++ }},
	{"At", func(m *stock.Movement) { m.At = m.At.Add(time.Microsecond) }},
	{"SKU", func(m *stock.Movement) { m.SKU = "85123B" }},
	{"Quantity", func(m *stock.Movement) { m.Quantity++ }},
	{"From.Kind", func(m *stock.Movement) { m.From.Kind = stock.Held }},
	{"From.Ref", func(m *stock.Movement) { m.From.Ref = "store2" }},
	{"To.Kind", func(m *stock.Movement) { m.To.Kind = stock.Picked }},
	{"To.Ref", func(m *stock.Movement) { m.To.Ref = "x" }},
	{"Reason", func(m *stock.Movement) { m.Reason = stock.Released }},
	{"Order", func(m *stock.Movement) { m.Order.UUID[15]++ }},
	{"Line", func(m *stock.Movement) { m.Line++ }},
	{"Cause", func(m *stock.Movement) { m.Cause = "" }},
	{"a letter from SKU to From.Ref", func(m *stock.Movement) { m.SKU, m.From.Ref = "85123", "Astore" }},
	{"From and To swapped", func(m *stock.Movement) { m.From, m.To = m.To, m.From }},
}

func TestChainCoversEveryField(t *testing.T) {
	before := stock.Hash{1}
	seen := map[stock.Hash]string{movement().Chain(before): "nothing"}
	if same := movement(); same.Chain(before) != movement().Chain(before) {
		t.Error("the hash differs from call to call")
	}
	seen[movement().Chain(stock.Hash{2})] = "the movement before"
	seen[movement().Chain(stock.Hash{})] = "no movement before"
	if len(seen) != 3 {
		t.Error("the hash does not cover the movement before")
	}
	for _, c := range changes {
		m := movement()
		c.change(&m)
		if other, twice := seen[m.Chain(before)]; twice {
			t.Errorf("a change of %s gives the same hash as a change of %s", c.name, other)
		}
		seen[m.Chain(before)] = c.name
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[stock.Movement]()) {
		if !slices.ContainsFunc(changes, func(c change) bool { return strings.HasPrefix(c.name, field.Name) }) {
			t.Errorf("no change of %s is tried", field.Name)
		}
	}
}

// The hashes are stored for ever: this one must never change.
func TestChainIsForEver(t *testing.T) {
	const want = "1cedd5b0b6cf2021f1d1eba5e39f9b2a01097be0e5d0e80e8e273fe484a7e34e"
	hash := movement().Chain(stock.Hash{1})
	if got := hex.EncodeToString(hash[:]); got != want {
		t.Errorf("the hash has become %s, was %s", got, want)
	}
	elsewhere := movement()
	elsewhere.At = elsewhere.At.In(time.FixedZone("", 3600))
	if elsewhere.Chain(stock.Hash{1}) != hash {
		t.Error("the hash depends on the zone in which the time is told")
	}
}

func TestMovementCheck(t *testing.T) {
	for _, test := range []struct {
		name   string
		want   fault.Kind
		change func(m *stock.Movement)
	}{
		{"no identifier", fault.Invalid, func(m *stock.Movement) { m.ID = id.Movement{} }},
		{"no SKU", fault.Invalid, func(m *stock.Movement) { m.SKU = "" }},
		{"no units", fault.Invalid, func(m *stock.Movement) { m.Quantity = 0 }},
		{"below zero", fault.Invalid, func(m *stock.Movement) { m.Quantity = -1 }},
		{"to itself", fault.Invalid, func(m *stock.Movement) { m.To = m.From }},
		{"from nowhere", fault.Invalid, func(m *stock.Movement) { m.From = stock.Account{} }},
		{"to an unknown account", fault.Invalid, func(m *stock.Movement) { m.To.Kind = 63 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := movement()
			test.change(&m)
			if err := m.Check(); err == nil || fault.KindOf(err) != test.want {
				t.Errorf("Check() = %v, want a fault that is %s", err, test.want)
			}
			ledger := stock.NewLedger([]stock.Balance{{SKU: m.SKU, Account: m.From, Units: 100}})
			if err := ledger.Book(m); err == nil || ledger.Mark() != 0 {
				t.Errorf("Book() = %v; want it refused", err)
			}
		})
	}
	if err := movement().Check(); err != nil {
		t.Errorf("a good movement is refused: %v", err)
	}
	toAnotherStore := movement()
	toAnotherStore.To = stock.QuotaOf("store2")
	if err := toAnotherStore.Check(); err != nil {
		t.Errorf("two accounts of one kind are taken for one: %v", err)
	}
}

// The words are stored and hashed.
func TestReasonsAreForEver(t *testing.T) {
	for got, want := range map[stock.Reason]string{
		stock.Received: "received", stock.Granted: "granted", stock.Returned: "returned", stock.AllocatedTo: "allocated",
		stock.Released: "released", stock.PickedFor: "picked", stock.Shipped: "shipped", stock.TransferredOut: "transferred_out",
		stock.TransferredIn: "transferred_in", stock.Adjusted: "adjusted", stock.DamagedOut: "damaged", stock.CustomerReturn: "customer_return",
	} {
		if string(got) != want {
			t.Errorf("%q was %q", got, want)
		}
	}
}
