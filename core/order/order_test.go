package order_test

import (
	"math"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/stock"
)

func TestAddressCheck(t *testing.T) {
	for _, test := range []struct {
		name, field string
		change      func(a *order.Address)
	}{
		{"good", "", func(*order.Address) {}},
		{"name and district alone", "", func(a *order.Address) { *a = order.Address{Name: "Zoë", District: "north"} }},
		{"no name", "name", func(a *order.Address) { a.Name = "" }},
		{"blank name", "name", func(a *order.Address) { a.Name = " " }},
		{"long name", "name", func(a *order.Address) { a.Name = strings.Repeat("x", 101) }},
		{"long street", "street", func(a *order.Address) { a.Street = strings.Repeat("x", 201) }},
		{"long postal code", "postal_code", func(a *order.Address) { a.PostalCode = strings.Repeat("x", 21) }},
		{"long city", "city", func(a *order.Address) { a.City = strings.Repeat("x", 101) }},
		{"long e-mail", "email", func(a *order.Address) { a.Email = strings.Repeat("x", 255) }},
		{"long phone", "phone", func(a *order.Address) { a.Phone = strings.Repeat("1", 41) }},
		{"no e-mail", "email", func(a *order.Address) { a.Email = "no" }},
		{"no phone", "phone", func(a *order.Address) { a.Phone = "abc" }},
		{"two lines", "name", func(a *order.Address) { a.Name = "Ann\nBob" }},
		{"turned text", "name", func(a *order.Address) { a.Name = "Ann\u202e" }},
		{"control character", "phone", func(a *order.Address) { a.Phone = "1\x00" }},
		{"no district", "district", func(a *order.Address) { a.District = "" }},
		{"bad district", "district", func(a *order.Address) { a.District = "The North" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := order.Address{Name: "Zoë", Street: "Kaj 5", PostalCode: "8000", City: "Århus", District: "north", Email: "zoe@example.com", Phone: "+45 1234"}
			test.change(&a)
			err := a.Check()
			if test.field == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if _, field := fault.Public(err); !fault.Is(err, fault.Invalid) || field != test.field {
				t.Errorf("got %v at %q, want an invalid fault at %q", err, field, test.field)
			}
		})
	}
}

func TestCheckQuantity(t *testing.T) {
	for units, ok := range map[int64]bool{
		1: true, stock.MaxQuantity: true,
		0: false, -1: false, math.MinInt64: false, stock.MaxQuantity + 1: false, math.MaxInt64: false,
	} {
		err := order.CheckQuantity("lines[0].quantity", units)
		if (err == nil) != ok {
			t.Errorf("CheckQuantity(%d) = %v, want accepted: %t", units, err, ok)
		}
		if _, field := fault.Public(err); !ok && (!fault.Is(err, fault.Invalid) || field != "lines[0].quantity") {
			t.Errorf("CheckQuantity(%d) = %v at %q, want an invalid fault at the field", units, err, field)
		}
	}
}

func TestSum(t *testing.T) {
	line := func(minor int64, currency money.Currency, quantity int64) order.Line {
		return order.Line{Price: money.Of(minor, currency), Quantity: quantity}
	}
	for _, test := range []struct {
		name  string
		lines []order.Line
		want  money.Amount
		ok    bool
	}{
		{"nothing", nil, money.Amount{}, true},
		{"two lines", []order.Line{line(255, "GBP", 6), line(11, "GBP", 1)}, money.Of(1541, "GBP"), true},
		{"as much as can be counted", []order.Line{line(math.MaxInt64-1, "GBP", 1), line(1, "GBP", 1)}, money.Of(math.MaxInt64, "GBP"), true},
		{"the sum overflows", []order.Line{line(math.MaxInt64, "GBP", 1), line(1, "GBP", 1)}, money.Amount{}, false},
		{"a product overflows", []order.Line{line(math.MaxInt64/2, "GBP", 3)}, money.Amount{}, false},
		{"two currencies", []order.Line{line(1, "GBP", 1), line(1, "EUR", 1)}, money.Amount{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := order.Sum(test.lines)
			if got != test.want || (err == nil) != test.ok || !test.ok && !fault.Is(err, fault.Invalid) {
				t.Errorf("Sum = %v, %v; want %v, accepted: %t", got, err, test.want, test.ok)
			}
		})
	}
}

func TestLineByNumber(t *testing.T) {
	inOrder := order.Order{Lines: []order.Line{{Number: 1}, {Number: 2}}}
	mixed := order.Order{Lines: []order.Line{{Number: 7}, {Number: 1}}}
	for _, test := range []struct {
		o      order.Order
		number int
		want   int // index, or -1
	}{{inOrder, 1, 0}, {inOrder, 2, 1}, {inOrder, 3, -1}, {inOrder, 0, -1}, {inOrder, -1, -1}, {mixed, 1, 1}, {mixed, 7, 0}, {mixed, 2, -1}} {
		got := test.o.Line(test.number)
		if test.want < 0 && got != nil || test.want >= 0 && got != &test.o.Lines[test.want] {
			t.Errorf("Line(%d) of %v = %v, want that at %d", test.number, test.o.Lines, got, test.want)
		}
	}
}
