package intake

import (
	"io"
	"slices"
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// StockLine is opening stock: units of a product to receive at a warehouse.
type StockLine struct {
	SKU       id.SKU
	Warehouse id.Site
	Units     int64
	FileLines []int // nil where no file says it
}

func (l StockLine) firstLine() int {
	if len(l.FileLines) == 0 {
		return 0
	}
	return l.FileLines[0]
}

// StockPlan is what a file says about stock, in order of the file; two lines for
// one product at one warehouse are one StockLine.
type StockPlan struct {
	Stock        []StockLine
	Lines        int
	LinesUsed    int
	LinesSkipped int
	ByCause      ByCause
}

// Stock reads a file of opening stock. A warehouse other than those given, like
// bad form, is fault.Invalid; too many bytes are fault.TooLarge.
func Stock(file io.Reader, warehouses []id.Site) (StockPlan, error) {
	plan := StockPlan{ByCause: ByCause{}}
	type shelf struct {
		sku       id.SKU
		warehouse id.Site
	}
	places := make(map[shelf]int)
	marked, err := scan(file, []column{colCode, colWarehouse, colQuantity}, func(r *record) {
		plan.Lines++
		sku, cause := goods(r)
		units := r.quantity()
		warehouse := r.warehouse(warehouses)
		if cause == "" && units <= 0 {
			cause = QuantityNotPositive
		}
		if cause != "" {
			plan.ByCause.line(cause, r.line, "")
			plan.LinesSkipped++
			return
		}
		plan.LinesUsed++
		at, known := places[shelf{sku, warehouse}]
		if known {
			plan.Stock[at].Units += units
			plan.Stock[at].FileLines = append(plan.Stock[at].FileLines, r.line)
			plan.ByCause.line(LinesMerged, r.line, "")
			return
		}
		places[shelf{sku, warehouse}] = len(plan.Stock)
		plan.Stock = append(plan.Stock, StockLine{sku, warehouse, units, []int{r.line}})
	})
	if err != nil {
		return StockPlan{}, err
	}
	if marked {
		plan.ByCause.line(ByteOrderMark, 1, "")
	}
	return plan, nil
}

func (r *record) warehouse(known []id.Site) id.Site {
	name := id.Site(r.text(colWarehouse))
	if !slices.Contains(known, name) {
		r.found.add(r.line, "there is no warehouse %s: %s", fault.Quote(string(name)), knownAre(known))
	}
	return name
}

// CheckKnown reports the SKUs of the plan that the shop does not know, as one
// fault.Invalid with line numbers; nil when it knows them all.
func (p StockPlan) CheckKnown(known func(id.SKU) bool) error {
	var found problems
	for _, line := range p.Stock {
		if !known(line.SKU) {
			found.add(line.firstLine(), "there is no product %s", line.SKU)
		}
	}
	return found.err()
}

// Share is the part of some units that goes to one warehouse.
type Share struct {
	Warehouse id.Site
	Units     int64
}

// Divide spreads units over warehouses as evenly as it goes, the remainder to
// the first. Below zero units, or no warehouse at all, are fault.Invalid.
func Divide(units int64, warehouses []id.Site) ([]Share, error) {
	if units < 0 {
		return nil, fault.At("units", fault.Invalid, "%d units cannot be divided", units)
	}
	if len(warehouses) == 0 {
		return nil, fault.At("warehouses", fault.Invalid, "there is no warehouse to put stock into")
	}
	each := units / int64(len(warehouses))
	shares := make([]Share, len(warehouses))
	for i, warehouse := range warehouses {
		shares[i] = Share{warehouse, each}
	}
	shares[0].Units += units % int64(len(warehouses))
	return shares, nil
}

// Opening plans the same number of units of every product, divided over the
// warehouses. Errors are those of Divide.
func Opening(skus []id.SKU, unitsEach int64, warehouses []id.Site) (StockPlan, error) {
	plan := StockPlan{ByCause: ByCause{}}
	shares, err := Divide(unitsEach, warehouses)
	if err != nil {
		return StockPlan{}, err
	}
	for _, sku := range skus {
		for _, share := range shares {
			if share.Units > 0 {
				plan.Stock = append(plan.Stock, StockLine{SKU: sku, Warehouse: share.Warehouse, Units: share.Units})
			}
		}
	}
	return plan, nil
}

// knownAre says which warehouses there are, for people.
func knownAre(warehouses []id.Site) string {
	if len(warehouses) == 0 {
		return "none is known"
	}
	names := make([]string, len(warehouses))
	for i, warehouse := range warehouses {
		names[i] = string(warehouse)
	}
	return "known are " + strings.Join(names, ", ")
}
