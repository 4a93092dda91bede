package stock_test

import (
	"testing"

	"crossdock/core/fault"
	"crossdock/core/stock"
)

// The numbers are hashed and the names are stored: this table only grows.
func TestKindsAreForEver(t *testing.T) {
	golden := []struct {
		kind     stock.Kind
		number   uint8
		name     string
		external bool
	}{
		{stock.Available, 1, "available", false},
		{stock.Quota, 2, "quota", false},
		{stock.Allocated, 3, "allocated", false},
		{stock.Picked, 4, "picked", false},
		{stock.InTransit, 5, "in_transit", false},
		{stock.Quarantine, 6, "quarantine", false},
		{stock.Damaged, 7, "damaged", false},
		{stock.Held, 8, "held", false},
		{stock.Promised, 9, "promised", false},
		{stock.Reserved, 10, "reserved", false},
		{stock.Expected, 32, "expected", false},
		{stock.ExpectedQuota, 33, "expected_quota", false},
		{stock.IncomingHeld, 34, "incoming_held", false},
		{stock.IncomingPromised, 35, "incoming_promised", false},
		{stock.Announced, 80, "announced", true},
		{stock.IncomingGranter, 81, "incoming_granter", true},
		{stock.Supplier, 64, "supplier", true},
		{stock.Customer, 65, "customer", true},
		{stock.Adjustment, 66, "adjustment", true},
		{stock.Granter, 67, "granter", true},
	}
	listed := map[stock.Kind]bool{}
	for _, want := range golden {
		listed[want.kind] = true
		parsed, err := stock.ParseKind(want.name)
		if uint8(want.kind) != want.number || want.kind.String() != want.name || want.kind.External() != want.external || parsed != want.kind || err != nil {
			t.Errorf("%s is number %d, called %s, external %t, and reads as %d, %v; want %+v",
				want.name, want.kind, want.kind, want.kind.External(), parsed, err, want)
		}
	}
	for n := range 256 {
		if kind := stock.Kind(n); kind.String() != "" && !listed[kind] {
			t.Errorf("kind %d, %s, is not in this table: add it", n, kind)
		}
	}
	for _, name := range []string{"", "Available", "kind-1"} {
		if kind, err := stock.ParseKind(name); !fault.Is(err, fault.Corrupt) || kind != 0 {
			t.Errorf("ParseKind(%q) = %s, %v; want a corrupt fault", name, kind, err)
		}
	}
}

func TestAccountNames(t *testing.T) {
	for want, account := range map[string]stock.Account{
		"available":      {Kind: stock.Available},
		"quota(store)":   stock.QuotaOf("store"),
		"held(wh1)":      stock.HeldAt("wh1"),
		"promised(wh1)":  stock.PromisedAt("wh1"),
		"granter(wh1)":   stock.GranterAt("wh1"),
		"in_transit(t1)": {Kind: stock.InTransit, Ref: "t1"},
	} {
		if account.String() != want {
			t.Errorf("%+v is called %s, want %s", account, account, want)
		}
	}
}

func FuzzParseKind(f *testing.F) {
	f.Add("available")
	f.Add("in_transit")
	f.Add("")
	f.Fuzz(func(t *testing.T, name string) {
		kind, err := stock.ParseKind(name)
		if (err == nil) != (kind.String() == name && name != "") {
			t.Errorf("ParseKind(%q) = %s, %v", name, kind, err)
		}
	})
}
