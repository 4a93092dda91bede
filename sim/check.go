package sim

import (
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/store"
)

// checker holds every commit against the invariants, by a model of its own that is
// made of nothing but the rows that were committed. It knows only what a commit
// touched, so that it can look after each one; the audit, which walks everything,
// is asked now and then and at the end.
type checker struct {
	world   *World
	books   map[id.Site]*ledger
	stores  map[id.Site]*storeModel
	houses  map[id.Site]*houseModel
	links   map[direction]*link
	parted  map[id.Site]bool // sites that were restored: what they have lost is theirs to find out
	commits int
	audits  int
	touched []id.SKU // by the commit that is being looked at
}

// ledger is what the movements of a site add up to.
type ledger struct {
	seq      int64
	hash     stock.Hash
	balances map[holding]int64
}

// holding is one account of a SKU.
type holding struct {
	sku     id.SKU
	account stock.Account
}

// link is what one site has said to another.
type link struct {
	written  feed.Cursor
	read     uint64
	messages []said           // number n stands at n-1
	quota    map[id.SKU]int64 // units on their way between the two books
	incoming map[id.SKU]int64 // the same of announced units
}

// said is one message, as far as it matters here.
type said struct {
	hash     feed.Hash
	at       time.Duration
	kind     string
	quota    []event.Units
	incoming []event.Units
	taken    bool // the incoming units go the other way
}

// storeModel is the rows of a store. The sums are by warehouse and SKU.
type storeModel struct {
	orders       map[id.Order]*orderModel
	sequence     []id.Order // by number
	fulfillments map[id.Fulfillment]id.Order
	holds        map[string]store.Hold
	returns      map[id.UUID]store.Return
	promised     map[shelf]int64 // live units that were not sent
	unasked      map[shelf]int64 // of these, what no warehouse was asked for
	reserved     map[shelf]int64 // kept for checkouts and moves
	ahead        map[shelf]int64 // sold ahead
	acknowledged map[id.Order]int64
}

// orderModel is an order and what hangs on it.
type orderModel struct {
	order        order.Order
	events       int
	notices      map[string]bool // event and channel
	transactions []pay.Transaction
}

// houseModel is the rows of a warehouse.
type houseModel struct {
	fulfillments map[id.Fulfillment]*fulfillment.Fulfillment
	sequence     []id.Fulfillment
	returns      map[id.UUID]fulfillment.ReturnOrder
	purchases    map[string]purchase.Purchase
	allocated    map[id.SKU]int64
	picked       map[id.SKU]int64
	expected     map[holding]int64 // shares of the stores in open purchases
}

func newChecker(w *World) *checker {
	return &checker{
		world: w, books: map[id.Site]*ledger{}, stores: map[id.Site]*storeModel{}, houses: map[id.Site]*houseModel{}, links: map[direction]*link{}, parted: map[id.Site]bool{},
	}
}

func (c *checker) add(s *site) {
	c.books[s.name] = &ledger{balances: map[holding]int64{}}
	if s.isStore() {
		c.stores[s.name] = &storeModel{
			orders: map[id.Order]*orderModel{}, fulfillments: map[id.Fulfillment]id.Order{}, holds: map[string]store.Hold{},
			returns:  map[id.UUID]store.Return{},
			promised: map[shelf]int64{}, unasked: map[shelf]int64{}, reserved: map[shelf]int64{}, ahead: map[shelf]int64{},
			acknowledged: map[id.Order]int64{},
		}
		return
	}
	c.houses[s.name] = &houseModel{
		fulfillments: map[id.Fulfillment]*fulfillment.Fulfillment{}, returns: map[id.UUID]fulfillment.ReturnOrder{},
		purchases: map[string]purchase.Purchase{}, allocated: map[id.SKU]int64{}, picked: map[id.SKU]int64{}, expected: map[holding]int64{},
	}
}

func (c *checker) link(from, to id.Site) *link {
	way := direction{from, to}
	l := c.links[way]
	if l == nil {
		l = &link{written: feed.Cursor{Origin: string(from), Destination: string(to)}, quota: map[id.SKU]int64{}, incoming: map[id.SKU]int64{}}
		c.links[way] = l
	}
	return l
}

// unread returns what was said and not heard. Where the origin was restored its reader
// may be ahead of it.
func (l *link) unread() []said { return l.messages[min(l.read, uint64(len(l.messages))):] }

// touch notes that a commit has to do with a SKU.
func (c *checker) touch(sku id.SKU) {
	if !slices.Contains(c.touched, sku) {
		c.touched = append(c.touched, sku)
	}
}

// fail names the invariant of ARCHITECTURE.md, or what else must hold.
func (c *checker) fail(invariant, format string, args ...any) {
	c.world.fail(invariant, format, args...)
}

func (c *checker) balance(site id.Site, sku id.SKU, account stock.Account) int64 {
	return c.books[site].balances[holding{sku, account}]
}

// free returns the units on the shelf of a warehouse that are promised to nobody
// there.
func (c *checker) free(house *site, sku id.SKU) int64 {
	units := c.balance(house.name, sku, stock.Account{Kind: stock.Available})
	for _, s := range c.world.stores {
		units += c.balance(house.name, sku, stock.QuotaOf(s.name))
	}
	return units
}

// stage returns where a fulfillment stands at its warehouse.
func (c *checker) stage(house *site, which id.Fulfillment) order.Stage {
	if f := c.houses[house.name].fulfillments[which]; f != nil {
		return f.Stage
	}
	return ""
}

// acknowledged checks that what a customer is told is on the disk by then, and keeps
// it: it must be there at the end, and in every commit until then.
func (c *checker) acknowledged(at *site, command store.PlaceOrder, told order.Order) {
	m := c.stores[at.name]
	stands := m.orders[told.ID]
	if stands == nil {
		c.fail("5", "order %d (%s) is acknowledged by %s, but not committed", told.Number, told.ID, at.name)
		return
	}
	if stands.order.Number != told.Number {
		c.fail("5", "order %s was acknowledged with number %d, but has number %d", told.ID, told.Number, stands.order.Number)
	}
	wanted := map[id.SKU]int64{}
	for _, line := range command.Lines {
		wanted[line.SKU] += line.Units
	}
	for _, line := range stands.order.Lines {
		wanted[line.SKU] -= line.Quantity
	}
	for _, line := range command.Lines {
		if wanted[line.SKU] != 0 {
			c.fail("5", "order %d has other units of %s than its customer wanted", told.Number, line.SKU)
		}
	}
	m.acknowledged[told.ID] = told.Number
}

// crashed notes what a crash has met.
func (c *checker) crashed(s *site) {
	if !s.isStore() {
		return
	}
	for _, house := range c.world.houses {
		for _, m := range c.link(house.name, s.name).unread() {
			if m.kind == (event.QuotaGranted{}).Kind() && len(m.quota) > 0 {
				c.world.count(GrantCrossedCrash)
				return
			}
		}
	}
}

// auditEvery is after how many commits the audit walks everything. It takes longer
// than a hundred commits do.
const auditEvery = 4000

// afterStep walks everything now and then. After a restore the sites have to settle
// first what was lost, so it is left to the end.
func (c *checker) afterStep() {
	if c.commits >= auditEvery && c.commits/auditEvery > c.audits && len(c.parted) == 0 {
		c.audits = c.commits / auditEvery
		c.audit()
	}
}
