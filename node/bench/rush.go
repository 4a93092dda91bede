package bench

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/node"
	"crossdock/site/store"
)

// RushOptions say how many want how much. Time is what all of them are to be
// answered within.
type RushOptions struct {
	Options
	Requests int   // each for one unit, under a key of its own
	Units    int64 // that there are, over all warehouses
}

func (o RushOptions) check() error {
	if o.Requests < 1 || o.Units < 1 || o.Time <= 0 || o.HTTP {
		return fault.New(fault.Invalid, "a rush needs requests, units and a time, all above zero, and goes to the store itself")
	}
	return nil
}

// Rush has many customers want the one product of which there is little. Exactly
// what there is must be sold; everybody else must be told what was short, and
// leaves an order that stands as voided. The databases are audited afterwards.
func Rush(ctx context.Context, options RushOptions) (RushReport, error) {
	if err := options.check(); err != nil {
		return RushReport{}, err
	}
	options.skus = 1 // besides the one that is wanted
	var data string
	var wanted id.SKU
	report, err := measured(ctx, options.Options, func(ctx context.Context, r *rig) (RushReport, error) {
		before, err := r.orders(ctx)
		if err != nil {
			return RushReport{}, err
		}
		// A product of this run alone: what others have sold in the directory
		// before is not counted.
		data, wanted = r.node.Data(), id.SKU(fmt.Sprintf("%05dR", before))
		if err := r.offer(ctx, wanted, options.Units); err != nil {
			return RushReport{}, err
		}
		report := RushReport{Units: options.Units, Machine: r.machine(before)}
		return report, r.rush(ctx, wanted, options.Requests, &report)
	})
	if err != nil {
		return report, err
	}
	options.complete().Tell("auditing the databases")
	if err := report.audit(ctx, data, wanted); err != nil {
		return report, err
	}
	report.judge(options)
	return report, nil
}

// offer lists a product, receives its units, and sees to it that the store holds
// all of them.
func (r *rig) offer(ctx context.Context, wanted id.SKU, units int64) error {
	p := product(0)
	p.SKU = wanted
	if _, err := r.node.Store().Do(ctx, store.ListProducts{Products: []catalog.Product{p}}); err != nil {
		return err
	}
	if _, err := r.node.Import(ctx, "stock", node.ImportOptions{}, strings.NewReader(goods(wanted, units)), nil); err != nil {
		return err
	}
	if _, err := r.drain(ctx); err != nil {
		return err
	}
	row, err := r.node.Store().Product(ctx, wanted)
	if err == nil && row.Held != units {
		err = fault.New(fault.Internal, "the store holds %d units of %s, not %d", row.Held, wanted, units)
	}
	return err
}

// goods is a file of units of a product, divided over the warehouses.
func goods(of id.SKU, units int64) string {
	var text strings.Builder
	text.WriteString("StockCode,Warehouse,Quantity\n")
	for i, site := range warehouses {
		share := units / int64(len(warehouses))
		if int64(i) < units%int64(len(warehouses)) {
			share++
		}
		if share > 0 {
			fmt.Fprintf(&text, "%s,%s,%d\n", of, site, share)
		}
	}
	return text.String()
}

// rush lets the customers in, and the feeds come to rest when they have gone.
func (r *rig) rush(ctx context.Context, wanted id.SKU, requests int, report *RushReport) error {
	var told answers
	at := counter{r.options.skus, func(context.Context) (customer, error) {
		return eager{r.node.Store(), wanted, &told}, nil
	}}
	r.options.Tell(fmt.Sprintf("%d customers want one of %d units", requests, report.Units))
	one, err := drive(ctx, at, hot, goal{callers: r.options.Callers, time: r.options.Time, orders: requests})
	if err != nil {
		return err
	}
	r.options.Tell("waiting for the feeds")
	if one.drained, err = r.drain(ctx); err != nil {
		return err
	}
	report.fill(one, &told, float64(requests)/r.options.Time.Seconds())
	return nil
}

// answers counts requests by what they were told.
type answers struct{ sold, short, other atomic.Int64 }

// eager is a customer who wants one unit, again and again, and for whom to be
// told that there is none is an answer like any other.
type eager struct {
	store *store.Store
	sku   id.SKU
	told  *answers
}

// place implements customer.
func (e eager) place(ctx context.Context, w wanted) (time.Time, error) {
	w.lines = []store.Wanted{{SKU: e.sku, Units: 1}}
	placement, err := e.store.Place(ctx, w.command())
	if err != nil {
		return time.Time{}, err
	}
	e.told.count(placement, e.sku)
	return placement.Order.PlacedAt, nil
}

func (eager) close() error { return nil }

// count takes an answer for what it says in full: a sale has a warehouse that
// ships it, and a refusal names the product and the unit that is missing.
func (a *answers) count(p store.Placement, sku id.SKU) {
	status, short := p.Order.Status, p.Short
	switch {
	case p.Repeat:
		a.other.Add(1)
	case status == order.Placed && len(short) == 0 && len(p.Order.Fulfillments) == 1:
		a.sold.Add(1)
	case status == order.Voided && len(short) == 1 && short[0].SKU == sku && short[0].Ordered == 1 && short[0].Missing == 1:
		a.short.Add(1)
	default:
		a.other.Add(1)
	}
}
