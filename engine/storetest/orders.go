package storetest

import (
	"sync"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// ordered is a store with orders 1 to 9, written in no order: every third one
// sent, odd ones by customer 1, 2 and 6 by a guest, the rest by customer 2.
// All have the same times, and 8 and 9 the same reference.
func ordered(t *testing.T, f StoreFactory) (*storeRig, []order.Order) {
	r := openStore(t, f)
	r.commit(&store.Changes{Users: []store.User{user(1), user(2)}})
	orders := make([]order.Order, 10)
	for _, n := range []int{5, 2, 9, 1, 3, 8, 4, 7, 6} {
		o := newOrder(n)
		o.PlacedAt, o.ChangedAt = when(0), when(0)
		o.Customer = []id.User{userID(2), userID(1)}[n%2]
		if n == 2 || n == 6 {
			o.Customer = id.User{}
		}
		if n%3 == 0 {
			o.Status = order.Sent
		}
		if n >= 8 {
			o.Reference = "same ✓"
		}
		if n == 9 {
			o.PlacedAt = when(-1_000_000) // imported: the newest order, placed long ago
		}
		orders[n] = o
		r.commit(&store.Changes{Orders: []order.Order{o}})
	}
	return r, orders
}

// list makes of an order what stands on a page.
func list(orders []order.Order, numbers ...int) []order.Order {
	var page []order.Order
	for _, n := range numbers {
		o := orders[n].Clone()
		o.Lines = nil
		for i := range o.Fulfillments {
			o.Fulfillments[i].Lines = nil
		}
		page = append(page, o)
	}
	return page
}

func testOrderPages(t *testing.T, f StoreFactory) {
	r, orders := ordered(t, f)
	for _, test := range []struct {
		name string
		q    store.OrderQuery
		want []int
	}{
		{"all", store.OrderQuery{}, []int{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"customer", store.OrderQuery{Customer: userID(1)}, []int{9, 7, 5, 3, 1}},
		{"unknown customer", store.OrderQuery{Customer: userID(7)}, nil},
		{"status", store.OrderQuery{Status: order.Sent}, []int{9, 6, 3}},
		{"reference", store.OrderQuery{Reference: "same ✓"}, []int{9, 8}},
		{"part of a reference", store.OrderQuery{Reference: "same"}, nil},
		{"number", store.OrderQuery{Number: 4}, []int{4}},
		{"unknown number", store.OrderQuery{Number: 400}, nil},
		{"all filters", store.OrderQuery{Customer: userID(1), Status: order.Sent, Reference: "same ✓", Number: 9}, []int{9}},
		{"filters that exclude each other", store.OrderQuery{Status: order.Sent, Number: 4}, nil},
	} {
		for limit := 1; limit <= 10; limit++ {
			q, got := test.q, []order.Order(nil)
			for pages := 1; ; pages++ {
				q.Limit = limit
				page, err := r.Queries.Orders(r.ctx, q)
				page = read(t, "Orders", page, err)
				got = append(got, page.Orders...)
				if full := len(page.Orders) == limit; !page.Next.IsZero() && !full || pages > 10 {
					t.Fatalf("%s: page %d of %d orders goes on", test.name, pages, len(page.Orders))
				}
				if page.Next.IsZero() {
					break
				}
				q.Before = page.Next
			}
			same(t, test.name, list(orders, test.want...), got)
		}
	}
	for _, limit := range []int{0, -1} {
		page, err := r.Queries.Orders(r.ctx, store.OrderQuery{Limit: limit})
		same(t, "a limit below one", store.OrderPage{}, read(t, "Orders", page, err))
	}
	page, err := r.Queries.Orders(r.ctx, store.OrderQuery{Before: orderID(1), Limit: 5})
	same(t, "before the first", store.OrderPage{}, read(t, "Orders", page, err))
}

func testOrdersOf(t *testing.T, f StoreFactory) {
	r, orders := ordered(t, f)
	for _, test := range []struct {
		name     string
		customer id.User
		limit    int
		want     []int
	}{
		{"all", userID(1), 9, []int{9, 7, 5, 3, 1}},
		{"limit", userID(1), 2, []int{9, 7}},
		{"the other", userID(2), 9, []int{8, 4}},
		{"unknown", userID(3), 9, nil},
		{"guests share no list", id.User{}, 9, nil},
		{"no limit is no rows", userID(1), 0, nil},
		{"negative limit", userID(1), -1, nil},
	} {
		var want []order.Order
		for _, n := range test.want {
			want = append(want, orders[n])
		}
		same(t, test.name, answer[[]order.Order]{Value: want}, answerOf(r.OrdersOf(r.ctx, test.customer, test.limit)))
	}
}

// testStoreReaders reads while batches are committed: a reader sees whole
// batches only, and what was committed before it asked.
func testStoreReaders(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(&store.Changes{Users: []store.User{user(1)}})
	const batches = 50
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			seen := 0
			for {
				totals, err := r.Totals(r.ctx)
				switch {
				case err != nil:
					t.Errorf("Totals: %v", err)
					return
				case totals.Products%2 != 0 || totals.Products < seen:
					t.Errorf("%d products after %d, in batches of two", totals.Products, seen)
					return
				}
				seen = totals.Products
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := 1; n <= batches; n++ {
		o := newOrder(n)
		o.Customer = userID(1)
		err := r.Commit(r.ctx, &store.Changes{Products: []catalog.Product{product(2 * n), product(2*n + 1)}, Orders: []order.Order{o}})
		if err != nil {
			t.Errorf("commit: %v", err)
			break
		}
		if got, err := r.Order(r.ctx, o.ID); err != nil || got.Number != o.Number {
			t.Errorf("order %d after its commit: %v", n, err)
		}
	}
	close(done)
	readers.Wait()
}
