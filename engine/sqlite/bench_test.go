package sqlite_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/storetest"
	"crossdock/site/books"
	"crossdock/site/store"
)

// load makes batches as a store makes them of orders: each line is allocated by
// a movement, each order says one thing to the warehouse.
type load struct {
	orders  int
	seq     int64
	message feed.Cursor
	held    map[id.SKU]int64
}

func newLoad() *load {
	return &load{message: feed.Cursor{Origin: "store", Destination: "wh1", Epoch: storetest.Epoch}, held: map[id.SKU]int64{}}
}

// born returns an identifier as they are made at a rate of four a millisecond.
func born(sort byte, n int) id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(1_780_000_000_000+n/4)<<16)
	u[6], u[7], u[15] = 0x70, byte(n%4), sort
	binary.BigEndian.PutUint32(u[8:12], uint32(n)*2654435761)
	return u
}

func (l *load) batch(orders, lines int) *store.Changes {
	batch := &store.Changes{}
	touched := map[id.SKU]bool{}
	for range orders {
		l.orders++
		o := l.order(lines)
		batch.Orders = append(batch.Orders, o)
		batch.Events = append(batch.Events, order.Event{Order: o.ID, Seq: 1, At: o.PlacedAt, Site: "store", Kind: "placed", Text: "Order placed."})
		batch.Notices = append(batch.Notices, order.Notice{Order: o.ID, Seq: 1, Event: "placed", Channel: "page", At: o.PlacedAt, Text: "We have your order."})
		batch.Transactions = append(batch.Transactions, pay.Transaction{
			ID: id.Beside(o.ID.UUID, "pay"), Order: o.ID, At: o.PlacedAt, Method: pay.OnDelivery, Kind: pay.Authorize, State: pay.Success, Amount: o.Total,
		})
		batch.Requests = append(batch.Requests, store.Request{Key: id.Derive(o.ID.UUID, "key").String(), Answer: o.ID.String(), At: o.PlacedAt})
		for _, line := range o.Lines {
			l.seq++
			touched[line.SKU] = true
			l.held[line.SKU]++
			batch.Books.Movements = append(batch.Books.Movements, books.Movement{Seq: l.seq, Movement: stock.Movement{
				ID: id.Movement{UUID: id.Beside(o.ID.UUID, fmt.Sprint("placed/", line.Number))}, At: o.PlacedAt, SKU: line.SKU, Quantity: 1,
				From: stock.HeldAt("wh1"), To: stock.PromisedAt("wh1"), Reason: stock.AllocatedTo, Order: o.ID, Line: line.Number, Cause: "placed",
			}})
		}
		var m feed.Message
		m, l.message = feed.Next(l.message, feed.Message{
			At: o.PlacedAt.UnixMicro(), Key: o.ID.String(), Kind: "fulfillment.requested.v1", Body: make([]byte, 300+lines*60),
		})
		batch.Books.Messages = append(batch.Books.Messages, m)
	}
	for sku := range touched {
		batch.Books.Balances = append(batch.Books.Balances,
			stock.Balance{SKU: sku, Account: stock.HeldAt("wh1"), Units: 1_000_000 - l.held[sku]},
			stock.Balance{SKU: sku, Account: stock.PromisedAt("wh1"), Units: l.held[sku]})
	}
	stock.SortBalances(batch.Books.Balances)
	return batch
}

func (l *load) order(lines int) order.Order {
	at := time.UnixMicro(1_780_000_000_000_000 + int64(l.orders))
	o := order.Order{
		ID: id.Order{UUID: born(1, l.orders)}, Number: int64(l.orders), Store: "store", Customer: id.User{UUID: born(2, l.orders%500)},
		Reference: fmt.Sprint("INV-", l.orders), Status: order.Placed, Version: 1, PlacedAt: at, ChangedAt: at,
		Address: order.Address{Name: "A Customer", Street: "1 High Street", PostalCode: "AB1 2CD", City: "Town", District: "north", Email: "a@example.org"},
		Payment: "on-delivery", Total: money.Of(int64(lines)*250, "GBP"),
		Why: []order.Step{{Rule: "primary-first", Warehouse: "wh1", Verdict: order.Chosen, Lines: lines, Wanted: int64(lines), Got: int64(lines)}},
	}
	f := order.Fulfillment{ID: id.Fulfillment{UUID: id.Beside(o.ID.UUID, "wh1")}, Warehouse: "wh1", Stage: order.Requested, ChangedAt: at}
	for n := 1; n <= lines; n++ {
		sku := id.SKU(fmt.Sprintf("%05dA", (l.orders*7919+n*104729)%3000))
		o.Lines = append(o.Lines, order.Line{Number: n, SKU: sku, Name: "WHITE HANGING HEART T-LIGHT HOLDER", Price: money.Of(250, "GBP"), Quantity: 1})
		f.Lines = append(f.Lines, order.Part{Line: n, SKU: sku, Quantity: 1})
	}
	o.Fulfillments = []order.Fulfillment{f}
	return o
}

// rows counts what a batch writes.
func rows(c *store.Changes) int {
	n := len(c.Books.Movements) + len(c.Books.Balances) + len(c.Books.Messages) + len(c.Orders) +
		len(c.Events) + len(c.Notices) + len(c.Transactions) + len(c.Requests)
	for _, o := range c.Orders {
		n += len(o.Lines) + len(o.Fulfillments)
		for _, f := range o.Fulfillments {
			n += len(f.Lines)
		}
	}
	return n
}

func BenchmarkCommit(b *testing.B) {
	for _, size := range []struct{ orders, lines int }{{1, 3}, {64, 3}, {512, 3}, {64, 20}, {256, 20}} {
		b.Run(fmt.Sprintf("orders=%d/lines=%d", size.orders, size.lines), func(b *testing.B) {
			s := openStore(b, filepath.Join(b.TempDir(), "store.db"))
			l, written := newLoad(), 0
			var slowest time.Duration
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				batch := l.batch(size.orders, size.lines)
				written += rows(batch)
				b.StartTimer()
				began := time.Now()
				if err := s.Commit(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
				slowest = max(slowest, time.Since(began))
			}
			b.ReportMetric(float64(b.N*size.orders)/b.Elapsed().Seconds(), "orders/s")
			b.ReportMetric(float64(written)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(slowest.Milliseconds()), "slowest-ms")
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
