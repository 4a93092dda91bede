package shop

import (
	"slices"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/sourcing"
	"crossdock/site/store"
	"crossdock/web/page"
)

// hold keeps the units of the cart for the district, in place of what was kept
// before. Where the quota does not cover them, warehouses are asked once.
func (v *visit) hold(lines []store.Wanted, district id.District) (store.Holding, error) {
	command := store.HoldStock{Owner: v.owner(), District: district, Lines: lines}
	answer, err := v.Store.Do(v.ctx(), command)
	if err != nil {
		return store.Holding{}, err
	}
	holding := answer.(store.Holding)
	if len(holding.Short) == 0 {
		return holding, nil
	}
	if err := v.askFor(holding.Short); err != nil {
		return store.Holding{}, err
	}
	if answer, err = v.Store.Do(v.ctx(), command); err != nil {
		return store.Holding{}, err
	}
	return answer.(store.Holding), nil
}

// askFor asks for what is missing. What is kept already is not free, so that need
// is counted on top of what is.
func (v *visit) askFor(short []sourcing.Shortage) error {
	need := map[id.SKU]int64{}
	for _, s := range short {
		row, err := v.Store.Product(v.ctx(), s.SKU)
		if err != nil {
			return err
		}
		need[s.SKU] += row.Held + s.Missing
	}
	return v.Store.AskAhead(v.ctx(), need)
}

// release ends what is kept for the customer, who has left the checkout. Where it
// fails the hold ends by itself a little later.
func (v *visit) release() {
	owner := v.owner()
	if _, there := v.Published.Hold(owner); !there {
		return
	}
	if _, err := v.Store.Do(v.ctx(), store.ReleaseHold{Owner: owner}); err != nil {
		v.Log.Warn("a hold was not released", "err", err)
	}
}

// plan keeps the units of the cart for a district and tells what would happen if
// it were ordered now.
func (v *visit) plan(view *page.Checkout, basket cart.Cart, code id.District) error {
	district, known, err := v.district(code)
	if err != nil || !known {
		return err
	}
	names, wanted := map[id.SKU]string{}, []store.Wanted{}
	for i, line := range basket.Lines {
		names[line.SKU] = view.Lines[i].Name
		if view.Lines[i].Gone {
			view.Plan.Short = append(view.Plan.Short, page.ShortLine{SKU: string(line.SKU), Name: string(line.SKU), Wanted: line.Units})
			continue
		}
		wanted = append(wanted, store.Wanted{SKU: line.SKU, Units: line.Units})
	}
	if len(wanted) == 0 {
		return nil
	}
	holding, err := v.hold(wanted, code)
	if err != nil {
		return err
	}
	if len(holding.Units) > 0 {
		view.KeptUntil = v.local(holding.ExpiresAt)
	}
	view.Plan.Promise = promiseOf(holding.Promise)
	view.Plan.Why = v.steps(holding.Why)
	if view.Plan.Parcels, err = v.parcels(holding.Units, district, names); err != nil {
		return err
	}
	short, err := v.shortPlan(holding.Short, district, names)
	view.Plan.Short = append(view.Plan.Short, short...)
	return err
}

// parcels groups what is kept as the store does: by warehouse, in the order of the
// district, and by the day before which it is not shipped.
func (v *visit) parcels(kept []store.Held, district catalog.District, names map[id.SKU]string) ([]page.Parcel, error) {
	var parcels []page.Parcel
	for _, warehouse := range district.Warehouses {
		for _, held := range kept {
			if held.Warehouse != warehouse {
				continue
			}
			row, err := v.Store.Product(v.ctx(), held.SKU)
			if err != nil {
				return nil, err
			}
			with := page.Parcel{Site: string(warehouse), Name: v.nameOf(warehouse), ShipsOn: v.releaseDay(row.Product)}
			i := slices.IndexFunc(parcels, func(p page.Parcel) bool { return p.Site == with.Site && p.ShipsOn == with.ShipsOn })
			if i < 0 {
				i = len(parcels)
				parcels = append(parcels, with)
			}
			parcels[i].Lines = append(parcels[i].Lines, page.ParcelLine{SKU: string(held.SKU), Name: names[held.SKU], Quantity: held.Units})
		}
	}
	return parcels, nil
}

// shortPlan tells of what is short whether it can be ordered ahead. The store
// takes all of an order or nothing, and so does the plan.
func (v *visit) shortPlan(short []sourcing.Shortage, district catalog.District, names map[id.SKU]string) ([]page.ShortLine, error) {
	lines := shortLines(short, names)
	for i, s := range short {
		row, err := v.Store.Product(v.ctx(), s.SKU)
		if err != nil {
			return nil, err
		}
		lines[i].Ahead, lines[i].Backorder = v.comesIn(row.Product, district, s.Missing)
	}
	return lines, nil
}
