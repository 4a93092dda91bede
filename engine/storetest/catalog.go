package storetest

import (
	"fmt"
	"strings"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/store"
)

// shop is a small catalog, in order of SKU.
func shop() []catalog.Product {
	row := func(sku, name, description, kind, category string, pence int64) catalog.Product {
		return catalog.Product{
			SKU: id.SKU(sku), Name: name, Description: description, Type: kind, Category: category, Price: money.Of(pence, "GBP"),
		}
	}
	return []catalog.Product{
		row("A-1", "cake stand", "Three tiers, for tea-time.", "kitchen", "baking", 1295),
		row("A-2", "Cake Tin", "Round; 20cm", "kitchen", "baking", 550),
		row("B-1", "apron", "Cotton with pocket", "kitchen", "textile", 850),
		row("B-2", "Éclair mould", "Steel", "kitchen", "baking", 550),
		row("C/9+x", "Bunting", "Red cotton flags", "party", "decoration", 550),
		row("C10", "Zinc bucket", "100% zinc_plated \"heavy\" it's", "garden", "tools", 2100),
		row("c2", "Cake Tin", "Square", "kitchen", "baking", 600),
	}
}

func openShop(t *testing.T, f StoreFactory) *storeRig {
	r := openStore(t, f)
	r.commit(&store.Changes{Products: shop()})
	return r
}

// found returns the SKUs of a page, and its total.
func (r *storeRig) found(t *testing.T, q store.ProductQuery) (skus []id.SKU, total int) {
	t.Helper()
	page, err := r.StoreEngine.Products(r.ctx, q)
	page = read(t, fmt.Sprintf("Products(%+.60v)", q), page, err)
	for _, row := range page.Products {
		skus = append(skus, row.SKU)
	}
	return skus, page.Total
}

func testCatalogPages(t *testing.T, f StoreFactory) {
	r := openShop(t, f)
	for _, test := range []struct {
		name  string
		q     store.ProductQuery
		want  []id.SKU
		total int
	}{
		{"first page", store.ProductQuery{Limit: 3}, []id.SKU{"B-1", "C/9+x", "A-1"}, 7},
		{"second page", store.ProductQuery{Offset: 3, Limit: 3}, []id.SKU{"A-2", "c2", "C10"}, 7},
		{"last page", store.ProductQuery{Offset: 6, Limit: 3}, []id.SKU{"B-2"}, 7},
		{"behind the end", store.ProductQuery{Offset: 7, Limit: 3}, nil, 7},
		{"far behind the end", store.ProductQuery{Offset: 1 << 40, Limit: 3}, nil, 7},
		{"before the start", store.ProductQuery{Offset: -5, Limit: 2}, []id.SKU{"B-1", "C/9+x"}, 7},
		{"no limit is no rows", store.ProductQuery{}, nil, 7},
		{"negative limit", store.ProductQuery{Limit: -1}, nil, 7},
		{"type", store.ProductQuery{Type: "party", Limit: 9}, []id.SKU{"C/9+x"}, 1},
		{"category", store.ProductQuery{Category: "baking", Limit: 2}, []id.SKU{"A-1", "A-2"}, 4},
		{"type and category", store.ProductQuery{Type: "kitchen", Category: "textile", Limit: 9}, []id.SKU{"B-1"}, 1},
		{"category of another type", store.ProductQuery{Type: "garden", Category: "textile", Limit: 9}, nil, 0},
		{"type in another case", store.ProductQuery{Type: "Party", Limit: 9}, nil, 0},
		{"search and category", store.ProductQuery{Search: "cotton", Category: "decoration", Limit: 9}, []id.SKU{"C/9+x"}, 1},
		{"search and page", store.ProductQuery{Search: "cake", Offset: 1, Limit: 1}, []id.SKU{"A-2"}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			skus, total := r.found(t, test.q)
			same(t, "SKUs", test.want, skus)
			same(t, "total", test.total, total)
		})
	}
}

func testCatalogSorts(t *testing.T, f StoreFactory) {
	r := openShop(t, f)
	byName := []id.SKU{"B-1", "C/9+x", "A-1", "A-2", "c2", "C10", "B-2"}
	for sort, want := range map[store.Sort][]id.SKU{
		store.ByName: byName, "": byName, "no such sort; DROP TABLE": byName,
		store.ByPrice:     {"A-2", "B-2", "C/9+x", "c2", "B-1", "A-1", "C10"},
		store.ByPriceDown: {"C10", "A-1", "B-1", "c2", "A-2", "B-2", "C/9+x"},
	} {
		skus, _ := r.found(t, store.ProductQuery{Sort: sort, Limit: 9})
		same(t, "sort "+string(sort), want, skus)
		var paged []id.SKU
		for offset := range len(want) {
			page, _ := r.found(t, store.ProductQuery{Sort: sort, Offset: offset, Limit: 1})
			paged = append(paged, page...)
		}
		same(t, "one by one, sort "+string(sort), want, paged)
	}
}

