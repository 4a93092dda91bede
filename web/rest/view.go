package rest

import (
	"crossdock/api"
	"crossdock/core/fulfillment"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// The views: what core and site hold, in the form of the wire.

func productView(row store.ProductRow) api.Product {
	return api.Product{
		SKU: row.SKU, Name: row.Name, Description: row.Description,
		Type: row.Type, Category: row.Category, Price: row.Price, Held: row.Held,
	}
}

func levelView(level stock.Level, name string) api.Level {
	return api.Level{
		Warehouse: level.Warehouse, SKU: level.SKU, Name: name, OnHand: level.OnHand, Available: level.Available,
		Quota: level.Quota, Allocated: level.Allocated, Picked: level.Picked, Version: level.Version,
	}
}

func stockViews(known []store.Availability) []api.Stock {
	views := make([]api.Stock, len(known))
	for i, a := range known {
		views[i] = api.Stock{Held: a.Held, Level: levelView(a.Level, "")}
	}
	return views
}

// headView is an order without its lines, parts and reasons.
func headView(o order.Order) api.Order {
	view := api.Order{
		ID: o.ID, Number: o.Number, Store: o.Store, Reference: o.Reference, Status: string(o.Status), Version: o.Version,
		PlacedAt: o.PlacedAt, ChangedAt: o.ChangedAt, Address: api.Address(o.Address), Payment: o.Payment, Total: o.Total,
		Reason: o.Reason, VoidAsked: o.VoidAsked, Fulfillments: make([]api.OrderFulfillment, len(o.Fulfillments)),
	}
	if !o.Customer.IsZero() {
		view.Customer = o.Customer.String()
	}
	for i, f := range o.Fulfillments {
		view.Fulfillments[i] = api.OrderFulfillment{
			ID: f.ID, Warehouse: f.Warehouse, Status: string(f.Stage), Version: f.Version, ChangedAt: f.ChangedAt,
		}
	}
	return view
}

// orderView is an order without its history.
func orderView(o order.Order) api.Order {
	view := headView(o)
	for _, line := range o.Lines {
		view.Lines = append(view.Lines, api.OrderLine{
			Line: line.Number, SKU: line.SKU, Name: line.Name, Price: line.Price,
			Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned,
		})
	}
	for i, f := range o.Fulfillments {
		for _, part := range f.Lines {
			view.Fulfillments[i].Lines = append(view.Fulfillments[i].Lines, api.Part(part))
		}
	}
	for _, step := range o.Why {
		view.Why = append(view.Why, api.Step{
			Rule: step.Rule, Warehouse: step.Warehouse, Verdict: string(step.Verdict), SKU: step.SKU,
			Lines: step.Lines, Wanted: step.Wanted, Got: step.Got, Note: step.Note,
		})
	}
	return view
}

// takenView is an order as it was when it was taken, whatever has become of it
// since: the answer to a repeated key has to be the same for ever.
func takenView(o order.Order) api.Order {
	o = o.Clone()
	o.Status, o.Version, o.ChangedAt, o.Reason, o.VoidAsked = order.Placed, 1, o.PlacedAt, "", false
	for i := range o.Lines {
		o.Lines[i].Voided, o.Lines[i].Returned = 0, 0
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		f.Stage, f.Version, f.ChangedAt = order.Requested, 0, o.PlacedAt
		for j := range f.Lines {
			f.Lines[j].Voided, f.Lines[j].Asked, f.Lines[j].Returned = 0, 0, 0
		}
	}
	return orderView(o)
}

// storyView is an order with its history.
func storyView(o order.Order, events []order.Event, notices []order.Notice) api.Order {
	view := orderView(o)
	for _, e := range events {
		view.Events = append(view.Events, api.OrderEvent{Seq: e.Seq, At: e.At, Site: e.Site, Kind: e.Kind, Text: e.Text})
	}
	for _, n := range notices {
		view.Notices = append(view.Notices, api.Notice{Event: n.Event, Channel: n.Channel, At: n.At, Text: n.Text})
	}
	return view
}

func fulfillmentView(warehouse *site, f fulfillment.Fulfillment) api.Fulfillment {
	view := api.Fulfillment{
		ID: f.ID, Warehouse: warehouse.name, Order: f.Order, Number: f.Number, Store: f.Store, Status: string(f.Stage),
		Next: byHand(f.Stage), Version: f.Version, PlacedAt: f.PlacedAt, ChangedAt: f.ChangedAt,
		Address: api.Address(f.Address), Lines: make([]api.FulfillmentLine, len(f.Lines)),
	}
	for i, line := range f.Lines {
		view.Lines[i] = api.FulfillmentLine(line)
	}
	return view
}

// byHand lists the stages that a person may advance to. Voiding goes through the
// order, and being short is found out by a count.
func byHand(from order.Stage) []string {
	stages := []string{}
	for _, stage := range order.NextStages(from) {
		if stage != order.VoidedStage && stage != order.ShortStage {
			stages = append(stages, string(stage))
		}
	}
	return stages
}
