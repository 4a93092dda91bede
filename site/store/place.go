package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
)

// maxReference is the length limit of another system's name of an order.
const maxReference = 64

// place takes an order: steps 2 to 6 of "the life of an order".
func (s *state) place(ctx context.Context, c PlaceOrder) (Placement, error) {
	if request, known, err := s.repeated(ctx, c.Key); err != nil || known {
		return s.placedBefore(ctx, request, err)
	}
	o, district, err := s.draft(c)
	if err != nil {
		return Placement{}, err
	}
	if err := s.stillInCart(ctx, c); err != nil {
		return Placement{}, err
	}
	plan := sourcing.PrimaryFirst(demands(o.Lines), district.Warehouses, s.held)
	o.Why = plan.Why
	if len(plan.Short) > 0 && !c.NoAsk {
		asks, err := s.askFor(plan.Short, district.Warehouses)
		if err != nil {
			return Placement{}, err
		}
		if len(asks) > 0 {
			return Placement{Order: o, Short: plan.Short, asks: asks}, nil
		}
	}
	if len(plan.Short) > 0 {
		return s.reverse(c, o, plan)
	}
	return s.promise(ctx, c, o, plan)
}

func (s *state) placedBefore(ctx context.Context, request Request, err error) (Placement, error) {
	if err != nil {
		return Placement{}, err
	}
	which, err := id.ParseOrder(request.Answer)
	if err != nil {
		return Placement{}, err
	}
	o, err := s.order(ctx, which)
	return Placement{Order: o, Short: shortOf(o), Repeat: true}, err
}

// shortOf tells again what a reversed order was short of: its steps say so.
func shortOf(o order.Order) []sourcing.Shortage {
	var short []sourcing.Shortage
	for _, step := range o.Why {
		if step.Verdict == order.Missing {
			short = append(short, sourcing.Shortage{SKU: step.SKU, Ordered: step.Wanted, Missing: step.Wanted - step.Got})
		}
	}
	return short
}

// draft checks the form of the order against catalog and districts, and prices it.
func (s *state) draft(c PlaceOrder) (order.Order, catalog.District, error) {
	fail := func(err error) (order.Order, catalog.District, error) {
		return order.Order{}, catalog.District{}, err
	}
	if err := catalog.CheckLine("reference", c.Reference, 0, maxReference); err != nil {
		return fail(err)
	}
	if err := c.Address.Check(); err != nil {
		return fail(err)
	}
	district, known := s.districts[c.Address.District]
	if !known {
		return fail(fault.At("district", fault.Invalid, "there is no district %s", fault.Quote(string(c.Address.District))))
	}
	method, err := pay.ParseMethod(string(c.Payment))
	if err != nil {
		return fail(err)
	}
	lines, err := s.lines(c.Lines)
	if err != nil {
		return fail(err)
	}
	total, err := order.Sum(lines)
	if err != nil {
		return fail(err)
	}
	o := order.Order{
		ID: id.Order{UUID: s.IDs.New()}, Store: s.books.Site(), Customer: c.Customer, Reference: c.Reference,
		Status: order.Placed, Version: 1, PlacedAt: c.PlacedAt, ChangedAt: s.now,
		Address: c.Address, Payment: string(method), Lines: lines, Total: total,
	}
	if o.PlacedAt.IsZero() {
		o.PlacedAt = s.now
	}
	return o, district, nil
}

func (s *state) lines(wanted []Wanted) ([]order.Line, error) {
	if len(wanted) == 0 {
		return nil, fault.At("lines", fault.Invalid, "the order has no lines")
	}
	if len(wanted) > order.MaxLines {
		return nil, fault.At("lines", fault.TooLarge, "an order has at most %d lines", order.MaxLines)
	}
	lines := make([]order.Line, len(wanted))
	for i, want := range wanted {
		field := "lines[" + strconv.Itoa(i) + "]"
		if err := order.CheckQuantity(field+".quantity", want.Units); err != nil {
			return nil, err
		}
		product, known := s.products[want.SKU]
		if !known {
			return nil, fault.At(field+".sku", fault.Invalid, "there is no product %s", fault.Quote(string(want.SKU)))
		}
		lines[i] = order.Line{
			Number: i + 1, SKU: want.SKU, Name: product.Name, Price: priceOf(product, want.Price), Quantity: want.Units,
		}
	}
	return lines, nil
}

func priceOf(product catalog.Product, given *money.Amount) money.Amount {
	if given != nil {
		return *given
	}
	return product.Price
}

func demands(lines []order.Line) []sourcing.Demand {
	demands := make([]sourcing.Demand, len(lines))
	for i, line := range lines {
		demands[i] = sourcing.Demand{Line: line.Number, SKU: line.SKU, Units: line.Quantity}
	}
	return demands
}

func (s *state) held(warehouse id.Site, sku id.SKU) int64 {
	return s.books.Balance(sku, stock.HeldAt(warehouse))
}

