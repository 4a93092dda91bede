package main

import (
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
