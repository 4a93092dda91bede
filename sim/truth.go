package sim

import (
	"crossdock/core/fulfillment"
	"crossdock/core/id"
)

// truth is what really lies in the warehouses, whatever the books say: people put it
// there and take it away. It is how a unit that is sold twice is found: it cannot be
// sent twice.
type truth struct {
	world *World
	units map[shelf]int64
	// missing is what is gone from a shelf and was not taken off the books yet.
	missing map[shelf]int64
	sent    map[id.Fulfillment]bool
}

// shelf is one SKU in one warehouse.
type shelf struct {
	house id.Site
	sku   id.SKU
}

func newTruth(w *World) *truth {
	return &truth{world: w, units: map[shelf]int64{}, missing: map[shelf]int64{}, sent: map[id.Fulfillment]bool{}}
}

// put adds units that somebody brings, or takes some away, below zero. What is
// missing counts as there: it is found again, or the books let go of it.
func (t *truth) put(house id.Site, sku id.SKU, units int64) {
	k := shelf{house, sku}
	t.units[k] += units
	if t.units[k]+t.missing[k] < 0 && !t.world.check.parted[house] {
		t.world.fail("shelf", "%d of %s are taken off a shelf of %s that does not have them", -units, sku, house)
	}
}

// ship takes a parcel out of the building, once.
func (t *truth) ship(house id.Site, f fulfillment.Fulfillment) {
	if t.sent[f.ID] && t.world.check.parted[house] {
		return // the books had lost it, and it is booked again; whoever looks for it finds it gone
	}
	if t.sent[f.ID] {
		t.world.fail("parcels", "the parcel of fulfillment %s leaves %s a second time", f.ID, house)
		return
	}
	t.sent[f.ID] = true
	for _, line := range f.Lines {
		if line.Live() > 0 {
			t.put(house, line.SKU, -line.Live())
		}
	}
}

// lose has units vanish without anybody noticing; find brings them back.
func (t *truth) lose(house id.Site, sku id.SKU, units int64) {
	t.missing[shelf{house, sku}] += units
	t.put(house, sku, -units)
}

func (t *truth) find(house id.Site, sku id.SKU, units int64) {
	t.put(house, sku, units)
	t.missing[shelf{house, sku}] -= units
}

// most is the most units that the books may say are in the building.
func (t *truth) most(house id.Site, sku id.SKU) int64 {
	k := shelf{house, sku}
	return t.units[k] + t.missing[k]
}
