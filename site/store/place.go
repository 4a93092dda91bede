package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/date"
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
	if err := s.mayNumber(); err != nil {
		return Placement{}, err
	}
	o, district, err := s.draft(c)
	if err != nil {
		return Placement{}, err
	}
	if err := s.stillInCart(ctx, c); err != nil {
		return Placement{}, err
	}
	if err := s.mayOwe(o); err != nil {
		return Placement{}, err
	}
	mark := s.books.Mark()
	if err := s.openHold(c.holder()); err != nil {
		return Placement{}, err
	}
	plan := s.source(o.Lines, district)
	if len(plan.Short) > 0 && !c.NoAsk {
		s.books.Undo(mark) // what is kept stays kept while the warehouses are asked
		asks, err := s.askFor(plan.Short, district.Warehouses)
		if err != nil {
			return Placement{}, err
		}
		if len(asks) > 0 {
			return Placement{Order: o, Short: plan.Short, asks: asks}, nil
		}
		if err := s.openHold(c.holder()); err != nil {
			return Placement{}, err
		}
	}
	o.Why = plan.Why
	if len(plan.Short) > 0 && !s.sellAhead(&o, district, plan) {
		return s.reverse(c, o, plan)
	}
	return s.promise(ctx, c, o, district, plan)
}

// holder names whose hold an order uses up.
func (c PlaceOrder) holder() string { return cmp.Or(c.Hold, c.ClearCart) }

// source chooses the warehouses of an order from the quota held. Where nobody has
// said anything of the warehouses, no day is promised.
func (s *state) source(lines []order.Line, district catalog.District) sourcing.Plan {
	problem := sourcing.Problem{
		Demands: demands(lines), District: district, Candidates: s.candidatesOf(district), Held: s.held, Prices: s.prices,
	}
	if len(s.live.warehouses) > 0 {
		problem.Now = s.now
	}
	return s.policy.Plan(problem)
}

