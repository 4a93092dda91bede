package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/site/warehouse"
)

// warehouseWriter holds the statements that write a warehouse's own tables.
type warehouseWriter struct {
	conn      *sqlite.Conn
	books     booksWriter
	purchases purchaseWriter
	returns   returnWriter

	fulfillments, lines, events, products, versions, records *bulk
	update, updateLine                                       *bulk
	storedLines                                              *sqlite.Stmt
	requests                                                 requestWriter
}

func newWarehouseWriter(conn *sqlite.Conn) (*warehouseWriter, error) {
	p := &preparer{conn: conn}
	w := &warehouseWriter{conn: conn, books: newBooksWriter(p), purchases: newPurchaseWriter(p), returns: newReturnWriter(p)}
	w.prepareFulfillments(p)
	w.events = p.bulk(`
		INSERT OR ROLLBACK INTO fulfillment_events
		       (fulfillment_id, seq, at, kind, text)
		VALUES (?, ?, ?, ?, ?)`)
	w.products = p.bulk(`
		INSERT OR ROLLBACK INTO products
		       (sku, name)
		VALUES (?, ?)
		ON CONFLICT (sku) DO UPDATE SET name = excluded.name`)
	w.versions = p.single(`
		INSERT OR REPLACE INTO levels
		       (sku, version)
		VALUES (?, ?)`)
	w.records = p.bulk(`
		INSERT OR ROLLBACK INTO records
		       (fulfillment_id, record)
		VALUES (?, ?)`)
	w.requests = newRequestWriter(p)
	return w, p.err
}

// ended is told whether a transaction was written in the end.
func (w *warehouseWriter) ended(written bool) {
	w.books.balances.ended(written)
	w.requests.ended(written)
}

func (w *warehouseWriter) prepareFulfillments(p *preparer) {
	w.fulfillments = p.bulk(`
		INSERT OR ROLLBACK INTO fulfillments
		       (id, order_id, number, store, stage, version, placed_at, changed_at,
		        name, street, postal_code, city, district, email, phone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	w.lines = p.bulk(`
		INSERT OR ROLLBACK INTO fulfillment_lines
		       (fulfillment_id, line, sku, name, quantity, voided, returned, picked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	w.update = p.single(`
		UPDATE fulfillments
		SET    stage = ?, version = ?, changed_at = ?,
		       name = ?, street = ?, postal_code = ?, city = ?, district = ?, email = ?, phone = ?
		WHERE  id = ?`)
	w.storedLines = p.stmt(`
		SELECT   line, voided, returned, picked
		FROM     fulfillment_lines
		WHERE    fulfillment_id = ?
		ORDER BY line`)
	w.updateLine = p.single(`
		UPDATE fulfillment_lines
		SET    voided = ?, returned = ?, picked = ?
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
	if err := w.writeRest(batch); err != nil {
		return err
	}
	if err := w.writeRecords(batch.Records); err != nil {
		return err
	}
	if err := w.purchases.write(batch.Purchases); err != nil {
		return err
	}
	return w.returns.write(batch.Returns)
}

func (w *warehouseWriter) writeRecords(records []warehouse.Record) error {
	w.records.expect(len(records))
	for _, r := range records {
		if err := w.records.row().uuid(r.Fulfillment.UUID).bytes(r.Body).done(); err != nil {
			return err
		}
	}
	return nil
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
			if err := b.int(l.Quantity).int(l.Voided).int(l.Returned).int(l.Picked).done(); err != nil {
				return err
			}
		}
	}
	return nil
}

// updateFulfillment writes the head, and the lines that differ from the stored.
func (w *warehouseWriter) updateFulfillment(f *fulfillment.Fulfillment) error {
	a := &f.Address
	head := w.update.only()
	head.text(string(f.Stage)).int(int64(f.Version)).time(f.ChangedAt)
	head.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
	head.uuid(f.ID.UUID)
	if err := head.done(); err != nil {
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
		want := counts{int64(l.Line), l.Voided, l.Returned, [3]int64{l.Picked}}
		have := find(stored, want.line)
		if have == nil {
			return fault.New(fault.NotFound, "the fulfillment %s has no line %d", f.ID, l.Line)
		}
		if *have == want {
			continue
		}
		b := w.updateLine.only()
		b.int(l.Voided).int(l.Returned).int(l.Picked).uuid(f.ID.UUID).int(want.line)
		if err := b.done(); err != nil {
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
	return w.requests.write(batch.Requests)
}
