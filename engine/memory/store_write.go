package memory

import (
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
		changed, err := updateOrder(stored, copyOrder(o))
		if err != nil {
			return err
		}
		put(b, &s.orders, o.ID, changed)
	}
	return nil
}

// updateOrder returns the stored order with what can change taken from another.
func updateOrder(stored, from order.Order) (order.Order, error) {
	o := stored.Clone()
	o.Status, o.Version, o.ChangedAt, o.Reason = from.Status, from.Version, from.ChangedAt, from.Reason
	o.VoidAsked, o.Address = from.VoidAsked, from.Address
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
			return o, notFound("the order %s has no fulfillment %s", o.ID, f.ID)
		}
		own.Stage, own.Version, own.ChangedAt = f.Stage, f.Version, f.ChangedAt
		for _, part := range f.Lines {
			if err := updatePart(own, part); err != nil {
				return o, err
			}
		}
	}
	return o, nil
}

func updatePart(f *order.Fulfillment, from order.Part) error {
	for i := range f.Lines {
		if part := &f.Lines[i]; part.Line == from.Line {
			part.Voided, part.Asked, part.Returned = from.Voided, from.Asked, from.Returned
			return nil
		}
	}
	return notFound("the fulfillment %s has no line %d", f.ID, from.Line)
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
		t.At = micro(t.At)
		if !insert(b, &s.transactions, t.ID, t) {
			return exists("the transaction %s is there already", t.ID)
		}
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
