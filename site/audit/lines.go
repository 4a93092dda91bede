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

// count adds a movement to the tally of its order line, if it has one.
func (v *view) count(m books.Movement) {
	if m.Order.IsZero() {
		return
	}
	key := lineKey{order: m.Order, line: m.Line}
	if v.head.Role == Store {
		key.warehouse = id.Site(m.From.Ref)
	}
	t := v.moved[key]
	if t == nil {
		t = &tally{sku: m.SKU, row: m.Seq}
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
	clear(v.moved)
}
