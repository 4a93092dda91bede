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