func testSearch(t *testing.T, f StoreFactory) {
	r := openShop(t, f)
	cakes := []id.SKU{"A-1", "A-2", "c2"}
	for search, want := range map[string][]id.SKU{
		"cake": cakes, "CAKE": cakes, "cak": cakes, "  cake  ": cakes, "c-a-k-e": nil, "ake": nil,
		"tin cake": {"A-2", "c2"}, "cake tin square": {"c2"}, "cake zinc": nil,
		"kitch cott": {"B-1"}, "decor": {"C/9+x"}, "A-1": {"B-1", "A-1"}, "C/9+x": {"C/9+x"}, "c10": {"C10"},
		"ÉCLAIR": {"B-2"}, "éclair": {"B-2"}, "20": {"A-2"}, "20cm": {"A-2"}, "time": {"A-1"}, "plated": {"C10"},
		"it's": {"C10"}, "100%": {"C10"}, "\"heavy\"": {"C10"}, "cake cake ca": cakes,
	} {
		skus, total := r.found(t, store.ProductQuery{Search: search, Limit: 9})
		same(t, "search "+search, want, skus)
		same(t, "total of "+search, len(want), total)
	}
}

// testOddSearches wants answers, not errors.
func testOddSearches(t *testing.T, f StoreFactory) {
	r := openShop(t, f)
	for _, search := range []string{"", " ", "\t\n", "\"", "''", "*", "***", "%", "_", "()", "^", ":", "-", "🎂", "🎂 🎂", "\\", "{}", "+-", "\"\"\""} {
		if _, total := r.found(t, store.ProductQuery{Search: search, Limit: 9}); total != 7 {
			t.Errorf("search %q has no word and found %d of 7", search, total)
		}
	}
	var words []string
	for n := range 1000 {
		words = append(words, fmt.Sprintf("w%d", n))
	}
	for _, search := range []string{
		"nothing", strings.Join(words, " "), "cake AND", "OR cake nothing", "NOT nothing", "NEAR(cake nothing)", "name:nothing cake",
		"cake\" OR \"1 nothing", "ca*ke", "cake) nothing (", "nothing*", "שלום", strings.Repeat("x", 100_000), "日本",
	} {
		if skus, total := r.found(t, store.ProductQuery{Search: search, Limit: 9}); total != 0 {
			t.Errorf("search %.40q found %v", search, skus)
		}
	}
	same(t, "a word a thousand times", 3, func() int {
		_, total := r.found(t, store.ProductQuery{Search: strings.Repeat("cake ", 1000), Limit: 9})
		return total
	}())
	for _, search := range []string{"cake\x00tin", "\xff\xfe", "cake \xc3"} {
		r.found(t, store.ProductQuery{Search: search, Limit: 9})
	}
	for _, q := range []store.ProductQuery{{Type: unusual, Limit: 9}, {Category: "' OR 1=1 --", Limit: 9}, {Search: unusual, Limit: 9}} {
		_, total := r.found(t, q)
		same(t, "found", 0, total)
	}
}

func held(sku id.SKU, warehouse id.Site, units int64) stock.Balance {
	return stock.Balance{SKU: sku, Account: stock.HeldAt(warehouse), Units: units}
}

// stocked is a store that three warehouses have told different things.
func stocked(t *testing.T, f StoreFactory) *storeRig {
	r := openStore(t, f)
	level := func(sku id.SKU, warehouse id.Site, onHand int64) stock.Level {
		return stock.Level{Warehouse: warehouse, SKU: sku, OnHand: onHand, Available: onHand, Version: 1}
	}
	r.commit(&store.Changes{
		Products: shop()[:2],
		Levels:   []stock.Level{level("B", "wh2", 7), level("A-1", "wh2", 5), level("A-1", "wh1", 3), level("C", "wh1", 0)},
		Books: books.Rows{Balances: []stock.Balance{
			held("A-1", "wh1", 2), held("A-1", "wh3", 4), held("B", "wh2", 0), held("D", "wh1", 6),
			{SKU: "A-1", Account: stock.PromisedAt("wh1"), Units: 50},
			{SKU: "E", Account: stock.GranterAt("wh1"), Units: -50},
		}},
	})
	return r
}

