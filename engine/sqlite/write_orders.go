package sqlite

import (
	"encoding/json"

	"crossdock/core/id"
	"crossdock/core/order"
)

// orderWriter holds the statements that write new orders: at full load nine of
// ten rows of a store.
type orderWriter struct {
	orders, lines, fulfillments, parts, waits, count *bulk
}

func newOrderWriter(p *preparer) orderWriter {
	return orderWriter{
		orders: p.bulk(`
			INSERT OR ROLLBACK INTO orders
			       (number, id, store, customer, reference, status, version, placed_at, changed_at,
			        name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
			        unpaid, promise_from, promise_to, new_address, unsettled)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		lines: p.bulk(`
			INSERT OR ROLLBACK INTO order_lines
			       (order_id, line, sku, name, price, currency, quantity, voided, returned)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		fulfillments: p.bulk(`
			INSERT OR ROLLBACK INTO fulfillments
			       (order_id, part, id, warehouse, stage, version, changed_at,
			        promise_from, promise_to, unasked, not_before, move_to, redirect)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		parts: p.bulk(`
			INSERT OR ROLLBACK INTO fulfillment_lines
			       (fulfillment_id, line, sku, quantity, voided, asked, moving, returned)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		waits: p.bulk(`
			INSERT OR ROLLBACK INTO order_waits
			       (order_id, seq, line, sku, warehouse, quantity, due)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		count: p.single(`
			UPDATE order_counts
			SET    orders = orders + ?
			WHERE  status = ?`),
	}
}

// write goes table by table: each table's rows come in the order of its key.
func (w *orderWriter) write(orders []order.Order) error {
	if len(orders) == 0 {
		return nil
	}
	if err := w.writeHeads(orders); err != nil {
		return err
	}
	if err := w.writeLines(orders); err != nil {
		return err
	}
	if err := w.writeFulfillments(orders); err != nil {
		return err
	}
	if err := w.writeParts(orders); err != nil {
		return err
	}
	if err := w.writeAllWaits(orders); err != nil {
		return err
	}
	return w.countAll(orders)
}

// countAll keeps the counts of the statuses up, once for all new orders. Those
// that change their status are counted by a trigger.
func (w *orderWriter) countAll(orders []order.Order) error {
	counts := map[order.Status]int64{}
	for i := range orders {
		counts[orders[i].Status]++
	}
	for status, n := range counts {
		if err := w.count.only().int(n).text(string(status)).done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *orderWriter) writeHeads(orders []order.Order) error {
	w.orders.expect(len(orders))
	for i := range orders {
		o := &orders[i]
		why, err := encodeWhy(o.Why)
		if err != nil {
			return err
		}
		moved, err := encodeAddress(o.NewAddress)
		if err != nil {
			return err
		}
		a := &o.Address
		b := w.orders.row()
		b.int(o.Number).uuid(o.ID.UUID).text(string(o.Store)).uuid(o.Customer.UUID).text(o.Reference)
		b.text(string(o.Status)).int(int64(o.Version)).time(o.PlacedAt).time(o.ChangedAt)
		b.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
		b.text(o.Payment).int(o.Total.Minor).text(string(o.Total.Currency)).text(why).text(o.Reason).bool(o.VoidAsked)
		b.bool(o.Unpaid).promise(o.Promise).textOrNull(moved).bool(o.Unsettled())
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

func encodeWhy(steps []order.Step) (string, error) {
	if len(steps) == 0 {
		return "", nil
	}
	text, err := json.Marshal(steps)
	return string(text), err
}

// encodeAddress returns nothing for no address.
func encodeAddress(a *order.Address) (string, error) {
	if a == nil {
		return "", nil
	}
	text, err := json.Marshal(a)
	return string(text), err
}

func (w *orderWriter) writeLines(orders []order.Order) error {
	count := 0
	for i := range orders {
		count += len(orders[i].Lines)
	}
	w.lines.expect(count)
	for i := range orders {
		for j := range orders[i].Lines {
			l := &orders[i].Lines[j]
			b := w.lines.row().uuid(orders[i].ID.UUID).int(int64(l.Number)).text(string(l.SKU)).text(l.Name)
			b.int(l.Price.Minor).text(string(l.Price.Currency)).int(l.Quantity).int(l.Voided).int(l.Returned)
			if err := b.done(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *orderWriter) writeFulfillments(orders []order.Order) error {
	count := 0
	for i := range orders {
		count += len(orders[i].Fulfillments)
	}
	w.fulfillments.expect(count)
	for i := range orders {
		for j := range orders[i].Fulfillments {
			if err := w.writeFulfillment(orders[i].ID, j+1, &orders[i].Fulfillments[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeFulfillment writes the one with this number within its order.
func (w *orderWriter) writeFulfillment(of id.Order, part int, f *order.Fulfillment) error {
	b := w.fulfillments.row().uuid(of.UUID).int(int64(part)).uuid(f.ID.UUID)
	b.text(string(f.Warehouse)).text(string(f.Stage)).int(int64(f.Version)).time(f.ChangedAt)
	return b.promise(f.Promise).bool(f.Unasked).date(f.NotBefore).text(string(f.MoveTo)).text(string(f.Redirect)).done()
}

func (w *orderWriter) writeParts(orders []order.Order) error {
	count := 0
	for i := range orders {
		for j := range orders[i].Fulfillments {
			count += len(orders[i].Fulfillments[j].Lines)
		}
	}
	w.parts.expect(count)
	for i := range orders {
		for j := range orders[i].Fulfillments {
			f := &orders[i].Fulfillments[j]
			for k := range f.Lines {
				if err := w.writePart(f.ID, &f.Lines[k]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *orderWriter) writePart(of id.Fulfillment, p *order.Part) error {
	b := w.parts.row().uuid(of.UUID).int(int64(p.Line)).text(string(p.SKU))
	return b.int(p.Quantity).int(p.Voided).int(p.Asked).int(p.Moving).int(p.Returned).done()
}

func (w *orderWriter) writeAllWaits(orders []order.Order) error {
	for i := range orders {
		if err := w.writeWaits(&orders[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeWaits is for an order of which nothing waits so far: most never have any.
func (w *orderWriter) writeWaits(o *order.Order) error {
	w.waits.expect(len(o.Waiting))
	for i := range o.Waiting {
		wait := &o.Waiting[i]
		b := w.waits.row().uuid(o.ID.UUID).int(int64(i + 1)).int(int64(wait.Line)).text(string(wait.SKU))
		if err := b.text(string(wait.Warehouse)).int(wait.Quantity).date(wait.Due).done(); err != nil {
			return err
		}
	}
	return nil
}