// promise books the plan: quota becomes promised, each warehouse is asked for
// its part, and the customer is told, all in this one transaction.
func (s *state) promise(ctx context.Context, c PlaceOrder, o order.Order, plan sourcing.Plan) (Placement, error) {
	s.assign(&o, plan.Takes)
	if err := s.book(o); err != nil {
		return Placement{}, err
	}
	for _, f := range o.Fulfillments {
		if err := s.request(o, f); err != nil {
			return Placement{}, err
		}
	}
	if err := s.takeOutOfCart(ctx, c); err != nil {
		return Placement{}, err
	}
	s.number(&o)
	s.insert(o, s.books.Site(), "placed", "placed, shipped by "+sites(o))
	s.changes.Transactions = append(s.changes.Transactions, pay.Transaction{
		ID: id.Beside(o.ID.UUID, "authorize"), Order: o.ID, At: s.now,
		Method: pay.OnDelivery, Kind: pay.Authorize, State: pay.Pending, Amount: o.Total,
	})
	s.notify(o, "placed", fmt.Sprintf("We have your order %d: %s, %s.", o.Number, units(o), o.Total))
	s.remember(c.Key, o.ID.String())
	return Placement{Order: o}, nil
}

// assign groups the takes by warehouse into fulfillments, in the plan's order.
func (s *state) assign(o *order.Order, takes []sourcing.Take) {
	index := map[id.Site]int{}
	for _, take := range takes {
		i, begun := index[take.Warehouse]
		if !begun {
			i = len(o.Fulfillments)
			index[take.Warehouse] = i
			o.Fulfillments = append(o.Fulfillments, order.Fulfillment{
				ID:        id.Fulfillment{UUID: id.Beside(o.ID.UUID, "fulfillment/"+string(take.Warehouse))},
				Warehouse: take.Warehouse, Stage: order.Requested, ChangedAt: s.now,
			})
		}
		o.Fulfillments[i].Lines = append(o.Fulfillments[i].Lines,
			order.Part{Line: take.Line, SKU: take.SKU, Quantity: take.Units})
	}
}

func (s *state) book(o order.Order) error {
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			err := s.books.Book(stock.Movement{
				ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: part.SKU, Quantity: part.Quantity,
				From: stock.HeldAt(f.Warehouse), To: stock.PromisedAt(f.Warehouse), Reason: stock.AllocatedTo,
				Order: o.ID, Line: part.Line, Cause: "placed",
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *state) request(o order.Order, f order.Fulfillment) error {
	lines := make([]event.Line, len(f.Lines))
	for i, part := range f.Lines {
		lines[i] = event.Line{Line: part.Line, SKU: part.SKU, Name: o.Line(part.Line).Name, Quantity: part.Quantity}
	}
	return s.books.Say(f.Warehouse, o.ID.String(), event.FulfillmentRequested{
		Order: o.ID, Number: s.lastNumber + 1, Fulfillment: f.ID, Epoch: s.books.Epoch(), PlacedAt: o.PlacedAt,
		Address: o.Address, Lines: lines,
	}, s.now)
}

// reverse keeps an order that cannot be served: it stands as voided with what
// was short, and holds nothing.
func (s *state) reverse(c PlaceOrder, o order.Order, plan sourcing.Plan) (Placement, error) {
	o.Status = order.Voided
	o.Reason = "not enough stock: " + missing(plan.Short)
	for i := range o.Lines {
		o.Lines[i].Voided = o.Lines[i].Quantity
	}
	s.number(&o)
	s.insert(o, s.books.Site(), "reversed", o.Reason)
	s.notify(o, "voided", fmt.Sprintf("We could not take your order %d: %s. Nothing is charged.", o.Number, o.Reason))
	s.remember(c.Key, o.ID.String())
	return Placement{Order: o, Short: plan.Short}, nil
}

func (s *state) number(o *order.Order) {
	s.lastNumber++
	o.Number = s.lastNumber
}

// stillInCart refuses an order out of a cart that has been ordered or emptied in
// the meantime, in another window perhaps.
func (s *state) stillInCart(ctx context.Context, c PlaceOrder) error {
	if c.ClearCart == "" {
		return nil
	}
	row, err := s.cart(ctx, c.ClearCart)
	if err != nil {
		return err
	}
	wanted := map[id.SKU]int64{}
	for _, line := range c.Lines {
		wanted[line.SKU] += line.Units
		if row.Cart.Units(line.SKU) < wanted[line.SKU] {
			return fault.At("cart", fault.Conflict, "the cart has changed in the meantime: look at it again")
		}
	}
	return nil
}

func (s *state) takeOutOfCart(ctx context.Context, c PlaceOrder) error {
	if c.ClearCart == "" {
		return nil
	}
	row, err := s.cart(ctx, c.ClearCart)
	if err != nil {
		return err
	}
	for _, line := range c.Lines {
		if left := row.Cart.Units(line.SKU) - line.Units; left > 0 {
			row.Cart, err = row.Cart.Set(line.SKU, left)
			if err != nil {
				return err
			}
		} else {
			row.Cart = row.Cart.Remove(line.SKU)
		}
	}
	s.saveCart(row)
	return nil
}

func sites(o order.Order) string {
	names := make([]string, len(o.Fulfillments))
	for i, f := range o.Fulfillments {
		names[i] = string(f.Warehouse)
	}
	return strings.Join(names, " and ")
}

func units(o order.Order) string {
	var count int64
	for _, line := range o.Lines {
		count += line.Quantity
	}
	if count == 1 {
		return "1 unit"
	}
	return strconv.FormatInt(count, 10) + " units"
}

func missing(short []sourcing.Shortage) string {
	const most = 5
	parts := make([]string, 0, most+1)
	for i, sh := range short {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more products", len(short)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%d of %d x %s missing", sh.Missing, sh.Ordered, sh.SKU))
	}
	return strings.Join(parts, ", ")
}