func testAvailability(t *testing.T, f StoreFactory) {
	r := stocked(t, f)
	for sku, want := range map[id.SKU][]store.Availability{
		"A-1": {
			{Held: 2, Level: stock.Level{Warehouse: "wh1", SKU: "A-1", OnHand: 3, Available: 3, Version: 1}},
			{Level: stock.Level{Warehouse: "wh2", SKU: "A-1", OnHand: 5, Available: 5, Version: 1}},
			{Held: 4, Level: stock.Level{Warehouse: "wh3", SKU: "A-1"}},
		},
		"D": {{Held: 6, Level: stock.Level{Warehouse: "wh1", SKU: "D"}}},
		"E": nil, "A-2": nil, "": nil,
	} {
		got, err := r.Availability(r.ctx, sku)
		same(t, "availability of "+string(sku), want, read(t, "Availability", got, err))
	}
	page, err := r.StoreEngine.Products(r.ctx, store.ProductQuery{Limit: 9})
	same(t, "held", []store.ProductRow{{Product: shop()[0], Held: 6}, {Product: shop()[1]}}, read(t, "Products", page, err).Products)
}

func testStockPages(t *testing.T, f StoreFactory) {
	r := stocked(t, f)
	for _, test := range []struct {
		name string
		q    store.StockQuery
		want []string
	}{
		{"all", store.StockQuery{Limit: 9}, []string{"A-1@wh1", "A-1@wh2", "A-1@wh3", "B@wh2", "C@wh1", "D@wh1"}},
		{"a page never splits a SKU", store.StockQuery{Limit: 1}, []string{"A-1@wh1", "A-1@wh2", "A-1@wh3"}},
		{"two SKUs", store.StockQuery{Limit: 2}, []string{"A-1@wh1", "A-1@wh2", "A-1@wh3", "B@wh2"}},
		{"after", store.StockQuery{After: "A-1", Limit: 2}, []string{"B@wh2", "C@wh1"}},
		{"after one that is not there", store.StockQuery{After: "BB", Limit: 9}, []string{"C@wh1", "D@wh1"}},
		{"after the last", store.StockQuery{After: "D", Limit: 9}, nil},
		{"warehouse", store.StockQuery{Warehouse: "wh1", Limit: 9}, []string{"A-1@wh1", "C@wh1", "D@wh1"}},
		{"warehouse, limit", store.StockQuery{Warehouse: "wh2", Limit: 2}, []string{"A-1@wh2", "B@wh2"}},
		{"warehouse, over a SKU it does not know", store.StockQuery{Warehouse: "wh1", Limit: 2}, []string{"A-1@wh1", "C@wh1"}},
		{"SKU", store.StockQuery{SKU: "A-1", Limit: 9}, []string{"A-1@wh1", "A-1@wh2", "A-1@wh3"}},
		{"SKU and warehouse", store.StockQuery{SKU: "A-1", Warehouse: "wh3", Limit: 9}, []string{"A-1@wh3"}},
		{"no such SKU", store.StockQuery{SKU: "A", Limit: 9}, nil},
		{"no limit is no rows", store.StockQuery{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, err := r.Stock(r.ctx, test.q)
			var got []string
			for _, row := range read(t, "Stock", rows, err) {
				got = append(got, string(row.Level.SKU)+"@"+string(row.Level.Warehouse))
			}
			same(t, "rows", test.want, got)
		})
	}
	rows, err := r.Stock(r.ctx, store.StockQuery{SKU: "A-1", Limit: 9})
	same(t, "as Availability", answerOf(r.Availability(r.ctx, "A-1")), answerOf(rows, err))
}

func testTotals(t *testing.T, f StoreFactory) {
	r := openShop(t, f)
	changes := &store.Changes{}
	for n, status := range []order.Status{order.Placed, order.Sent, order.Placed, order.Voided} {
		o := newOrder(n + 1)
		o.Status = status
		changes.Orders, changes.Users = append(changes.Orders, o), append(changes.Users, user(n+1))
	}
	r.commit(changes)
	sent := changedOrder(1)
	r.commit(&store.Changes{Updates: []order.Order{sent}})
	totals, err := r.Totals(r.ctx)
	same(t, "totals", store.Totals{
		Products: 7, Orders: map[order.Status]int{order.Placed: 1, order.Sent: 2, order.Voided: 1},
	}, read(t, "Totals", totals, err))
	shelves, err := r.Shelves(r.ctx)
	same(t, "shelves", []store.Shelf{
		{Type: "garden", Category: "tools", Products: 1},
		{Type: "kitchen", Category: "baking", Products: 4},
		{Type: "kitchen", Category: "textile", Products: 1},
		{Type: "party", Category: "decoration", Products: 1},
	}, read(t, "Shelves", shelves, err))
}
