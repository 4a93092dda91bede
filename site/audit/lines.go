package audit

import (
	"fmt"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// lineKey is an order line at a site; a store tells its warehouses apart.
type lineKey struct {
	order     id.Order
	line      int
	warehouse id.Site // only at a store
}

// tally is what the movements of an order line add up to.
type tally struct {
	allocated, picked, shipped, released, returned int64
	sku                                            id.SKU // the first movement's
	row                                            int64  // the first movement's
}

// kept is units of an order line in an account of a store: sold ahead, or kept for
// a move.
type kept struct {
	order   id.Order
	line    int
	account stock.Account
}

// count adds a movement to the tally of its order line, if it has one.
func (v *view) count(m books.Movement) {
	if m.Order.IsZero() {
		return
	}
	key := lineKey{order: m.Order, line: m.Line}
	if v.head.Role == Store {
		v.keep(m, m.From, -m.Quantity)
		v.keep(m, m.To, m.Quantity)
		switch stock.Promised {
		case m.From.Kind:
			key.warehouse = id.Site(v.name(m.From.Ref))
		case m.To.Kind:
			key.warehouse = id.Site(v.name(m.To.Ref))
		default:
			return // nothing is promised or let go of
		}
	}
	t := v.moved[key]
	if t == nil {
		t = &tally{sku: id.SKU(v.name(string(m.SKU))), row: m.Seq}
		v.moved[key] = t
	}
	switch m.Reason {
	case stock.AllocatedTo:
		t.allocated += m.Quantity
	case stock.PickedFor:
		t.picked += m.Quantity
	case stock.Shipped:
		t.shipped += m.Quantity
	case stock.Released:
		t.released += m.Quantity
	case stock.CustomerReturn:
		t.returned += m.Quantity
	default:
	}
}

// keep counts units that an order line has in one of the accounts of kept.
func (v *view) keep(m books.Movement, in stock.Account, units int64) {
	if in.Kind != stock.IncomingPromised && in.Kind != stock.Reserved {
		return
	}
	k := kept{m.Order, m.Line, in}
	if v.kept[k] += units; v.kept[k] == 0 {
		delete(v.kept, k)
	}
}

// taken returns the tally of a line, once: a line that is looked for a second
// time has nothing left.
func (v *view) taken(key lineKey) tally {
	t := v.moved[key]
	if t == nil {
		return tally{}
	}
	delete(v.moved, key)
	return *t
}

// checkOwners finds movements for order lines that do not exist: units that are
// promised to nobody. taken has removed those that belong to somebody.
func (a *auditor) checkOwners(v *view) {
	for key, t := range v.moved {
		where := ""
		if key.warehouse != "" {
			where = " at " + string(key.warehouse)
		}
		a.find(3, v.head.Site, fmt.Sprintf("movement %d", t.row),
			"moves units for order %s line %d%s, which is not there", key.order, key.line, where)
	}
	for k, units := range v.kept {
		a.find(3, v.head.Site, fmt.Sprintf("balance %s", k.account),
			"has %d units for order %s line %d, which does not wait for them", units, k.order, k.line)
	}
	v.moved, v.kept = nil, nil // the memory goes to the next site
}
