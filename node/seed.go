package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"crossdock/core/catalog"
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

// seed brings districts and profiles of warehouses out of the configuration, and
// fills an empty shop with the sample where that is wanted. Doing it twice changes
// nothing.
func (n *Node) seed(ctx context.Context) error {
	if n.store == nil {
		return nil
	}
	var set sample.Set
	if n.options.Sample {
		set = sample.Make(sample.DefaultSeed)
	}
	if err := n.seedWarehouses(ctx, set.Warehouses); err != nil {
		return err
	}
	if err := n.seedDistricts(ctx, set.Districts); err != nil || !n.options.Sample {
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

// seedDistricts sets what is configured, and adds what the sample has. A shop that
// would have no district at all, where nobody could register, delivers everywhere.
func (n *Node) seedDistricts(ctx context.Context, added []catalog.District) error {
	if _, err := n.store.Do(ctx, store.SetDistricts{Districts: n.config.Districts}); err != nil {
		return err
	}
	known, err := n.store.Districts(ctx)
	if err != nil {
		return err
	}
	if len(known)+len(added) == 0 && len(n.warehouses) > 0 {
		added = []catalog.District{{Code: "everywhere", Name: "Everywhere", Warehouses: slices.Sorted(maps.Keys(n.warehouses))}}
	}
	_, err = n.store.Do(ctx, store.SetDistricts{Districts: added, KeepKnown: true})
	return err
}

// seedWarehouses sets the profiles that are configured, and adds those of the
// sample that the store does not know.
func (n *Node) seedWarehouses(ctx context.Context, added []catalog.Warehouse) error {
	profiles := slices.Clone(n.config.Warehouses.Profiles)
	known := append(n.published.Warehouses(), profiles...)
	for _, profile := range added {
		if !slices.ContainsFunc(known, func(w catalog.Warehouse) bool { return w.Code == profile.Code }) {
			profiles = append(profiles, profile)
		}
	}
	if len(profiles) == 0 {
		return nil
	}
	_, err := n.store.Do(ctx, store.SetWarehouses{Warehouses: profiles})
	return err
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

// seedCustomer makes the demo's customer, once: in a district that wh2 serves
// first, so that cutting wh2 off is something that they notice.
func (n *Node) seedCustomer(ctx context.Context, set sample.Set) error {
	if !n.options.Demo {
		return nil
	}
	_, err := n.store.Lookups().UserNamed(ctx, DemoUser)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	accounts := auth.NewAccounts(n.store, ids{})
	_, err = accounts.Open(ctx, store.User{Name: DemoUser, District: set.Districts[1].Code}, DemoPassword)
	return err
}
