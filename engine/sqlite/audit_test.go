package sqlite_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// counter makes identifiers that count up, as if born one a millisecond.
type counter struct{ n uint64 }

func (c *counter) New() (u id.UUID) {
	c.n++
	u[6], u[8] = 0x70, 0x80
	binary.BigEndian.PutUint32(u[2:6], uint32(c.n))
	return u
}

// sold returns a directory with a store and a warehouse that has heard of three
// orders of two lines each. A fourth is of more than there is, and voided.
func sold(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := sqlite.OpenStore(t.Context(), filepath.Join(dir, "store.db"), storetest.StoreSite, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sqlite.OpenWarehouse(t.Context(), filepath.Join(dir, "wh1.db"), storetest.WarehouseSite, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids, ctx, now := &counter{}, t.Context(), func() time.Time { return time.UnixMicro(1_780_000_000_000_000) }
	shop, err := store.Open(ctx, store.Ports{Journal: s, Lookups: s, Queries: s, IDs: ids, Now: now}, store.Options{AskWait: -1})
	if err != nil {
		t.Fatal(err)
	}
	house, err := warehouse.Open(ctx, warehouse.Ports{Journal: w, Queries: w, IDs: ids, Now: now},
		warehouse.Options{Stores: []id.Site{storetest.StoreSite}, RecallWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	do := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	product := func(sku id.SKU) catalog.Product {
		return catalog.Product{SKU: sku, Name: string(sku), Type: "kitchen", Category: "cups", Price: money.Of(450, "EUR")}
	}
	do(shop.Do(ctx, store.SetDistricts{Districts: []catalog.District{{Code: "north", Name: "north", Warehouses: []id.Site{storetest.WarehouseSite}}}}))
	do(shop.Do(ctx, store.ListProducts{Products: []catalog.Product{product("mug"), product("tray")}}))
	do(house.Do(ctx, warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: "mug", Units: 9}, {SKU: "tray", Units: 9}}}))
	do(nil, carry(ctx, w, storetest.StoreSite, s, shop.Apply))
	for _, units := range []int64{1, 2, 1, 99} {
		do(shop.Place(ctx, store.PlaceOrder{
			Address: order.Address{Name: "Ann", District: "north"}, Customer: id.User{UUID: id.UUID{15: 1}},
			Lines: []store.Wanted{{SKU: "mug", Units: units}, {SKU: "tray", Units: 1}},
		}))
	}
	do(nil, carry(ctx, s, storetest.WarehouseSite, w, house.Apply))
	do(nil, carry(ctx, w, storetest.StoreSite, s, shop.Apply))
	shop.Close()
	house.Close()
	closeAll(t, s, w)
	return dir
}

// carry has a site read all that another one has to say to it.
func carry(ctx context.Context, from books.Feeds, to id.Site, reader books.Feeds, apply func(context.Context, []feed.Message) error) error {
	read, err := reader.Cursors(ctx)
	if err != nil {
		return err
	}
	var after uint64
	if len(read) > 0 {
		after = read[0].Seq
	}
	messages, err := from.Messages(ctx, string(to), after, 100, 1<<20)
	if err != nil {
		return err
	}
	return apply(ctx, messages)
}

// auditOf audits both files of a directory.
func auditOf(t *testing.T, dir string) audit.Report {
	t.Helper()
	var sources []audit.Source
	for _, name := range []string{"store.db", "wh1.db"} {
		source, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := source.Close(); err != nil {
				t.Error(err)
			}
		}()
		sources = append(sources, source)
	}
	report, err := audit.Sites(t.Context(), sources, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAuditFindsNothing(t *testing.T) {
	report := auditOf(t, sold(t))
	if len(report.Findings)+len(report.NotChecked) > 0 {
		t.Errorf("%+v", report)
	}
	if orders, fulfillments := report.Sites[0].Orders, report.Sites[1].Fulfillments; orders != 4 || fulfillments != 3 {
		t.Errorf("%d orders, %d fulfillments", orders, fulfillments)
	}
}

// TestAuditFindsDamage changes a database as somebody with a shell would, and has
// the audit name the row, whatever it finds there.
func TestAuditFindsDamage(t *testing.T) {
	const second, theirs = "(SELECT id FROM orders WHERE number = 2)", "(SELECT id FROM fulfillments WHERE number = 2)"
	whole := sold(t)
	for name, c := range map[string]struct {
		file       string
		statements string
		invariant  int
		row, says  string
	}{
		"order deleted":                 {"store.db", "DELETE FROM orders WHERE number = 2", 5, "order number 2", "is missing"},
		"what is left of it":            {"store.db", "DELETE FROM orders WHERE number = 2", 5, "order 0", "is missing, but there are rows"},
		"all orders deleted":            {"store.db", "DELETE FROM orders", 5, "orders", "are 0, but the store has counted 4"},
		"voided order deleted":          {"store.db", "DELETE FROM orders WHERE number = 4", 5, "orders", "are 3, but the store has counted 4"},
		"voided order deleted, lines":   {"store.db", "DELETE FROM orders WHERE number = 4", 5, "order 0", "is missing, but there are rows"},
		"identifier of an order":        {"store.db", "UPDATE orders SET id = randomblob(16) WHERE number = 2", 5, "order 0", "is missing, but there are rows"},
		"length of it":                  {"store.db", "UPDATE orders SET id = x'01' WHERE number = 2", 5, "order 01", "has 1 bytes"},
		"nothing of it":                 {"store.db", "UPDATE orders SET id = x'' WHERE number = 2", 5, "order 00000000", "has 0 bytes"},
		"too long":                      {"store.db", "UPDATE orders SET id = zeroblob(40) WHERE number = 2", 5, "order 00000000", "has 40 bytes"},
		"customer":                      {"store.db", "UPDATE orders SET customer = x'0102' WHERE number = 2", 5, "order 0", "customer has 2 bytes"},
		"why":                           {"store.db", "UPDATE orders SET why = 'garbage' WHERE number = 2", 5, "order 0", "cannot be read"},
		"void_asked":                    {"store.db", "UPDATE orders SET void_asked = 7 WHERE number = 2", 5, "order 0", `void_asked of order number 2 is "7"`},
		"status":                        {"store.db", "UPDATE orders SET status = 'lost' WHERE number = 2", 5, "order 0", `status "lost"`},
		"stage at the store":            {"store.db", "UPDATE fulfillments SET stage = 'lost' WHERE order_id = " + second, 5, "order 0", `stage "lost"`},
		"part number":                   {"store.db", "UPDATE fulfillments SET part = -7 WHERE order_id = " + second + "; UPDATE order_lines SET price = 1", 3, "order 0", "its total is"},
		"fulfillment at the store":      {"store.db", "DELETE FROM fulfillments WHERE order_id = " + second, 3, "movement", "which is not there"},
		"its identifier":                {"store.db", "UPDATE fulfillments SET id = x'0102' WHERE order_id = " + second, 5, "order 0", "fulfillment at wh1 has 2 bytes"},
		"line deleted":                  {"store.db", "DELETE FROM order_lines WHERE line = 1 AND order_id = " + second, 3, "order 0", "line 1 is missing"},
		"last line deleted":             {"store.db", "DELETE FROM order_lines WHERE line = 2 AND order_id = " + second, 3, "order 0", "line 2 is missing"},
		"line number":                   {"store.db", "UPDATE order_lines SET line = 9 WHERE line = 2 AND order_id = " + second, 3, "order 0", "line 9 stands where line 2 should"},
		"line of nobody":                {"store.db", "UPDATE order_lines SET order_id = x'05' WHERE line = 2 AND order_id = " + second, 5, "order 05", "has 1 bytes"},
		"price":                         {"store.db", "UPDATE order_lines SET price = 1 WHERE line = 2 AND order_id = " + second, 3, "order 0", "its total is"},
		"account of a balance":          {"store.db", "UPDATE accounts SET account = 'elsewhere' WHERE sku = 'mug' AND account = 'held'", 1, "balance of mug", "cannot be read"},
		"balance too large":             {"store.db", "UPDATE account_units SET units = 9223372036854775807 WHERE number = (SELECT number FROM accounts WHERE sku = 'mug' AND account = 'held')", 1, "balance held(wh1) of mug", "add up to"},
		"message deleted":               {"store.db", "DELETE FROM outbox WHERE seq = 2", 5, "message 3 to wh1", "follows on message 1"},
		"message changed":               {"store.db", "UPDATE outbox SET body = x'7b7d' WHERE seq = 2", 5, "message 2 to wh1", "was changed"},
		"epoch of a message":            {"store.db", "UPDATE outbox SET epoch = -1 WHERE seq = 2", 5, "message 2 to wh1", "was changed"},
		"outbox emptied":                {"store.db", "DELETE FROM outbox", 5, "cursor of wh1 for store", "has written only 0"},
		"outbox cut":                    {"store.db", "DELETE FROM outbox WHERE seq > 1", 5, "cursor of wh1 for store", "has written only 1"},
		"cursor":                        {"wh1.db", "UPDATE cursors SET hash = zeroblob(32)", 5, "cursor of wh1 for store", "reads another history"},
		"hash of a cursor too short":    {"wh1.db", "UPDATE cursors SET hash = x''", 5, "cursor of wh1 for store", "reads another history"},
		"cursor below zero":             {"wh1.db", "UPDATE cursors SET seq = -1", 5, "cursor of wh1 for store", "reads another history"},
		"fulfillment deleted":           {"wh1.db", "DELETE FROM fulfillments WHERE number = 2", 5, "fulfillment 0", "is missing, but there are rows"},
		"fulfillment and lines deleted": {"wh1.db", "DELETE FROM fulfillment_lines WHERE fulfillment_id = " + theirs + "; DELETE FROM fulfillments WHERE number = 2", 5, "fulfillment 0", "is not at wh1"},
		"fulfillment's identifier":      {"wh1.db", "UPDATE fulfillments SET id = x'ff' WHERE number = 2", 5, "fulfillment ff", "has 1 bytes"},
		"fulfillment's order":           {"wh1.db", "UPDATE fulfillments SET order_id = x'' WHERE number = 2", 5, "fulfillment 0", "identifier of its order has 0 bytes"},
		"fulfillment's number":          {"wh1.db", "UPDATE fulfillments SET number = 7 WHERE number = 2", 5, "fulfillment 0", "is of order 7"},
		"fulfillment's store":           {"wh1.db", "UPDATE fulfillments SET store = 'shop' WHERE number = 2", 5, "fulfillment 0", "of shop"},
		"stage at the warehouse":        {"wh1.db", "UPDATE fulfillments SET stage = 'lost' WHERE number = 2", 5, "fulfillment 0", `stage "lost"`},
		"units voided at the warehouse": {"wh1.db", "UPDATE fulfillment_lines SET voided = 1 WHERE line = 1 AND fulfillment_id = " + theirs, 5, "fulfillment 0", "other lines than at wh1"},
		"product at the warehouse":      {"wh1.db", "UPDATE fulfillment_lines SET sku = 'cup' WHERE line = 1 AND fulfillment_id = " + theirs, 5, "fulfillment 0", "line 1 is of cup, but at store of mug"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			tamper(t, filepath.Join(dir, c.file), c.statements)
			report := auditOf(t, dir)
			for _, f := range report.Findings {
				if f.Invariant == c.invariant && strings.HasPrefix(f.Row, c.row) && strings.Contains(f.Text, c.says) {
					return
				}
			}
			t.Errorf("not found: invariant %d, row %q, %q; instead %+v", c.invariant, c.row, c.says, report.Findings)
		})
	}
}

// TestAuditDoesNotMislead damages one row, and wants no finding about another one
// that only follows from it.
func TestAuditDoesNotMislead(t *testing.T) {
	for name, c := range map[string]struct{ file, statements, not string }{
		"balance":     {"store.db", "UPDATE accounts SET account = 'elsewhere' WHERE sku = 'mug' AND account = 'held'", "are on their way"},
		"fulfillment": {"wh1.db", "DELETE FROM fulfillments WHERE number = 1", "has no lines"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := sold(t)
			tamper(t, filepath.Join(dir, c.file), c.statements)
			report := auditOf(t, dir)
			if report.Right() {
				t.Error("nothing was found")
			}
			for _, f := range report.Findings {
				if strings.Contains(f.Text, c.not) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// tamper carries out statements with everything that keeps an honest mistake out
// taken away.
func tamper(t *testing.T, path, statements string) {
	t.Helper()
	triggers := []string{"movements_stay", "movements_last", "outbox_stays", "outbox_lasts", "orders_last", "fulfillments_last"}
	all := []string{"PRAGMA ignore_check_constraints = 1"}
	for _, trigger := range triggers {
		all = append(all, "DROP TRIGGER IF EXISTS "+trigger)
	}
	byHand(t, path, append(all, strings.Split(statements, "; ")...)...)
}

// TestWalkOverGaps walks over several pages, with orders deleted and damaged at
// their ends: what is left of each order is passed on once.
func TestWalkOverGaps(t *testing.T) {
	const orders = 600
	path := filepath.Join(t.TempDir(), "store.db")
	s, l := openStore(t, path), newLoad()
	if err := s.Commit(t.Context(), l.batch(orders, 2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tamper(t, path, "DELETE FROM orders WHERE number IN (1, 2, 256, 257, 512, 600)")
	source, err := sqlite.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	seen, gone := map[id.Order]bool{}, 0
	err = source.Orders(t.Context(), func(o order.Order, damage error) error {
		if seen[o.ID] || len(o.Lines) != 2 || len(o.Fulfillments) != 1 || len(o.Fulfillments[0].Lines) != 2 {
			t.Errorf("order %s: seen before %v, %d lines, %d fulfillments", o.ID, seen[o.ID], len(o.Lines), len(o.Fulfillments))
		}
		seen[o.ID] = true
		if damage != nil {
			gone++
			if !fault.Is(damage, fault.NotFound) || o.Number != 0 {
				t.Errorf("order %d: %v", o.Number, damage)
			}
		}
		return nil
	})
	if err := errors.Join(err, source.Close()); err != nil {
		t.Fatal(err)
	}
	if len(seen) != orders || gone != 6 {
		t.Errorf("%d orders, %d of them gone", len(seen), gone)
	}
}
