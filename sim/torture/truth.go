package torture

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"crossdock/api"
	"crossdock/core/id"
)

// Truth is what the sites have in the end.
type Truth struct {
	Orders       []api.Order                      // of the store, whole
	Fulfillments map[id.Site][]api.Fulfillment    // of the warehouses
	Levels       map[id.Site]map[id.SKU]api.Level // of the warehouses
	Known        map[id.Site]map[id.SKU]api.Stock // of the store
	Span                                          // when it was read
}

// drainTime is how long the sites may take to agree once all is healed.
const drainTime = 60 * time.Second

// settled reads what the sites have, at a time when nothing is on its way: after
// the reading the links are where they were before. A store may at any time find a
// better warehouse for what it has sold, and begin anew.
//
// Where that time does not come, undrained says so, and the truth is what was read
// all the same.
func (f *fleet) settled(ctx context.Context, begun time.Time) (truth *Truth, undrained, err error) {
	soon, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for {
		before, undrained := f.drain(soon)
		truth, err := f.read(ctx, begun)
		if err != nil || undrained != nil {
			return truth, undrained, err
		}
		if after, err := f.look(ctx); err == nil && after == before {
			return truth, nil, nil
		}
	}
}

// drain waits until every link has passed all there is, and nothing new comes: two
// looks in a row see the same.
func (f *fleet) drain(ctx context.Context) (string, error) {
	before := ""
	for {
		now, err := f.look(ctx)
		if err == nil && now == before {
			return now, nil
		}
		before = now
		if ended := pause(ctx, 250*time.Millisecond); ended != nil {
			return "", fmt.Errorf("the links are not drained %v after all was healed: %w", drainTime, cmp.Or(err, ended))
		}
	}
}

// look describes how far the links are; empty while one is behind.
func (f *fleet) look(ctx context.Context) (string, error) {
	text, behind := "", false
	for _, name := range everySite() {
		client, err := f.sites[name].client(ctx)
		if err != nil {
			return "", err
		}
		links, err := received(ctx, client, name)
		if err != nil {
			return "", err
		}
		for _, l := range links {
			behind = behind || !l.Connected || l.Lag > 0 || l.StaleSince != nil || l.Parked > 0
			text += fmt.Sprintf("%s to %s: %d of %d, parked %d, %s %s; ", l.Origin, l.Destination, l.Cursor, l.Last, l.Parked, l.Verdict, l.Trouble)
		}
		if name == shop && len(links) != len(warehouses()) || name != shop && len(links) != 1 {
			return "", fmt.Errorf("%s has %d links", name, len(links))
		}
	}
	if behind {
		return "", fmt.Errorf("behind: %s", text)
	}
	return text, nil
}

// received lists the links on which a site hears others.
func received(ctx context.Context, client *api.Client, name id.Site) ([]api.Link, error) {
	links, err := client.Links(ctx)
	return slices.DeleteFunc(links, func(l api.Link) bool { return l.Destination != name }), err
}

// read asks every site for all that it has.
func (f *fleet) read(ctx context.Context, begun time.Time) (*Truth, error) {
	t := &Truth{
		Fulfillments: map[id.Site][]api.Fulfillment{},
		Levels:       map[id.Site]map[id.SKU]api.Level{}, Known: map[id.Site]map[id.SKU]api.Stock{},
	}
	t.Began = time.Since(begun)
	if err := f.readShop(ctx, t); err != nil {
		return nil, err
	}
	for _, name := range warehouses() {
		if err := f.readWarehouse(ctx, t, name); err != nil {
			return nil, err
		}
	}
	t.Ended = time.Since(begun)
	return t, nil
}

func (f *fleet) readShop(ctx context.Context, t *Truth) error {
	client, err := f.sites[shop].client(ctx)
	if err != nil {
		return err
	}
	for query := (api.OrderQuery{Limit: api.MaxPage}); ; {
		page, err := client.Orders(ctx, query)
		if err != nil {
			return err
		}
		t.Orders = append(t.Orders, page.Orders...)
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	if err := wholeOrders(ctx, client, t.Orders); err != nil {
		return err
	}
	stock, err := client.Stock(ctx, api.StockQuery{Limit: api.MaxPage})
	for _, s := range stock.Stock {
		if t.Known[s.Warehouse] == nil {
			t.Known[s.Warehouse] = map[id.SKU]api.Stock{}
		}
		t.Known[s.Warehouse][s.SKU] = s
	}
	return err
}

// wholeOrders replaces the heads of orders by the orders.
func wholeOrders(ctx context.Context, client *api.Client, orders []api.Order) error {
	const readers = 4
	var all sync.WaitGroup
	failed := make([]error, readers)
	for n := range readers {
		all.Go(func() {
			for i := n; i < len(orders) && failed[n] == nil; i += readers {
				orders[i], failed[n] = client.Order(ctx, orders[i].ID)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *fleet) readWarehouse(ctx context.Context, t *Truth, name id.Site) error {
	client, err := f.sites[name].client(ctx)
	if err != nil {
		return err
	}
	for query := (api.FulfillmentQuery{Limit: api.MaxPage}); ; {
		page, err := client.Fulfillments(ctx, name, query)
		if err != nil {
			return err
		}
		t.Fulfillments[name] = append(t.Fulfillments[name], page.Fulfillments...)
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	levels, err := client.WarehouseStock(ctx, name, api.StockQuery{Limit: api.MaxPage})
	t.Levels[name] = map[id.SKU]api.Level{}
	for _, level := range levels.Levels {
		t.Levels[name][level.SKU] = level
	}
	return err
}
