package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/node"
	"crossdock/node/config"
	"crossdock/site/store"
)

// What the shop sells, and from where. There is enough of everything for every
// order to be taken.
const (
	currency      = "GBP"
	unitsPerShelf = 1_000_000 // of each product at each warehouse
	drainPatience = 10 * time.Minute
)

var warehouses = [...]id.Site{"wh1", "wh2", "wh3"}

// rig is the process that is measured.
type rig struct {
	options Options
	node    *node.Node
	stop    context.CancelFunc
	served  chan error
	disk    string // kind of file system
}

// openRig starts a process with a store and three warehouses, fills its shop
// where it is empty, and sees to it that there are enough orders.
func openRig(ctx context.Context, options Options) (*rig, error) {
	disk, err := diskOf(options.Dir)
	if err != nil && !options.memory {
		return nil, err
	}
	cfg := config.Default(nil)
	cfg.Data, cfg.Listen = dataOf(options), "127.0.0.1:0"
	cfg.Roles = []config.Role{"store"}
	for _, site := range warehouses {
		cfg.Roles = append(cfg.Roles, config.Role("warehouse:"+string(site)))
	}
	cfg.Districts = districts()
	r := &rig{options: options, disk: disk}
	if err := r.start(ctx, cfg); err != nil {
		return nil, err
	}
	if err := r.fill(ctx, cfg); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func dataOf(options Options) string { return filepath.Join(options.Dir, "data") }

func (r *rig) start(ctx context.Context, cfg config.Config) error {
	n, err := node.Open(ctx, cfg, node.Options{Version: "bench"})
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.Background())
	r.node, r.stop, r.served = n, stop, make(chan error, 1)
	go func() { r.served <- n.Serve(serving) }()
	return nil
}

// fill sees to it that there are products, goods, and enough orders.
func (r *rig) fill(ctx context.Context, cfg config.Config) error {
	if err := r.stock(ctx); err != nil {
		return err
	}
	there, err := r.orders(ctx)
	if err != nil || there >= r.options.Orders {
		return err
	}
	if err := r.close(); err != nil {
		return err
	}
	err = prefill(ctx, r.options, r.options.Orders-there)
	return errors.Join(err, r.start(ctx, cfg))
}

// close ends the process, if there is one.
func (r *rig) close() error {
	if r.node == nil {
		return nil
	}
	r.stop()
	err := errors.Join(<-r.served, r.node.Close())
	r.node = nil
	return err
}

// districts are one for each warehouse, which is its primary one.
func districts() []catalog.District {
	all := make([]catalog.District, len(warehouses))
	for i, site := range warehouses {
		all[i] = catalog.District{Code: district(i), Name: string(site) + " first"}
		for rank := range warehouses {
			all[i].Warehouses = append(all[i].Warehouses, warehouses[(i+rank)%len(warehouses)])
		}
	}
	return all
}

func district(i int) id.District { return id.District(fmt.Sprintf("d%d", i+1)) }

func sku(i int) id.SKU { return id.SKU(fmt.Sprintf("%05dA", i)) }

func product(i int) catalog.Product {
	return catalog.Product{
		SKU: sku(i), Name: fmt.Sprintf("WHITE HANGING HEART T-LIGHT HOLDER %d", i), Type: "home", Category: "lights",
		Price: money.Of(int64(100+i%900), currency),
	}
}

// stock lists the products and receives goods, where that was not done before.
func (r *rig) stock(ctx context.Context) error {
	r.options.Tell("filling the shop")
	products := make([]catalog.Product, r.options.skus)
	var goods strings.Builder
	goods.WriteString("StockCode,Warehouse,Quantity\n")
	for i := range products {
		products[i] = product(i)
		for _, site := range warehouses {
			fmt.Fprintf(&goods, "%s,%s,%d\n", products[i].SKU, site, unitsPerShelf)
		}
	}
	if _, err := r.node.Store().Do(ctx, store.ListProducts{Products: products}); err != nil {
		return err
	}
	if _, err := r.node.Import(ctx, "stock", node.ImportOptions{}, strings.NewReader(goods.String()), nil); err != nil {
		return err
	}
	_, err := r.drain(ctx)
	return err
}

// opened returns how many orders there are. Where there are none, it has each
// product sold out of each warehouse once: the store then has an account for all
// that is measured, as in a shop that has been open for a while, and as the limit
// begins with.
func (r *rig) opened(ctx context.Context) (orders int, err error) {
	if orders, err = r.orders(ctx); err != nil || orders > 0 {
		return orders, err
	}
	if err := r.sellAll(ctx); err != nil {
		return 0, err
	}
	if _, err := r.drain(ctx); err != nil {
		return 0, err
	}
	return r.orders(ctx)
}

func (r *rig) sellAll(ctx context.Context) error {
	for of := range warehouses {
		for first := 0; first < r.options.skus; first += order.MaxLines {
			w := wanted{key: rand.Text(), district: district(of)}
			for n := first; n < min(first+order.MaxLines, r.options.skus); n++ {
				w.lines = append(w.lines, store.Wanted{SKU: sku(n), Units: 1})
			}
			if _, err := (directly{r.node.Store()}).place(ctx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// orders counts what is in the store's database.
func (r *rig) orders(ctx context.Context) (int, error) {
	totals, err := r.node.Store().Totals(ctx)
	sum := 0
	for _, count := range totals.Orders {
		sum += count
	}
	return sum, err
}

// drain waits until all feeds are read, and returns how long that took.
func (r *rig) drain(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	began := time.Now()
	err := r.node.Drain(ctx)
	return time.Since(began), err
}

// behind counts the messages that have not been applied yet.
func (r *rig) behind(ctx context.Context) (uint64, error) {
	links, err := r.node.Links(ctx)
	var sum uint64
	for _, link := range links {
		sum += link.Lag
	}
	return sum, err
}

// round places orders for a part of the time.
func (r *rig) round(ctx context.Context, of shape, callers int) (run, error) {
	to := r.store()
	if r.options.HTTP {
		to = r.overHTTP()
	}
	each := r.options.Time / time.Duration(r.options.Rounds+1)
	began := cpu()
	one, err := drive(ctx, to, of, goal{callers: callers, time: each})
	one.cpu = cpu() - began
	return one, err
}

// together is a round with every warehouse at work on the same processors, until
// the feeds have come to rest.
func (r *rig) together(ctx context.Context, of shape) (run, error) {
	began := cpu()
	one, err := r.round(ctx, of, r.options.Callers)
	if err != nil {
		return one, err
	}
	if one.behind, err = r.behind(ctx); err != nil {
		return one, err
	}
	one.drained, err = r.drain(ctx)
	one.cpu = cpu() - began
	return one, err
}

// apart leaves the processors to the store: its warehouses are out of reach, as
// when they have machines of their own, and what is said to them waits.
func (r *rig) apart() error {
	for _, site := range warehouses {
		if err := r.node.Cut(site); err != nil {
			return err
		}
	}
	return nil
}