// placedBefore tells of an order again. Where its payment is still being asked for,
// whoever asks again waits for the same answer as who asked first.
func (s *state) placedBefore(ctx context.Context, request Request, err error) (Placement, error) {
	if err != nil {
		return Placement{}, err
	}
	which, err := id.ParseOrder(request.Answer)
	if err != nil {
		return Placement{}, err
	}
	o, err := s.order(ctx, which)
	if err != nil {
		return Placement{}, err
	}
	placement := Placement{Order: o, Short: shortOf(o), Repeat: true}
	if o.Unpaid && o.Payment == string(pay.Card) {
		account, err := s.payment(ctx, o.ID)
		if err != nil {
			return Placement{}, err
		}
		placement.pay, _ = account.Authorization()
	}
	return placement, nil
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
	method, err := s.method(c)
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
		if want.Seen != nil && *want.Seen != product.Price {
			return nil, fault.At(field+".price", fault.Conflict, "the price of %s is %s by now, not %s: look at it again",
				product.Name, product.Price, *want.Seen)
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

// held returns the units of a warehouse that the store may promise.
func (s *state) held(warehouse id.Site, sku id.SKU) int64 {
	if s.books.Recovering(warehouse) {
		return 0
	}
	return s.books.Balance(sku, stock.HeldAt(warehouse))
}

// promise books the plan: quota becomes promised, each warehouse is asked for
// its part, and the customer is told, all in this one transaction. Where the
// payment has to be authorized first, no warehouse is asked before it is.
func (s *state) promise(ctx context.Context, c PlaceOrder, o order.Order, district catalog.District, plan sourcing.Plan) (Placement, error) {
	s.assign(&o, district, plan)
	o.Number = s.lastNumber + 1
	authorization, err := s.authorization(o, c)
	if err != nil {
		return Placement{}, err
	}
	o.Unpaid = authorization.State == pay.Pending
	if err := s.book(o); err != nil {
		return Placement{}, err
	}
	if err := s.ask(&o); err != nil {
		return Placement{}, err
	}
	if err := s.takeOutOfCart(ctx, c); err != nil {
		return Placement{}, err
	}
	o.Status = order.Fold(o)
	o.Promise = s.promised(o, district)
	s.lastNumber++
	s.endHold(c.holder())
	s.sold(&o)
	s.live.learn(s.policy, o, s.now)
	for i := range o.Fulfillments {
		s.burden(o.Fulfillments[i].Warehouse)
	}
	s.insert(o, s.books.Site(), "placed", placedText(o))
	if o.Total.Minor > 0 {
		s.saveTransaction(authorization)
	}
	s.notify(o, "placed", confirmation(o))
	s.remember(c.Key, o.ID.String())
	if !o.Unpaid {
		return Placement{Order: o, Authorization: authorization}, nil
	}
	if c.ClearCart != "" {
		s.live.carts[o.ID] = c.ClearCart
	}
	return Placement{Order: o, pay: authorization}, nil
}

func placedText(o order.Order) string {
	text := "placed"
	if len(o.Fulfillments) > 0 {
		text += ", shipped by " + sites(o)
	}
	if len(o.Waiting) > 0 {
		text += ", " + counted(waitingUnits(o)) + " to come in"
	}
	if o.Unpaid {
		text += ", waits for its payment"
	}
	return text
}

func confirmation(o order.Order) string {
	text := fmt.Sprintf("We have your order %d: %s, %s.", o.Number, units(o), o.Total)
	if waiting := waitingUnits(o); waiting > 0 {
		text += " " + counted(waiting) + " still to come in."
	}
	if !o.Promise.To.IsZero() {
		text += fmt.Sprintf(" It arrives between %s and %s.", o.Promise.From, o.Promise.To)
	}
	return text
}

func waitingUnits(o order.Order) int64 {
	var count int64
	for _, wait := range o.Waiting {
		count += wait.Quantity
	}
	return count
}

// assign groups the takes into fulfillments, in the plan's order: one for each
// warehouse, and one more for what it may not ship before a release.
func (s *state) assign(o *order.Order, district catalog.District, plan sourcing.Plan) {
	type parcel struct {
		warehouse id.Site
		notBefore date.Date
	}
	index := make(map[parcel]int, len(plan.Parcels))
	for _, take := range plan.Takes {
		k := parcel{take.Warehouse, s.releaseDay(take.SKU)}
		i, begun := index[k]
		if !begun {
			i = len(o.Fulfillments)
			index[k] = i
			f := order.Fulfillment{
				ID: s.fulfillmentID(*o, k.warehouse), Warehouse: k.warehouse, Stage: order.Requested,
				ChangedAt: s.now, Unasked: true, NotBefore: k.notBefore, Promise: parcelPromise(plan, k.warehouse),
			}
			if !k.notBefore.IsZero() {
				f.Promise = s.arrival(s.candidate(k.warehouse), district, k.notBefore)
			}
			o.Fulfillments = append(o.Fulfillments, f)
		}
		o.Fulfillments[i].Lines = append(o.Fulfillments[i].Lines,
			order.Part{Line: take.Line, SKU: take.SKU, Quantity: take.Units})
	}
}

// fulfillmentID names the next fulfillment of an order. The first of a warehouse
// has the warehouse's name alone. After a restore it has the epoch as well, as the
// store may have given the other names to what it has lost.
func (s *state) fulfillmentID(o order.Order, warehouse id.Site) id.Fulfillment {
	name := "fulfillment/" + string(warehouse)
	for i := range o.Fulfillments {
		if o.Fulfillments[i].Warehouse == warehouse {
			name = fmt.Sprintf("fulfillment/%s/%d", warehouse, len(o.Fulfillments)+1)
		}
	}
	if epoch := s.books.Epoch(); epoch > 1 {
		name = fmt.Sprintf("%s/%d/%d", name, epoch, len(o.Fulfillments)+1)
	}
	return id.Fulfillment{UUID: id.Beside(o.ID.UUID, name)}
}

func parcelPromise(plan sourcing.Plan, warehouse id.Site) order.Promise {
	for _, p := range plan.Parcels {
		if p.Warehouse == warehouse {
			return p.Promise
		}
	}
	return order.Promise{}
}

// releaseDay returns the day before which nothing of a SKU is shipped, or none.
func (s *state) releaseDay(sku id.SKU) date.Date {
	if p := s.products[sku]; p.Policy == catalog.Preorder && p.ReleaseOn > date.Of(s.now) {
		return p.ReleaseOn
	}
	return 0
}

// ask asks the warehouses for the fulfillments of an order that they can begin
// with: it is paid, and released.
func (s *state) ask(o *order.Order) error {
	if o.Unpaid || s.mayBeShipped(o.Number) {
		return nil
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if !f.Unasked || f.NotBefore > date.Of(s.now) || s.books.Recovering(f.Warehouse) {
			continue
		}
		if err := s.request(o, f); err != nil {
			return err
		}
		f.Unasked = false
	}
	return nil
}

func (s *state) book(o order.Order) error {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for _, part := range f.Lines {
			err := s.books.Book(s.movement(part.SKU, part.Quantity, stock.HeldAt(f.Warehouse), stock.PromisedAt(f.Warehouse),
				stock.AllocatedTo, o.ID, part.Line, "placed"))
			if err != nil {
				return err
			}
		}
	}
	for _, wait := range o.Waiting {
		err := s.books.Book(s.movement(wait.SKU, wait.Quantity, stock.IncomingAt(wait.Warehouse), stock.SoldAheadAt(wait.Warehouse),
			stock.SoldAhead, o.ID, wait.Line, "placed"))
		if err != nil {
			return err
		}
	}
	return nil
}

// movement is one of this moment, for an order line or, with the zero order, for none.
func (s *state) movement(
	sku id.SKU, units int64, from, to stock.Account, reason stock.Reason, which id.Order, line int, cause string,
) stock.Movement {
	return stock.Movement{
		ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: sku, Quantity: units,
		From: from, To: to, Reason: reason, Order: which, Line: line, Cause: cause,
	}
}

func (s *state) request(o *order.Order, f *order.Fulfillment) error {
	lines := make([]event.Line, len(f.Lines))
	for i, part := range f.Lines {
		lines[i] = event.Line{Line: part.Line, SKU: part.SKU, Name: o.Line(part.Line).Name, Quantity: part.Quantity}
	}
	address := o.Address
	if o.NewAddress != nil { // the others are being asked: this one is told at once
		address, f.Redirect = *o.NewAddress, order.Redirected
	}
	sealed, err := s.sealed(o, f.ID)
	if err != nil {
		return err
	}
	return s.books.Say(f.Warehouse, o.ID.String(), event.FulfillmentRequested{
		Order: o.ID, Number: o.Number, Fulfillment: f.ID, Epoch: s.books.Epoch(), PlacedAt: o.PlacedAt,
		Address: address, Lines: lines, Record: sealed,
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
	s.lastNumber++
	o.Number = s.lastNumber
	s.endHold(c.holder())
	s.insert(o, s.books.Site(), "reversed", o.Reason)
	s.notify(o, "voided", fmt.Sprintf("We could not take your order %d: %s. Nothing is charged.", o.Number, o.Reason))
	s.remember(c.Key, o.ID.String())
	return Placement{Order: o, Short: plan.Short}, nil
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
	var names []string
	for _, f := range o.Fulfillments {
		if name := string(f.Warehouse); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " and ")
}

func units(o order.Order) string {
	var count int64
	for _, line := range o.Lines {
		count += line.Quantity
	}
	return counted(count)
}

func counted(units int64) string {
	if units == 1 {
		return "1 unit"
	}
	return strconv.FormatInt(units, 10) + " units"
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
