package main

import (
	"regexp"
	"strings"
	"testing"

	"crossdock/api"
)

func TestShipping(t *testing.T) {
	cases := []struct {
		want string
		all  []units
	}{
		{"", nil},
		{"3 x MUG", []units{{"MUG", 3, 0}}},
		{"3 x MUG, voided", []units{{"MUG", 3, 3}}},
		{"3 x MUG, 1 x TRAY, voided", []units{{"MUG", 3, 3}, {"TRAY", 1, 1}}},
		{"3 x MUG (voided), 1 x TRAY", []units{{"MUG", 3, 3}, {"TRAY", 1, 0}}},
		{"2 x MUG (1 more voided)", []units{{"MUG", 3, 1}}},
	}
	for _, c := range cases {
		if got := shipping(c.all); got != c.want {
			t.Errorf("%v: got %q, want %q", c.all, got, c.want)
		}
	}
}

func TestOrderStatus(t *testing.T) {
	cases := []struct {
		want  string
		order api.Order
	}{
		{"placed", api.Order{Status: "placed"}},
		{"placed; a void was asked, the warehouses decide", api.Order{Status: "placed", VoidAsked: true, Reason: "late"}},
		{"voided: late", api.Order{Status: "voided", VoidAsked: true, Reason: "late"}},
		{"voided", api.Order{Status: "voided"}},
	}
	for _, c := range cases {
		if got := orderStatus(c.order); got != c.want {
			t.Errorf("%s, asked %v: got %q, want %q", c.order.Status, c.order.VoidAsked, got, c.want)
		}
	}
}

// TestStoresAreTold: two stores on one warehouse both have an order 1.
func TestStoresAreTold(t *testing.T) {
	both := func(of func() error, out *strings.Builder) {
		if err := of(); err != nil {
			t.Error(err)
		}
		for _, store := range []string{"store", "annex"} {
			if !regexp.MustCompile(`(?m)^wh1 +` + store + ` +1 `).MatchString(out.String()) {
				t.Errorf("no row for the order 1 of %s:\n%s", store, out)
			}
		}
	}
	var out strings.Builder
	p := program{stdout: &out}
	both(func() error {
		return p.printFulfillments([]api.Fulfillment{{Warehouse: "wh1", Store: "store", Number: 1}, {Warehouse: "wh1", Store: "annex", Number: 1}})
	}, &out)
	out.Reset()
	line := []api.ReturnLine{{Line: 1, SKU: "MUG"}}
	both(func() error {
		return p.printTable(returnLines([]api.Return{
			{Warehouse: "wh1", Store: "store", Number: 1, Lines: line}, {Warehouse: "wh1", Store: "annex", Number: 1, Lines: line},
		}), "")
	}, &out)
}

// TestVoidedShipsNothing: neither from anywhere, nor on any day.
func TestVoidedShipsNothing(t *testing.T) {
	promise := &api.Promise{From: "2026-11-23", To: "2026-11-25"}
	o := api.Order{Number: 7, Status: "sent", Promise: promise, Fulfillments: []api.OrderFulfillment{
		{Warehouse: "wh1", Status: "voided", Promise: promise}, {Warehouse: "wh2", Status: "sent", Promise: promise},
	}}
	show := func() string {
		var out strings.Builder
		p := program{stdout: &out}
		for _, table := range []*table{orderHead(o), orderFulfillments(o)} {
			if err := p.printTable(table, ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.printOrders([]api.Order{o}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const day = "2026-11-23 to 2026-11-25"
	if got := show(); strings.Count(got, day) != 2 || shippers(o) != "wh2" {
		t.Errorf("one of two parts is called off; it ships from %q:\n%s", shippers(o), got)
	}
	o.Status, o.Fulfillments[1].Status = "voided", "voided"
	if got := show(); strings.Contains(got, day) || shippers(o) != "" {
		t.Errorf("all is called off; it ships from %q:\n%s", shippers(o), got)
	}
}

func TestFulfillmentNote(t *testing.T) {
	cases := []struct {
		want string
		part api.OrderFulfillment
	}{
		{"", api.OrderFulfillment{}},
		{"", api.OrderFulfillment{NotBefore: "2026-12-01"}}, // it was asked since
		{"not asked yet", api.OrderFulfillment{Unasked: true}},
		{"not asked before 2026-12-01", api.OrderFulfillment{Unasked: true, NotBefore: "2026-12-01"}},
		{"moves to wh2; asked for the new address", api.OrderFulfillment{MovingTo: "wh2", Redirect: "asked"}},
		{"goes to the new address", api.OrderFulfillment{Redirect: "done"}},
		{"goes to the old address", api.OrderFulfillment{Redirect: "refused"}},
	}
	for _, c := range cases {
		if got := fulfillmentNote(c.part); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestPromiseText(t *testing.T) {
	for want, promise := range map[string]*api.Promise{
		"": nil, "2026-11-23": {From: "2026-11-23", To: "2026-11-23"}, "2026-11-23 to 2026-11-25": {From: "2026-11-23", To: "2026-11-25"},
	} {
		if got := promiseText(promise); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
