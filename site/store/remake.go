package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// record is what a store needs to have an order again that it has lost.
type record struct {
	Customer  id.User      `json:"customer,omitzero"`
	Reference string       `json:"reference,omitempty"`
	Payment   string       `json:"payment"`
	Lines     []recordLine `json:"lines"`
}

type recordLine struct {
	SKU      id.SKU       `json:"sku"`
	Name     string       `json:"name"`
	Price    money.Amount `json:"price"`
	Quantity int64        `json:"quantity"`
}

// sealed returns the record of an order, to be kept with one of its fulfillments.
func (s *state) sealed(o *order.Order, which id.Fulfillment) ([]byte, error) {
	if s.Sealer == nil {
		return nil, nil
	}
	r := record{Customer: o.Customer, Reference: o.Reference, Payment: o.Payment, Lines: make([]recordLine, len(o.Lines))}
	for i, line := range o.Lines {
		r.Lines[i] = recordLine{line.SKU, line.Name, line.Price, line.Quantity}
	}
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Op: "store.sealed", Message: "the record of an order cannot be written", Cause: err}
	}
	return s.Sealer.Seal(which, plain), nil
}

// unsealed reads what sealed has written.
func (s *state) unsealed(known event.FulfillmentState) (record, error) {
	var r record
	if s.Sealer == nil || len(known.Record) == 0 {
		return r, fault.New(fault.Conflict, "order %d was lost, and there is no record of it: it must be entered again by hand", known.Number)
	}
	plain, err := s.Sealer.Open(known.Fulfillment, known.Record)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(plain, &r); err != nil {
		return r, &fault.Error{Kind: fault.Corrupt, Op: "store.unsealed", Message: "the record of an order cannot be read", Cause: err}
	}
	return r, nil
}

