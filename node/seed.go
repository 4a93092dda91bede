package node

import (
	"context"
	"crypto/sha256"
	"fmt"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/intake/sample"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/web/auth"
)

// The demo's customer.
const (
	DemoUser     = "demo"
	DemoPassword = "crossdock-demo"
)

// seed brings districts out of the configuration, and fills an empty shop with
// the sample where that is wanted. Doing it twice changes nothing.
func (n *Node) seed(ctx context.Context) error {
	if n.store == nil {
		return nil
	}
	if len(n.config.Districts) > 0 {
		if _, err := n.store.Do(ctx, store.SetDistricts{Districts: n.config.Districts}); err != nil {
			return err
		}
	}
	if !n.options.Sample {
		return nil
	}
	set := sample.Make(sample.DefaultSeed)
	if _, err := n.store.Do(ctx, store.SetDistricts{Districts: set.Districts, KeepKnown: true}); err != nil {
		return err
	}
	totals, err := n.store.Totals(ctx)
	if err != nil {
		return err
	}
	if totals.Products == 0 {
		if _, err := n.store.Do(ctx, store.ListProducts{Products: set.Products}); err != nil {
			return err
		}
	}
	if err := n.seedStock(ctx, set); err != nil {
		return err
	}
	return n.seedCustomer(ctx, set)
}

// seedStock receives the sample's opening stock at the warehouses of this
// process, once: each one under one key.
func (n *Node) seedStock(ctx context.Context, set sample.Set) error {
	goods := map[id.Site][]warehouse.Item{}
	for _, s := range set.Stock {
		if s.Units > 0 {
			goods[s.Warehouse] = append(goods[s.Warehouse], warehouse.Item{SKU: s.SKU, Units: s.Units})
		}
	}
	for site, items := range goods {
		at := n.warehouses[site]
		if at == nil {
			continue
		}
		key := warehouse.Key{Name: "sample", BodyHash: sha256.Sum256(fmt.Append(nil, items))}
		if _, err := at.Do(ctx, warehouse.ReceiveStock{Key: key, Items: items, Note: "sample"}); err != nil {
			return err
		}
	}
	return nil
}

// seedCustomer makes the demo's customer, once.
func (n *Node) seedCustomer(ctx context.Context, set sample.Set) error {
	if !n.options.Demo {
		return nil
	}
	_, err := n.store.Lookups().UserNamed(ctx, DemoUser)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	accounts := auth.NewAccounts(n.store, ids{})
	_, err = accounts.Open(ctx, store.User{Name: DemoUser, District: set.Districts[0].Code}, DemoPassword)
	return err
}
