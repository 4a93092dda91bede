package audit

import (
	"context"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
)

// walkFulfillments checks the fulfillments of a warehouse.
func (a *auditor) walkFulfillments(ctx context.Context, v *view) error {
	parts := worklist{index: map[lineKey]int{}}
	err := v.source.Fulfillments(ctx, func(f fulfillment.Fulfillment, damage error) error {
		row := "fulfillment " + f.ID.String()
		if damage != nil {
			a.damaged(5, v.head.Site, row, damage)
		}
		if fault.Is(damage, fault.NotFound) {
			return nil // whose lines these were went with the row
		}
		v.counts.Fulfillments++
		v.tellWorked(f)
		if !slices.Contains(order.Stages(), f.Stage) {
			a.find(5, v.head.Site, row, "has the stage %s, which there is not", fault.Quote(string(f.Stage)))
		}
		if len(f.Lines) == 0 {
			a.find(3, v.head.Site, row, "has no lines")
		}
		for _, line := range f.Lines {
			parts.add(f, line)
		}
		return nil
	})
	for i := range parts.all {
		a.checkWork(v, &parts.all[i])
	}
	return err
}

// work is what a warehouse has to do for an order line: that of one fulfillment,
// or of several where more was asked for later.
type work struct {
	key                     lineKey
	sku                     id.SKU
	row                     string      // of the last fulfillment
	stage                   order.Stage // its stage
	asked, voided, returned int64
	packed, sent            int64 // at least off the shelf; of these, handed over
}

type worklist struct {
	all   []work
	index map[lineKey]int
}

func (l *worklist) add(f fulfillment.Fulfillment, line fulfillment.Line) {
	key := lineKey{order: f.Order, line: line.Line}
	i, there := l.index[key]
	if !there {
		i = len(l.all)
		l.index[key] = i
		l.all = append(l.all, work{key: key, sku: line.SKU})
	}
	w := &l.all[i]
	w.row, w.stage = "fulfillment "+f.ID.String(), f.Stage
	w.asked += line.Quantity
	w.voided += line.Voided
	w.returned += line.Returned
	switch f.Stage {
	case order.SentStage, order.DeliveredStage:
		w.packed += line.Live()
		w.sent += line.Live()
	case order.PickedStage, order.WaitingTransfer, order.ReadyStage:
		w.packed += line.Live()
	default:
	}
}

// checkWork checks invariants 3 and 4 of an order line at its warehouse.
func (a *auditor) checkWork(v *view, w *work) {
	t := v.taken(w.key)
	if t.sku != "" && t.sku != w.sku {
		a.find(3, v.head.Site, w.row, "line %d is of %s, but the movements are of %s", w.key.line, w.sku, t.sku)
	}
	if t.allocated != w.asked || t.released != w.voided || t.returned != w.returned {
		a.find(3, v.head.Site, w.row, "line %d: %d asked for, %d voided, %d returned, but the movements say %d, %d, %d",
			w.key.line, w.asked, w.voided, w.returned, t.allocated, t.released, t.returned)
	}
	if t.picked < w.packed || t.shipped < w.sent {
		a.find(3, v.head.Site, w.row, "line %d is %s with %d units packed and %d sent, but %d were picked and %d shipped",
			w.key.line, w.stage, w.packed, w.sent, t.picked, t.shipped)
	}
	if t.shipped > w.sent {
		a.find(4, v.head.Site, w.row, "line %d: %d units were shipped of %d, while it is %s", w.key.line, t.shipped, w.sent, w.stage)
	}
}
