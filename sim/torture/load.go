package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/core/money"
)

// How busy the shop is.
const (
	customers    = 6
	thinkTime    = 220 * time.Millisecond // at most, between two orders of a customer
	ordersAhead  = 2                      // after so many orders goods come in once
	openingUnits = 20                     // of each product at each warehouse
)

func products() []id.SKU { return []id.SKU{"SKU1", "SKU2", "SKU3", "SKU4", "SKU5", "SKU6"} }

// load is everybody who asks something of the sites.
type load struct {
	*caller
	fleet   *fleet
	seed    uint64
	placed  atomic.Int64 // orders answered, or given up
	opened  chan id.Order
	stop    chan struct{}             // closed: nobody begins anything new
	gates   map[id.Site]*sync.RWMutex // of the warehouses: who works there holds it for reading
	working sync.WaitGroup
}

// openLoad prepares the clients; start sets them to work.
func openLoad(c *caller, f *fleet, seed uint64) *load {
	l := &load{caller: c, fleet: f, seed: seed, opened: make(chan id.Order, 4096), stop: make(chan struct{}), gates: map[id.Site]*sync.RWMutex{}}
	for _, warehouse := range warehouses() {
		l.gates[warehouse] = &sync.RWMutex{}
	}
	return l
}

// random is the n-th source of random numbers of a kind of client.
func (l *load) random(kind string, n int) *rand.Rand {
	sum := uint64(n)
	for _, r := range kind {
		sum = sum*131 + uint64(r)
	}
	return rand.New(rand.NewPCG(l.seed, sum))
}

// stock puts products into the catalog, and the first goods on the shelves.
func (l *load) stock(ctx context.Context) error {
	shopSite := l.fleet.sites[shop]
	for i, sku := range products() {
		body := api.ProductBody{Name: "Product " + string(sku), Type: "thing", Category: "all", Price: money.Of(int64(100+i), "GBP")}
		err := l.until(ctx, shopSite, "put "+string(sku), func(ctx context.Context, c *api.Client) error {
			_, err := c.PutProduct(ctx, sku, body)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, warehouse := range warehouses() {
		if err := l.hears(ctx, warehouse); err != nil {
			return err
		}
		for _, sku := range products() {
			if err := l.book(ctx, Booking{Key: "open-" + string(warehouse) + string(sku), Warehouse: warehouse, Line: Line{sku, openingUnits}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// hears waits until a warehouse knows the products.
func (l *load) hears(ctx context.Context, warehouse id.Site) error {
	for {
		client, err := l.fleet.sites[warehouse].client(ctx)
		if err != nil {
			return err
		}
		links, err := received(ctx, client, warehouse)
		if err != nil {
			return err
		}
		if len(links) == 1 && links[0].Cursor >= uint64(len(products())) {
			return nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// start sets everybody to work.
func (l *load) start(ctx context.Context) {
	for n := range customers {
		l.working.Go(func() { l.order(ctx, n) })
	}
	for n := range 2 {
		l.working.Go(func() { l.deliver(ctx, n) })
	}
	for _, warehouse := range warehouses() {
		for n := range 2 { // two who pick the same fulfillments
			l.working.Go(func() { l.pick(ctx, warehouse, n) })
		}
	}
	l.working.Go(func() { l.callOff(ctx) })
}

// finish lets everybody end what they have begun.
func (l *load) finish() {
	close(l.stop)
	l.working.Wait()
}

// over reports whether nothing new is to be begun, after a wait.
func (l *load) over(ctx context.Context, wait time.Duration) bool {
	select {
	case <-l.stop:
	case <-ctx.Done():
	case <-time.After(wait):
		return false
	}
	return true
}

// order is a customer, who sometimes sends an answered request once more.
func (l *load) order(ctx context.Context, n int) {
	random := l.random("order", n)
	for i := 0; !l.over(ctx, time.Duration(random.Int64N(int64(thinkTime)))); i++ {
		p := Placing{Key: fmt.Sprintf("order-%d-%d", n, i), Lines: drawLines(random)}
		p.Began = l.moment()
		again := 1
		if random.IntN(5) == 0 {
			again = 2
		}
		near := district(warehouses()[random.IntN(len(warehouses()))])
		for range again {
			if !l.place(ctx, &p, near) {
				break
			}
		}
		l.records.addPlacing(p)
		l.journal.write("order", p)
		l.placed.Add(1)
		if len(p.Answers) == 0 {
			continue
		}
		if !p.Answers[0].Short && random.IntN(8) == 0 {
			select {
			case l.opened <- p.Answers[0].Order:
			default: // whoever calls off is far behind
			}
		}
	}
}

func drawLines(random *rand.Rand) []Line {
	all := products()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var lines []Line
	for _, sku := range all[:1+random.IntN(3)] {
		lines = append(lines, Line{sku, 1 + random.Int64N(4)})
	}
	return lines
}

// place sends an order until it is answered, and writes the answer down; false
// where it was refused, or nobody answers.
func (l *load) place(ctx context.Context, p *Placing, near id.District) bool {
	request := api.OrderRequest{Reference: p.Key, Address: api.Address{Name: "A Customer", District: near}}
	for _, line := range p.Lines {
		request.Lines = append(request.Lines, api.Wanted{SKU: line.SKU, Quantity: line.Units})
	}
	var placement api.Placement
	err := l.until(ctx, l.fleet.sites[shop], p.Key, func(ctx context.Context, c *api.Client) error {
		var err error
		placement, err = c.PlaceOrder(ctx, p.Key, request)
		return err
	})
	if err != nil {
		if definite(err) {
			p.Refused = err.Error()
		}
		return false
	}
	if len(p.Answers) == 0 {
		p.Ended = l.moment()
	}
	answer := Answer{Order: placement.Order.ID, Number: placement.Order.Number, Short: len(placement.Short) > 0}
	for _, line := range placement.Order.Lines {
		answer.Lines = append(answer.Lines, Line{line.SKU, line.Quantity})
	}
	p.Answers = append(p.Answers, answer)
	return true
}

// callOff asks for some orders to be voided, and waits for what becomes of it.
func (l *load) callOff(ctx context.Context) {
	random := l.random("void", 0)
	var settling sync.WaitGroup
	defer settling.Wait()
	for !l.over(ctx, time.Duration(random.Int64N(int64(50*time.Millisecond)))) {
		var which id.Order
		select {
		case which = <-l.opened:
		default:
			continue
		}
		void := Void{Order: which, Span: Span{Began: l.moment()}}
		err := l.until(ctx, l.fleet.sites[shop], "void "+which.String(), func(ctx context.Context, c *api.Client) error {
			_, err := c.VoidOrder(ctx, "void-"+which.String(), which, "the rig")
			return err
		})
		if err != nil && !definite(err) {
			return
		}
		void.Taken, void.Refused = err == nil, refusal(err)
		settling.Go(func() { l.settle(ctx, void) })
	}
}

// settle waits until the warehouses have answered a void.
func (l *load) settle(ctx context.Context, void Void) {
	asked := true
	for void.Taken && asked {
		err := l.until(ctx, l.fleet.sites[shop], "look at "+void.Order.String(), func(ctx context.Context, c *api.Client) error {
			o, err := c.Order(ctx, void.Order)
			asked = o.VoidAsked
			return err
		})
		if err != nil || asked && pause(ctx, 50*time.Millisecond) != nil {
			break
		}
	}
	void.Ended = l.moment()
	l.records.addVoid(void)
	l.journal.write("void", void)
}
