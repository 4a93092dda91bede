package catalog_test

import (
	"strings"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// holds reports a check whose outcome is not the field wanted; "" wants no fault.
func holds(t *testing.T, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if _, at := fault.Public(err); !fault.Is(err, fault.Invalid) || at != field {
		t.Errorf("got %v at %q, want an invalid fault at %q", err, at, field)
	}
}

func TestProductCheck(t *testing.T) {
	for _, test := range []struct {
		name, field string
		change      func(p *catalog.Product)
	}{
		{"good", "", func(*catalog.Product) {}},
		{"free of charge", "", func(p *catalog.Product) { p.Price.Minor = 0 }},
		{"no description", "", func(p *catalog.Product) { p.Description = "" }},
		{"longest name", "", func(p *catalog.Product) { p.Name = strings.Repeat("é", catalog.MaxName) }},
		{"no SKU", "sku", func(p *catalog.Product) { p.SKU = "" }},
		{"bad SKU", "sku", func(p *catalog.Product) { p.SKU = "a,b" }},
		{"no name", "name", func(p *catalog.Product) { p.Name = "" }},
		{"blank name", "name", func(p *catalog.Product) { p.Name = " \n\u00a0" }},
		{"long name", "name", func(p *catalog.Product) { p.Name = strings.Repeat("é", catalog.MaxName+1) }},
		{"long description", "description", func(p *catalog.Product) { p.Description = strings.Repeat("x", catalog.MaxDescription+1) }},
		{"no type", "type", func(p *catalog.Product) { p.Type = "" }},
		{"no category", "category", func(p *catalog.Product) { p.Category = "" }},
		{"no currency", "price", func(p *catalog.Product) { p.Price = money.Amount{} }},
		{"unknown currency", "price", func(p *catalog.Product) { p.Price.Currency = "XXX" }},
		{"below zero", "price", func(p *catalog.Product) { p.Price.Minor = -1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := catalog.Product{
				SKU: "85123A", Name: "White hanging heart", Description: "Holds a tea light.\nFor indoors.",
				Type: "home", Category: "candles", Price: money.Of(255, "GBP"),
			}
			test.change(&p)
			holds(t, p.Check(), test.field)
		})
	}
}

func TestDistrictCheck(t *testing.T) {
	for _, test := range []struct {
		name, field string
		district    catalog.District
	}{
		{"good", "", catalog.District{Code: "north", Name: "The North", Warehouses: []id.Site{"wh1", "wh2"}}},
		{"no code", "code", catalog.District{Name: "The North", Warehouses: []id.Site{"wh1"}}},
		{"bad code", "code", catalog.District{Code: "The North", Name: "The North", Warehouses: []id.Site{"wh1"}}},
		{"no name", "name", catalog.District{Code: "north", Warehouses: []id.Site{"wh1"}}},
		{"no warehouse", "warehouses", catalog.District{Code: "north", Name: "The North"}},
		{"a warehouse twice", "warehouses", catalog.District{Code: "north", Name: "The North", Warehouses: []id.Site{"wh1", "wh2", "wh1"}}},
		{"no site name", "warehouses", catalog.District{Code: "north", Name: "The North", Warehouses: []id.Site{"wh.1"}}},
	} {
		t.Run(test.name, func(t *testing.T) { holds(t, test.district.Check(), test.field) })
	}
}

func TestCheckText(t *testing.T) {
	for _, test := range []struct {
		name, text  string
		least, most int
		ok          bool
	}{
		{"empty, where it may be", "", 0, 5, true},
		{"empty, where it may not be", "", 1, 5, false},
		{"white space, where it may be", "  ", 0, 5, true},
		{"white space alone", " \u2003\n", 1, 5, false},
		{"shortest", "ab", 2, 5, true},
		{"too short", "a", 2, 5, false},
		{"longest, in characters", "ééééé", 1, 5, true},
		{"longest, of four bytes each", "🛒🛒🛒🛒🛒", 1, 5, true},
		{"too long", "abcdef", 1, 5, false},
		{"1 MiB", strings.Repeat("a", 1<<20), 0, 5, false},
		{"invalid UTF-8", "a\xff", 0, 5, false},
		{"half a character", "é"[:1], 0, 5, false},
		{"a surrogate", "\xed\xa0\x80", 0, 5, false},
		{"line break", "a\nb", 0, 5, true},
		{"carriage return", "a\rb", 0, 5, false},
		{"tab", "a\tb", 0, 5, false},
		{"zero", "a\x00b", 0, 5, false},
		{"escape", "\x1b[1m", 0, 5, false},
		{"delete", "a\x7f", 0, 5, false},
		{"C1 control", "a\u009bb", 0, 5, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			field := "label"
			if test.ok {
				field = ""
			}
			holds(t, catalog.CheckText("label", test.text, test.least, test.most), field)
		})
	}
}
