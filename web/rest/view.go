package rest

import (
	"cmp"

	"crossdock/api"
	"crossdock/core/date"
	"crossdock/core/fulfillment"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// The views: what core and site hold, in the form of the wire.

func productView(row store.ProductRow) api.Product {
	return api.Product{
		SKU: row.SKU, Name: row.Name, Description: row.Description,
		Type: row.Type, Category: row.Category, Price: row.Price, Held: row.Held,
		Policy: cmp.Or(string(row.Policy), "in-stock"), Cap: row.Cap, ReleaseOn: row.ReleaseOn.String(),
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
		views[i] = api.Stock{Held: a.Held, Elsewhere: a.Level.Elsewhere, Level: levelView(a.Level, "")}
	}
	return views
}

// headView is an order without its lines, parts and reasons.
func headView(o order.Order) api.Order {
	view := api.Order{
		ID: o.ID, Number: o.Number, Store: o.Store, Reference: o.Reference, Status: string(o.Status), Version: o.Version,
		PlacedAt: o.PlacedAt, ChangedAt: o.ChangedAt, Address: api.Address(o.Address), Payment: o.Payment, Total: o.Total,
		Reason: o.Reason, VoidAsked: o.VoidAsked, Unpaid: o.Unpaid, Promise: promiseView(o.Promise), Fulfillments: make([]api.OrderFulfillment, len(o.Fulfillments)),
	}
	if !o.Customer.IsZero() {
		view.Customer = o.Customer.String()
	}
	if o.NewAddress != nil {
		address := api.Address(*o.NewAddress)
		view.NewAddress = &address
	}
	for i, f := range o.Fulfillments {
		view.Fulfillments[i] = api.OrderFulfillment{
			ID: f.ID, Warehouse: f.Warehouse, Status: string(f.Stage), Version: f.Version, ChangedAt: f.ChangedAt,
			Promise: promiseView(f.Promise), NotBefore: f.NotBefore.String(), Unasked: f.Unasked,
			MovingTo: f.MoveTo, Redirect: string(f.Redirect),
		}
	}
	return view
}

func promiseView(p order.Promise) *api.Promise {
	if p.To.IsZero() {
		return nil
	}
	return &api.Promise{From: p.From.String(), To: p.To.String()}
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
			view.Fulfillments[i].Lines = append(view.Fulfillments[i].Lines, api.Part{
				Line: part.Line, SKU: part.SKU, Quantity: part.Quantity,
				Voided: part.Voided, Asked: part.Asked, Returned: part.Returned,
			})
		}
	}
	for _, wait := range o.Waiting {
		view.Waiting = append(view.Waiting, api.Waiting{
			Line: wait.Line, SKU: wait.SKU, Warehouse: wait.Warehouse, Quantity: wait.Quantity, Due: wait.Due.String(),
		})
	}
	for _, step := range o.Why {
		view.Why = append(view.Why, stepView(step))
	}
	return view
}

func stepView(step order.Step) api.Step {
	return api.Step{
		Rule: step.Rule, Warehouse: step.Warehouse, Verdict: string(step.Verdict), SKU: step.SKU,
		Lines: step.Lines, Wanted: step.Wanted, Got: step.Got, Note: step.Note,
	}
}

func transactionViews(steps []pay.Transaction) []api.Transaction {
	views := make([]api.Transaction, len(steps))
	for i, t := range steps {
		views[i] = api.Transaction{
			ID: t.ID, At: t.At, Method: string(t.Method), Kind: string(t.Kind), State: string(t.State), Amount: t.Amount,
			Provider: t.Provider, Reference: t.Reference, Reason: t.Reason, Attempts: t.Attempts, NextAt: orAbsent(t.NextAt),
		}
	}
	return views
}

// takenView is an order as it was when it was taken, for this address, whatever has
// become of it since: the answer to a repeated key has to be the same. What the
// order waits for, and its promise, cannot be told from what it is now, so that
// they are told as they stand.
func takenView(o order.Order, address api.Address, authorization []pay.Transaction) api.Order {
	o = o.Clone()
	o.Status, o.Version, o.ChangedAt, o.Reason, o.VoidAsked, o.NewAddress = order.Placed, 1, o.PlacedAt, "", false, nil
	if len(o.Waiting) > 0 {
		o.Status = order.Backordered
	}
	for i := range o.Lines {
		o.Lines[i].Voided, o.Lines[i].Returned = 0, 0
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		f.Stage, f.Version, f.ChangedAt, f.MoveTo, f.Redirect = order.Requested, 0, o.PlacedAt, "", ""
		f.Unasked = o.Unpaid || f.NotBefore > date.Of(o.PlacedAt)
		for j := range f.Lines {
			f.Lines[j].Voided, f.Lines[j].Asked, f.Lines[j].Returned = 0, 0, 0
		}
	}
	view := orderView(o)
	view.Address, view.Transactions = address, transactionViews(authorization)
	return view
}

// storyView is an order with its payment and its history.
func storyView(o order.Order, steps []pay.Transaction, events []order.Event, notices []order.Notice) api.Order {
	view := orderView(o)
	view.Transactions = transactionViews(steps)
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
		view.Lines[i] = api.FulfillmentLine{
			Line: line.Line, SKU: line.SKU, Name: line.Name, Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned,
		}
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
