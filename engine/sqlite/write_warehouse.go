package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/site/warehouse"
)

// warehouseWriter holds the statements that write a warehouse's own tables.
type warehouseWriter struct {
	conn  *sqlite.Conn
	books booksWriter

	fulfillments, lines, events, products, versions, requests *bulk
	update, updateLine, storedLines                           *sqlite.Stmt
}

func newWarehouseWriter(conn *sqlite.Conn) (*warehouseWriter, error) {
	p := &preparer{conn: conn}
	w := &warehouseWriter{conn: conn, books: newBooksWriter(p)}
	w.prepareFulfillments(p)
	w.events = p.bulk(`
		INSERT INTO fulfillment_events
		       (fulfillment_id, seq, at, kind, text)
		VALUES (?, ?, ?, ?, ?)`)
	w.products = p.bulk(`
		INSERT INTO products
		       (sku, name)
		VALUES (?, ?)
		ON CONFLICT (sku) DO UPDATE SET name = excluded.name`)
	w.versions = p.bulk(`
		INSERT INTO levels
		       (sku, version)
		VALUES (?, ?)
		ON CONFLICT (sku) DO UPDATE SET version = excluded.version`)
	w.requests = p.bulk(insertRequest)
	return w, p.err
}

func (w *warehouseWriter) prepareFulfillments(p *preparer) {
	w.fulfillments = p.bulk(`
		INSERT INTO fulfillments
		       (id, order_id, number, store, stage, version, placed_at, changed_at,
		        name, street, postal_code, city, district, email, phone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	w.lines = p.bulk(`
		INSERT INTO fulfillment_lines
		       (fulfillment_id, line, sku, name, quantity, voided, returned)
		VALUES (?, ?, ?, ?, ?, ?, ?)`)
	w.update = p.stmt(`
		UPDATE fulfillments
		SET    stage = ?, version = ?, changed_at = ?,
		       name = ?, street = ?, postal_code = ?, city = ?, district = ?, email = ?, phone = ?
		WHERE  id = ?`)
	w.storedLines = p.stmt(`
		SELECT   line, voided, returned
		FROM     fulfillment_lines
		WHERE    fulfillment_id = ?
		ORDER BY line`)
	w.updateLine = p.stmt(`
		UPDATE fulfillment_lines
		SET    voided = ?, returned = ?
		WHERE  fulfillment_id = ? AND line = ?`)
}

// write follows the order of the fields of Changes.
func (w *warehouseWriter) write(batch *warehouse.Changes) error {
	if err := w.books.write(&batch.Books); err != nil {
		return err
	}
	if err := w.writeFulfillments(batch.Fulfillments); err != nil {
		return err
	}
	for i := range batch.Updates {
		if err := w.updateFulfillment(&batch.Updates[i]); err != nil {
			return err
		}
	}
	return w.writeRest(batch)
}

func (w *warehouseWriter) writeFulfillments(fulfillments []fulfillment.Fulfillment) error {
	lines := 0
	w.fulfillments.expect(len(fulfillments))
	for i := range fulfillments {
		f := &fulfillments[i]
		lines += len(f.Lines)
		a := &f.Address
		b := w.fulfillments.row().uuid(f.ID.UUID).uuid(f.Order.UUID).int(f.Number).text(string(f.Store))
		b.text(string(f.Stage)).int(int64(f.Version)).time(f.PlacedAt).time(f.ChangedAt)
		b.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
		if err := b.done(); err != nil {
			return err
		}
	}
	w.lines.expect(lines)
	for i := range fulfillments {
		for j := range fulfillments[i].Lines {
			l := &fulfillments[i].Lines[j]
			b := w.lines.row().uuid(fulfillments[i].ID.UUID).int(int64(l.Line)).text(string(l.SKU)).text(l.Name)
			if err := b.int(l.Quantity).int(l.Voided).int(l.Returned).done(); err != nil {
				return err
			}
		}
	}
	return nil
}

// updateFulfillment writes the head, and the lines that differ from the stored.
func (w *warehouseWriter) updateFulfillment(f *fulfillment.Fulfillment) error {
	a := &f.Address
	head := bulk{now: w.update}
	head.text(string(f.Stage)).int(int64(f.Version)).time(f.ChangedAt)
	head.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
	head.uuid(f.ID.UUID)
	if err := run(w.update); err != nil {
		return err
	}
	if w.conn.Changes() == 0 {
		return fault.New(fault.NotFound, "there is no fulfillment %s", f.ID)
	}
	stored, err := readCounts(w.storedLines, f.ID.UUID)
	if err != nil {
		return err
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		want := counts{line: int64(l.Line), voided: l.Voided, returned: l.Returned}
		have := find(stored, want.line)
		if have == nil {
			return fault.New(fault.NotFound, "the fulfillment %s has no line %d", f.ID, l.Line)
		}
		if *have == want {
			continue
		}
		b := bulk{now: w.updateLine}
		b.int(want.voided).int(want.returned).uuid(f.ID.UUID).int(want.line)
		if err := run(w.updateLine); err != nil {
			return err
		}
	}
	return nil
}

func (w *warehouseWriter) writeRest(batch *warehouse.Changes) error {
	w.events.expect(len(batch.Events))
	for i := range batch.Events {
		e := &batch.Events[i]
		if err := w.events.row().uuid(e.Fulfillment.UUID).int(int64(e.Seq)).time(e.At).text(e.Kind).text(e.Text).done(); err != nil {
			return err
		}
	}
	w.products.expect(len(batch.Products))
	for i := range batch.Products {
		if err := w.products.row().text(string(batch.Products[i].SKU)).text(batch.Products[i].Name).done(); err != nil {
			return err
		}
	}
	w.versions.expect(len(batch.Versions))
	for i := range batch.Versions {
		if err := w.versions.row().text(string(batch.Versions[i].SKU)).int(batch.Versions[i].Version).done(); err != nil {
			return err
		}
	}
	w.requests.expect(len(batch.Requests))
	for i := range batch.Requests {
		r := &batch.Requests[i]
		if err := w.requests.row().text(r.Key).bytes(r.BodyHash[:]).text(r.Answer).time(r.At).done(); err != nil {
			return err
		}
	}
	return nil
}
