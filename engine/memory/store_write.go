package memory

import (
	"cmp"
	"slices"
	"strings"

	"crossdock/core/order"
	"crossdock/site/store"
)

func (s *storeState) writeBooks(b *batch, changes *store.Changes) error {
	return s.ledger.write(b, changes.Books)
}

func (s *storeState) writeCatalog(b *batch, changes *store.Changes) error {
	for _, p := range changes.Products {
		put(b, &s.products, p.SKU, p)
	}
	for _, d := range changes.Districts {
		put(b, &s.districts, d.Code, copyDistrict(d))
	}
	for _, l := range changes.Levels {
		put(b, &s.levels, levelKey{l.SKU, l.Warehouse}, l)
	}
	return nil
}

func (s *storeState) writeOrders(b *batch, changes *store.Changes) error {
	for _, o := range changes.Orders {
		if !insert(b, &s.orders, o.ID, copyOrder(o)) {
			return exists("the order %s is there already", o.ID)
		}
		if !insert(b, &s.numbers, o.Number, o.ID) {
			return exists("there is an order with number %d already", o.Number)
		}
		for _, f := range o.Fulfillments {
			if !insert(b, &s.fulfillments, f.ID, o.ID) {
				return exists("the fulfillment %s is there already", f.ID)
			}
		}
	}
	for _, o := range changes.Updates {
		stored, there := s.orders.get(o.ID)
		if !there {
			return notFound("there is no order %s", o.ID)
		}
		changed, err := updateOrder(stored, o)
		if err != nil {
			return err
		}
		for _, added := range changed.Fulfillments[len(stored.Fulfillments):] {
			if !insert(b, &s.fulfillments, added.ID, o.ID) {
				return exists("the fulfillment %s is there already", added.ID)
			}
		}
		put(b, &s.orders, o.ID, changed)
	}
	return nil
}

// updateOrder returns the stored order with what can change taken from another,
// and what the other one has more behind what is there.
func updateOrder(stored, from order.Order) (order.Order, error) {
	o, why := stored, stored.Why
	o.Why = nil // it stays as it is, and need not be copied
	o = o.Clone()
	o.Why = why
	o.Status, o.Version, o.ChangedAt, o.Reason = from.Status, from.Version, micro(from.ChangedAt), from.Reason
	o.VoidAsked, o.Address, o.NewAddress = from.VoidAsked, from.Address, copyAddress(from.NewAddress)
	o.Unpaid, o.Promise, o.Waiting = from.Unpaid, from.Promise, slices.Clone(from.Waiting)
	for _, line := range from.Lines {
		own := o.Line(line.Number)
		if own == nil {
			return o, notFound("the order %s has no line %d", o.ID, line.Number)
		}
		own.Voided, own.Returned = line.Voided, line.Returned
	}
	for _, f := range from.Fulfillments {
		own := o.Fulfillment(f.ID)
		if own == nil {
			f.Lines, f.ChangedAt = slices.Clone(f.Lines), micro(f.ChangedAt)
			o.Fulfillments = append(o.Fulfillments, f)
			continue
		}
		own.Stage, own.Version, own.ChangedAt, own.Promise = f.Stage, f.Version, micro(f.ChangedAt), f.Promise
		own.Unasked, own.NotBefore, own.MoveTo, own.Redirect = f.Unasked, f.NotBefore, f.MoveTo, f.Redirect
		for _, part := range f.Lines {
			updatePart(own, part)
		}
	}
	return o, nil
}

// updatePart keeps the parts in order of their lines.
func updatePart(f *order.Fulfillment, from order.Part) {
	at, there := slices.BinarySearchFunc(f.Lines, from.Line, func(p order.Part, line int) int { return cmp.Compare(p.Line, line) })
	if !there {
		f.Lines = slices.Insert(f.Lines, at, from)
		return
	}
	part := &f.Lines[at]
	part.Quantity, part.Voided, part.Asked, part.Moving, part.Returned = from.Quantity, from.Voided, from.Asked, from.Moving, from.Returned
}

func (s *storeState) writeHistory(b *batch, changes *store.Changes) error {
	for _, e := range changes.Events {
		e.At = micro(e.At)
		if !insert(b, &s.events, eventKey{e.Order.UUID, e.Seq}, e) {
			return exists("event %d of the order %s is there already", e.Seq, e.Order)
		}
	}
	for _, n := range changes.Notices {
		n.At = micro(n.At)
		insert(b, &s.notices, noticeKey{n.Order.UUID, n.Event, n.Channel}, n)
	}
	for _, t := range changes.Transactions {
		put(b, &s.transactions, transactionKey{t.Order.UUID, t.ID}, copyTransaction(t))
	}
	return nil
}

func (s *storeState) writePeople(b *batch, changes *store.Changes) error {
	for _, u := range changes.Users {
		if err := s.writeUser(b, u); err != nil {
			return err
		}
	}
	for _, row := range changes.Carts {
		if len(row.Cart.Lines) == 0 {
			remove(b, &s.carts, row.Owner)
			continue
		}
		row.Cart, row.ChangedAt = copyCart(row.Cart), micro(row.ChangedAt)
		put(b, &s.carts, row.Owner, row)
	}
	for _, session := range changes.Sessions {
		put(b, &s.sessions, session.TokenHash, copySession(session))
	}
	for _, tokenHash := range changes.Ended {
		remove(b, &s.sessions, tokenHash)
	}
	for _, r := range changes.Requests {
		r.At = micro(r.At)
		if !insert(b, &s.requests, r.Key, r) {
			return exists("a request with this key was answered already")
		}
	}
	return nil
}

func (s *storeState) writeUser(b *batch, u store.User) error {
	u.RegisteredAt = micro(u.RegisteredAt)
	if old, there := s.users.get(u.ID); there {
		remove(b, &s.names, strings.ToLower(old.Name))
	}
	if !insert(b, &s.names, strings.ToLower(u.Name), u.ID) {
		return exists("the name is taken")
	}
	put(b, &s.users, u.ID, u)
	return nil
}
