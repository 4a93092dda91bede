package audit

import (
	"cmp"
	"slices"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// told is what one site says of a fulfillment, as far as another must say the same.
// It is all that is kept of an order once its own site was walked: there may be
// many millions of them.
type told struct {
	order      id.Order
	number     int64
	site       id.Site // the other one: at a store the warehouse, at a warehouse the store
	stage      order.Stage
	neverAsked bool       // at a store: the warehouse has not heard of it, and is not to
	lines      []sameLine // in order
}

// sameLine is what both sites must tell of a line.
type sameLine struct {
	line                       int
	sku                        id.SKU
	quantity, voided, returned int64
}

// tellOrdered keeps what a store says of a part of an order.
func (v *view) tellOrdered(o order.Order, f *order.Fulfillment) {
	lines := make([]sameLine, len(f.Lines))
	for i, part := range f.Lines {
		lines[i] = v.sameLine(part.Line, part.SKU, part.Quantity, part.Voided, part.Returned)
		if f.Unasked {
			v.unasked[account{lines[i].sku, stock.PromisedAt(f.Warehouse)}] += part.Live()
		}
	}
	v.fulfillments[f.ID] = told{
		order: o.ID, number: o.Number, site: id.Site(v.name(string(f.Warehouse))), stage: order.Stage(v.name(string(f.Stage))),
		neverAsked: f.Unasked || f.Stage == order.VoidedStage && f.Version == 0, lines: inOrder(lines),
	}
}

// tellWorked keeps what a warehouse says of a fulfillment.
func (v *view) tellWorked(f fulfillment.Fulfillment) {
	lines := make([]sameLine, len(f.Lines))
	for i, line := range f.Lines {
		lines[i] = v.sameLine(line.Line, line.SKU, line.Quantity, line.Voided, line.Returned)
	}
	v.fulfillments[f.ID] = told{
		order: f.Order, number: f.Number, site: id.Site(v.name(string(f.Store))), stage: order.Stage(v.name(string(f.Stage))),
		lines: inOrder(lines),
	}
}

func (v *view) sameLine(line int, sku id.SKU, quantity, voided, returned int64) sameLine {
	return sameLine{line, id.SKU(v.name(string(sku))), quantity, voided, returned}
}

func inOrder(lines []sameLine) []sameLine {
	slices.SortFunc(lines, func(a, b sameLine) int { return cmp.Compare(a.line, b.line) })
	return lines
}

// name returns a text that is written in many rows as one that all of them share.
func (v *view) name(text string) string {
	shared, there := v.names[text]
	if !there {
		shared = text
		v.names[text] = shared
	}
	return shared
}
