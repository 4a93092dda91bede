package sqlite

import (
	"encoding/json"

	"crossdock/core/order"
)

// orderWriter holds the statements that write new orders: at full load nine of
// ten rows of a store.
type orderWriter struct {
	orders, lines, fulfillments, parts *bulk
}

func newOrderWriter(p *preparer) orderWriter {
	return orderWriter{
		orders: p.bulk(`
			INSERT INTO orders
			       (number, id, store, customer, reference, status, version, placed_at, changed_at,
			        name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		lines: p.bulk(`
			INSERT INTO order_lines
			       (order_id, line, sku, name, price, currency, quantity, voided, returned)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		fulfillments: p.bulk(`
			INSERT INTO fulfillments
			       (order_id, part, id, warehouse, stage, version, changed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		parts: p.bulk(`
			INSERT INTO fulfillment_lines
			       (fulfillment_id, line, sku, quantity, voided, asked, returned)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
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
	return w.writeParts(orders)
}

func (w *orderWriter) writeHeads(orders []order.Order) error {
	w.orders.expect(len(orders))
	for i := range orders {
		o := &orders[i]
		why, err := encodeWhy(o.Why)
		if err != nil {
			return err
		}
		a := &o.Address
		b := w.orders.row()
		b.int(o.Number).uuid(o.ID.UUID).text(string(o.Store)).uuid(o.Customer.UUID).text(o.Reference)
		b.text(string(o.Status)).int(int64(o.Version)).time(o.PlacedAt).time(o.ChangedAt)
		b.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
		b.text(o.Payment).int(o.Total.Minor).text(string(o.Total.Currency)).text(why).text(o.Reason).bool(o.VoidAsked)
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
			f := &orders[i].Fulfillments[j]
			b := w.fulfillments.row().uuid(orders[i].ID.UUID).int(int64(j + 1)).uuid(f.ID.UUID)
			if err := b.text(string(f.Warehouse)).text(string(f.Stage)).int(int64(f.Version)).time(f.ChangedAt).done(); err != nil {
				return err
			}
		}
	}
	return nil
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
				p := &f.Lines[k]
				b := w.parts.row().uuid(f.ID.UUID).int(int64(p.Line)).text(string(p.SKU))
				if err := b.int(p.Quantity).int(p.Voided).int(p.Asked).int(p.Returned).done(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
