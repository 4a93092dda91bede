package store

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
)

// TestDebtors: who are one, and who are not.
func TestDebtors(t *testing.T) {
	ann, bob := id.User{UUID: id.UUID{1}}, id.User{UUID: id.UUID{2}}
	of := func(customer id.User, email, phone string) debtor {
		return debtorOf(order.Order{Customer: customer, Address: order.Address{Email: email, Phone: phone}})
	}
	apart := map[debtor]int{}
	for i, group := range [][]debtor{
		{of(ann, "a@example.org", "12345"), of(ann, "", "")},
		{of(bob, "a@example.org", "12345"), of(bob, "b@example.org", "")},
		{of(id.User{}, "a@example.org", "12345"), of(id.User{}, " A@Example.org\t", "")},
		{of(id.User{}, "b@example.org", "12345"), of(id.User{}, "B@EXAMPLE.ORG", "54321")},
		{of(id.User{}, "", "12345"), of(id.User{}, " ", "(1) 23-45")},
		{of(id.User{}, "", "54321")},
		{of(id.User{}, "", ""), of(id.User{}, " ", " "), nameless},
	} {
		for _, who := range group {
			if other, there := apart[who]; there && other != i {
				t.Errorf("%q is of the groups %d and %d", who, other, i)
			}
			apart[who] = i
		}
	}
	if len(apart) != 7 {
		t.Errorf("%d debtors, want 7: %v", len(apart), apart)
	}
}

// TestOwing counts as a look at all orders does, whatever becomes of them, and again
// when it is loaded.
func TestOwing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	l, orders := newLive(Snapshot{}), map[id.Order]order.Order{}
	for range 3000 {
		o := order.Order{
			ID: id.Order{UUID: id.UUID{byte(random.IntN(40))}}, Payment: string(pay.Methods()[random.IntN(len(pay.Methods()))]),
			Total: money.Of(int64(random.IntN(3)), "GBP"), PlacedAt: noon, Unpaid: random.IntN(3) > 0,
			Address:      order.Address{Email: []string{"", "a@example.org", "A@example.org", "b@example.org"}[random.IntN(4)]},
			Fulfillments: []order.Fulfillment{{Unasked: random.IntN(2) > 0}},
		}
		orders[o.ID] = o
		l.follow(o)
	}
	want, again := map[debtor]int{}, Snapshot{}
	for _, o := range orders {
		again.Unsettled = append(again.Unsettled, o)
		if o.Unpaid && o.Payment == "bank-transfer" && o.Total.Minor > 0 {
			want[debtorOf(o)]++
		}
	}
	if diff := cmp.Diff(want, l.owing); diff != "" || len(want) == 0 {
		t.Errorf("followed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, newLive(again).owing); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
}