// fulfillmentsRestated takes over what a warehouse knows of fulfillments that the store
// has lost, or knows less of.
func (s *state) fulfillmentsRestated(ctx context.Context, from id.Site, m event.FulfillmentsRestated) error {
	for _, name := range m.Unknown { // it was restored as well, to before it was asked for it
		delete(s.live.inquired, name.Fulfillment)
		if s.live.unclear[name].at == from {
			s.becomesClear(name)
		}
	}
	for _, known := range m.Fulfillments {
		delete(s.live.inquired, known.Fulfillment)
		if m.Epoch == 0 { // it was not asked for: the two were found to differ
			if err := s.repaired(ctx, from, known); err != nil {
				return err
			}
			continue
		}
		o, err := s.order(ctx, known.Order)
		if fault.Is(err, fault.NotFound) {
			o, err = s.remade(ctx, from, known)
		}
		if err != nil {
			return err
		}
		err = s.whole(func() error { return s.takeOver(ctx, from, o, known) })
		switch {
		case errors.Is(err, errShippedElsewhere):
			err = s.shippedTwice(from, o, known, err)
		case err == nil:
			s.becomesClear(event.FulfillmentName{Order: known.Order, Fulfillment: known.Fulfillment})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeOver takes over what a warehouse knows of a fulfillment and its returns.
func (s *state) takeOver(ctx context.Context, from id.Site, o order.Order, known event.FulfillmentState) error {
	returned, err := s.takeReturns(ctx, from, known)
	if err != nil {
		return err
	}
	switch f := o.Fulfillment(known.Fulfillment); {
	case f == nil:
		return s.attach(ctx, from, o, known)
	case returned && !behind(f, known):
		return s.saveAs(ctx, from, o, string(from)+" has told what it knows of its returns")
	default:
		return s.catchUp(ctx, from, o, known)
	}
}

// remade returns an order that was lost, as its record says. Nothing of it is at a
// warehouse yet.
func (s *state) remade(ctx context.Context, from id.Site, known event.FulfillmentState) (order.Order, error) {
	r, err := s.unsealed(known)
	if err != nil {
		return order.Order{}, err
	}
	o := order.Order{
		ID: known.Order, Number: known.Number, Store: s.books.Site(), Customer: r.Customer, Reference: r.Reference,
		Status: order.Voided, Version: 1, PlacedAt: known.PlacedAt, ChangedAt: s.now, Address: known.Address, Payment: r.Payment,
		Reason: "lost with the store's database",
	}
	for i, line := range r.Lines {
		o.Lines = append(o.Lines, order.Line{
			Number: i + 1, SKU: line.SKU, Name: line.Name, Price: line.Price, Quantity: line.Quantity, Voided: line.Quantity,
		})
	}
	if o.Total, err = order.Sum(o.Lines); err != nil {
		return o, err
	}
	taken, err := s.numberTaken(ctx, o.Number)
	if err != nil {
		return o, err
	}
	if taken {
		o.Number = s.lastNumber + 1
	}
	s.lastNumber = max(s.lastNumber, o.Number)
	if err := s.remakePayment(o); err != nil {
		return o, err
	}
	s.insert(o, from, "restored", "lost with the store's database, and told again by "+string(from))
	delete(s.live.numbered, o.Number) // it is older than the restore
	s.notify(o, "restored", fmt.Sprintf("We had to restore your order %d after a failure. Its page says what is shipped.", o.Number))
	return s.order(ctx, o.ID)
}

// numberTaken reports whether another order has a number: one that was placed since the
// restore, or, where the store was restored more than once, one that was there before.
func (s *state) numberTaken(ctx context.Context, number int64) (bool, error) {
	if _, since := s.live.numbered[number]; since {
		return true, nil
	}
	for _, batch := range s.staging() {
		if slices.ContainsFunc(batch.Orders, func(o order.Order) bool { return o.Number == number }) {
			return true, nil
		}
	}
	page, err := s.Queries.Orders(ctx, OrderQuery{Number: number, Limit: 1})
	return len(page.Orders) > 0, books.Own(err)
}

// remakePayment books what is known of a lost order's payment: it was authorized, as a
// warehouse was asked for it. A provider is asked what became of it.
func (s *state) remakePayment(o order.Order) error {
	if o.Total.Minor == 0 {
		return nil
	}
	method := pay.Method(o.Payment)
	provider, _ := s.provider(method)
	means := pay.Means{Method: method, Provider: provider}
	if method == pay.Card {
		means.Token = "lost-with-the-database"
	}
	account, err := pay.Open(o.ID, nil)
	if err != nil {
		return err
	}
	t, err := account.Authorize(means, o.Total, s.now)
	if err != nil {
		return err
	}
	switch method {
	case pay.Card:
		t = pay.Later(t, s.now) // it was asked for before: ask what became of it
	default:
		if t, err = pay.Resolve(t, pay.Answer{State: pay.Success, Reference: "before the restore"}, s.now); err != nil {
			return err
		}
	}
	s.saveTransaction(t)
	return nil
}

// attach adds a fulfillment that was lost to its order: what a warehouse has is not to
// come from elsewhere any more. Where the store believes that another warehouse was
// asked for the same units, it asks again later: that one has let go of them, and has
// not been heard yet.
func (s *state) attach(ctx context.Context, from id.Site, o order.Order, known event.FulfillmentState) error {
	need := map[int]int64{}
	for _, line := range known.Lines {
		need[line.Line] += line.Quantity - line.Voided
	}
	if err := s.finishMoves(&o, from, need); err != nil {
		return err
	}
	o, err := s.makeRoom(o, need)
	if err != nil {
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(need)) {
		line, units := o.Line(number), need[number]
		if line == nil {
			return fault.New(fault.Conflict, "order %d has no line %d, of which %s ships a part", o.Number, number, from)
		}
		if line.Voided < units {
			return &fault.Error{
				Kind: fault.Conflict, Op: "store.attach", Cause: errShippedElsewhere,
				Message: fmt.Sprintf("line %d of order %d is shipped by another warehouse already, and by %s", number, o.Number, from),
			}
		}
	}
	f := order.Fulfillment{ID: known.Fulfillment, Warehouse: from, Stage: known.Stage, Version: known.Version, ChangedAt: s.now}
	for _, line := range known.Lines {
		own := o.Line(line.Line)
		own.Voided -= line.Quantity - line.Voided
		own.Returned += line.Returned
		f.Lines = append(f.Lines, order.Part{
			Line: line.Line, SKU: line.SKU, Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned,
		})
	}
	o.Fulfillments = append(o.Fulfillments, f)
	if err := s.bookAttached(o, f); err != nil {
		return err
	}
	o.Unpaid = false // it was paid since, or the warehouse would not have been asked
	if err := s.paidSince(ctx, o); err != nil {
		return err
	}
	// The request was lost too. The warehouse knows it, unless it is restored itself.
	attached := &o.Fulfillments[len(o.Fulfillments)-1]
	if err := s.request(&o, attached); err != nil {
		return err
	}
	if o.NewAddress != nil && attached.Stage != order.VoidedStage { // which the warehouse has not been asked about
		attached.Redirect = order.RedirectAsked
		if err := s.askAgain(o, attached); err != nil {
			return err
		}
	}
	return s.saveRestored(ctx, from, o, f, "ships a part of it, which the store had lost")
}

// finishMoves ends the moves to a warehouse that turns out to have their units: the one
// that was to let go of them has done so. Its word for it is still to come, perhaps. What
// was kept for the move is free: the units that the warehouse ships are others, which it
// does not count as set aside for the store any more.
func (s *state) finishMoves(o *order.Order, to id.Site, need map[int]int64) error {
	*o = o.Clone()
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.MoveTo != to {
			continue
		}
		for j := range f.Lines {
			part := &f.Lines[j]
			units := min(part.Moving, need[part.Line])
			if units <= 0 {
				continue
			}
			for _, m := range []stock.Movement{
				s.movement(part.SKU, units, stock.ReservedAt(to), stock.HeldAt(to), stock.Released, o.ID, part.Line, "moved before the restore"),
				s.movement(part.SKU, units, stock.PromisedAt(f.Warehouse), stock.GranterAt(f.Warehouse), stock.Released, o.ID, part.Line, "moved before the restore"),
			} {
				if err := s.books.Book(m); err != nil {
					return err
				}
			}
			part.Voided += units
			part.Asked = max(part.Asked-units, 0)
			part.Moving -= units
			o.Line(part.Line).Voided += units
		}
		if len(skusOf(f)) == 0 {
			f.Stage = order.VoidedStage
		}
		if !slices.ContainsFunc(f.Lines, func(p order.Part) bool { return p.Moving > 0 }) {
			f.MoveTo = ""
		}
	}
	return nil
}

// foundOut reports whether a step led to what the store has found out by itself, after a
// restore: that the warehouse has let go of all of it. It will say so.
func (s *state) foundOut(o order.Order, m event.FulfillmentChanged) bool {
	f := o.Fulfillment(m.Fulfillment)
	return s.books.Epoch() > 1 && f != nil && f.Stage == order.VoidedStage && len(m.Voided) == 0 &&
		order.CheckStage(m.To, order.VoidedStage) == nil // else it is on its way
}

// fresh leaves out of what a warehouse says was called off what the store has found out
// by itself, after a restore.
func (s *state) fresh(o order.Order, m event.FulfillmentChanged) []order.Part {
	f := o.Fulfillment(m.Fulfillment)
	if s.books.Epoch() <= 1 || f == nil {
		return m.Voided
	}
	var parts []order.Part
	for _, off := range m.Voided {
		if part := partOf(f, off.Line); part != nil {
			off.Quantity = min(off.Quantity, part.Live())
		}
		if off.Quantity > 0 {
			parts = append(parts, off)
		}
	}
	return parts
}

// makeRoom calls off what an order has elsewhere of units that a warehouse turns out to
// have: what no warehouse was asked for, and what waits to come in.
func (s *state) makeRoom(o order.Order, need map[int]int64) (order.Order, error) {
	version := o.Version
	for number := 1; number <= len(o.Lines); number++ {
		missing := need[number] - o.Lines[number-1].Voided
		for i := 0; i < len(o.Fulfillments) && missing > 0; i++ {
			f := o.Fulfillments[i]
			for _, part := range f.Lines {
				units := min(part.Live(), missing)
				if !f.Unasked || part.Line != number || units <= 0 {
					continue
				}
				after, rest, err := order.DropParts(o, f.ID, []order.Part{{Line: number, SKU: part.SKU, Quantity: units}}, s.fulfillmentID(o, f.Warehouse), s.now)
				if err != nil {
					return o, err
				}
				if err := s.rebook(after, f, rest); err != nil {
					return o, err
				}
				o, missing = after, missing-units
				break // the fulfillment is another one now
			}
		}
		if missing > 0 {
			var err error
			if o, _, err = s.dropUnits(o, number, missing); err != nil {
				return o, err
			}
		}
	}
	o.Version = version
	return o, nil
}

// bookAttached books the units of a fulfillment that was lost: they came out of the
// warehouse's own hands.
func (s *state) bookAttached(o order.Order, f order.Fulfillment) error {
	promised, granter := stock.PromisedAt(f.Warehouse), stock.GranterAt(f.Warehouse)
	for _, part := range f.Lines {
		movements := []stock.Movement{s.movement(part.SKU, part.Quantity, granter, promised, stock.AllocatedTo, o.ID, part.Line, "restored")}
		if part.Voided > 0 {
			movements = append(movements, s.movement(part.SKU, part.Voided, promised, granter, stock.Released, o.ID, part.Line, "restored"))
		}
		for _, m := range movements {
			if err := s.books.Book(m); err != nil {
				return err
			}
		}
	}
	if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
		return s.ship(o, f)
	}
	return nil
}

// catchUp brings a fulfillment that the store knows to where its warehouse knows it to be.
func (s *state) catchUp(ctx context.Context, from id.Site, o order.Order, known event.FulfillmentState) error {
	f := o.Fulfillment(known.Fulfillment)
	if f.Warehouse != from {
		return fault.New(fault.Denied, "fulfillment %s is not %s's", f.ID, from)
	}
	if f.Unasked {
		return s.replaceUnasked(ctx, from, o, *f, known)
	}
	if known.Version < f.Version || calledOffUnasked(f) && known.Stage == order.VoidedStage || !behind(f, known) {
		return nil
	}
	if calledOffUnasked(f) { // in vain: it stands beside what was called off
		f.ID = s.fulfillmentID(o, f.Warehouse)
		return s.attach(ctx, from, o, known)
	}
	sent := f.Stage == order.SentStage || f.Stage == order.DeliveredStage
	if known.Stage == order.VoidedStage { // the warehouse that its units were moved to tells of them itself
		if err := s.endMove(o, f); err != nil {
			return err
		}
	}
	var off []order.Part
	for _, line := range known.Lines {
		part := partOf(f, line.Line)
		if part == nil || line.Voided < part.Voided || line.Voided > part.Quantity {
			return fault.New(fault.Conflict, "line %d of fulfillment %s cannot have %d units called off", line.Line, f.ID, line.Voided)
		}
		if more := line.Voided - part.Voided; more > 0 {
			off = append(off, order.Part{Line: line.Line, SKU: line.SKU, Quantity: more})
			part.Voided, part.Asked = line.Voided, max(part.Asked-more, 0)
			o.Line(line.Line).Voided += more
		}
		if more := line.Returned - part.Returned; more > 0 {
			part.Returned = line.Returned
			o.Line(line.Line).Returned += more
		}
	}
	if err := s.release(from, o, order.News{Fulfillment: f.ID, Version: known.Version, Voided: off}); err != nil {
		return err
	}
	f.Stage, f.Version, f.ChangedAt, f.Unasked = known.Stage, known.Version, s.now, false
	if now := known.Stage == order.SentStage || known.Stage == order.DeliveredStage; now && !sent {
		if err := s.ship(o, *f); err != nil {
			return err
		}
	} else if now {
		return s.saveAs(ctx, from, o, string(from)+" has told what it knows of it")
	}
	return s.saveRestored(ctx, from, o, *f, "has told what it knows of it")
}

// replaceUnasked puts what a warehouse was asked for in the place of what the store
// still was to ask it for.
func (s *state) replaceUnasked(ctx context.Context, from id.Site, o order.Order, f order.Fulfillment, known event.FulfillmentState) error {
	var parts []order.Part
	for _, part := range f.Lines {
		if part.Live() > 0 {
			parts = append(parts, order.Part{Line: part.Line, SKU: part.SKU, Quantity: part.Live()})
		}
	}
	version := o.Version
	after, _, err := order.DropParts(o, f.ID, parts, s.fulfillmentID(o, f.Warehouse), s.now)
	if err != nil {
		return err
	}
	if err := s.rebook(after, f, nil); err != nil {
		return err
	}
	after.Version = version
	after.Fulfillment(f.ID).ID = s.fulfillmentID(after, f.Warehouse)
	return s.attach(ctx, from, after, known)
}

// takeReturns takes over what a warehouse knows of the returns of a fulfillment, and
// reports whether the store has not known it.
func (s *state) takeReturns(ctx context.Context, from id.Site, known event.FulfillmentState) (bool, error) {
	fresh := false
	for _, told := range known.Returns {
		r, err := s.returnOf(ctx, from, known.Order, told.Return)
		changed := fault.Is(err, fault.NotFound)
		if err != nil && !changed {
			return false, err
		}
		if changed {
			r = Return{
				ID: told.Return, Order: known.Order, Fulfillment: known.Fulfillment, Warehouse: from, Reason: told.Reason, AskedAt: s.now,
			}
		}
		for _, line := range told.Lines {
			i := slices.IndexFunc(r.Lines, func(own ReturnLine) bool { return own.Line == line.Line })
			if i < 0 {
				i = len(r.Lines)
				r.Lines = append(r.Lines, ReturnLine{Line: line.Line, SKU: line.SKU, Quantity: line.Quantity})
			}
			own := &r.Lines[i]
			before := *own
			own.Received, own.Good, own.Damaged = max(own.Received, line.Received), max(own.Good, line.Good), max(own.Damaged, line.Damaged)
			changed = changed || *own != before
		}
		if fault.Is(err, fault.NotFound) { // the request was lost too: the warehouse knows it, unless it is restored itself
			if err := s.requestReturn(r, known.Number); err != nil {
				return false, err
			}
		}
		if changed {
			s.saveReturn(r)
			fresh = true
		}
	}
	return fresh, nil
}

// behind reports whether a warehouse knows anything of a fulfillment that the store does not.
func behind(f *order.Fulfillment, known event.FulfillmentState) bool {
	if f.Stage != known.Stage {
		return true
	}
	for _, line := range known.Lines {
		if part := partOf(f, line.Line); part == nil || part.Voided < line.Voided || part.Returned < line.Returned {
			return true
		}
	}
	return false
}

func partOf(f *order.Fulfillment, line int) *order.Part {
	for i := range f.Lines {
		if f.Lines[i].Line == line {
			return &f.Lines[i]
		}
	}
	return nil
}

// saveRestored saves an order of which a fulfillment was told again, and takes the
// money for it where it was handed over.
func (s *state) saveRestored(ctx context.Context, from id.Site, o order.Order, f order.Fulfillment, text string) error {
	if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
		if err := s.capture(ctx, o, f); err != nil {
			return err
		}
	}
	return s.saveAs(ctx, from, o, string(from)+" "+text)
}

func (s *state) saveAs(ctx context.Context, from id.Site, o order.Order, text string) error {
	if o.Status == order.Returned {
		o.Status = order.Placed // Fold takes it at its word that an order is returned
	}
	o.Status = order.Fold(o)
	// What was told may be the answer to a void that was asked for before the restore.
	o.VoidAsked = o.VoidAsked && stillAsked(o)
	if o.Status != order.Voided && !o.VoidAsked {
		o.Reason = ""
	}
	o.Promise = s.promised(o, s.districts[o.Address.District])
	if err := s.settleMoney(ctx, o); err != nil {
		return err
	}
	s.change(&o)
	s.save(o, from, "restored", text)
	return nil
}
