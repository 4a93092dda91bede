package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// orderUpdater holds the statements that bring stored orders up to date. Most
// changes touch the order and one fulfillment: what is stored is looked at, and
// only the fulfillments, lines and parts that differ are written.
type orderUpdater struct {
	conn                     *sqlite.Conn
	insert                   *orderWriter // of what an update adds
	order, fulfillment       *bulk
	line, part               *bulk
	unwait                   *sqlite.Stmt
	storedLines, storedParts *sqlite.Stmt
	storedFulfillments       *sqlite.Stmt
}

func newOrderUpdater(p *preparer, insert *orderWriter) orderUpdater {
	return orderUpdater{
		conn:   p.conn,
		insert: insert,
		order: p.single(`
			UPDATE orders
			SET    status = ?, version = ?, changed_at = ?, reason = ?, void_asked = ?,
			       name = ?, street = ?, postal_code = ?, city = ?, district = ?, email = ?, phone = ?,
			       unpaid = ?, promise_from = ?, promise_to = ?, new_address = ?, unsettled = ?
			WHERE  id = ?`),
		storedFulfillments: p.stmt(`
			SELECT   part, id, stage, version, changed_at, promise_from, promise_to, unasked, not_before, move_to, redirect
			FROM     fulfillments
			WHERE    order_id = ?
			ORDER BY part`),
		fulfillment: p.single(`
			UPDATE fulfillments
			SET    stage = ?, version = ?, changed_at = ?, promise_from = ?, promise_to = ?,
			       unasked = ?, not_before = ?, move_to = ?, redirect = ?
			WHERE  order_id = ? AND part = ?`),
		unwait: p.stmt(`
			DELETE FROM order_waits
			WHERE  order_id = ?`),
		storedLines: p.stmt(`
			SELECT   line, voided, returned
			FROM     order_lines
			WHERE    order_id = ?
			ORDER BY line`),
		line: p.single(`
			UPDATE order_lines
			SET    voided = ?, returned = ?
			WHERE  order_id = ? AND line = ?`),
		storedParts: p.stmt(`
			SELECT   line, voided, returned, quantity, asked, moving
			FROM     fulfillment_lines
			WHERE    fulfillment_id = ?
			ORDER BY line`),
		part: p.single(`
			UPDATE fulfillment_lines
			SET    quantity = ?, voided = ?, asked = ?, moving = ?, returned = ?
			WHERE  fulfillment_id = ? AND line = ?`),
	}
}

func (w *orderUpdater) write(orders []order.Order) error {
	for i := range orders {
		if err := w.writeOrder(&orders[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *orderUpdater) writeOrder(o *order.Order) error {
	stored, err := w.readFulfillments(o.ID)
	if err != nil {
		return err
	}
	if err := w.writeHead(o, unsettled(o, stored)); err != nil {
		return err
	}
	if err := w.writeLines(o); err != nil {
		return err
	}
	for i := range o.Fulfillments {
		if stored, err = w.writeFulfillment(o.ID, &o.Fulfillments[i], stored); err != nil {
			return err
		}
	}
	w.unwait.BindBytes(1, o.ID.UUID[:])
	if err := run(w.unwait); err != nil {
		return err
	}
	return w.insert.writeWaits(o)
}

// changed runs an update and reports whether there was a row for it.
func (w *orderUpdater) changed(update *bulk) (bool, error) {
	err := update.done()
	return w.conn.Changes() > 0, err
}

func (w *orderUpdater) writeHead(o *order.Order, unsettled bool) error {
	moved, err := encodeAddress(o.NewAddress)
	if err != nil {
		return err
	}
	a := &o.Address
	b := w.order.only()
	b.text(string(o.Status)).int(int64(o.Version)).time(o.ChangedAt).text(o.Reason).bool(o.VoidAsked)
	b.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
	b.bool(o.Unpaid).promise(o.Promise).textOrNull(moved).bool(unsettled).uuid(o.ID.UUID)
	there, err := w.changed(w.order)
	if err == nil && !there {
		return fault.New(fault.NotFound, "there is no order %s", o.ID)
	}
	return err
}

// counts is what can change of a line or part.
type counts struct {
	line             int64
	voided, returned int64
	more             [3]int64 // of a part quantity, asked and moving; of a warehouse's line picked
}

func (w *orderUpdater) writeLines(o *order.Order) error {
	if len(o.Lines) == 0 {
		return nil
	}
	stored, err := readCounts(w.storedLines, o.ID.UUID)
	if err != nil {
		return err
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		want := counts{line: int64(l.Number), voided: l.Voided, returned: l.Returned}
		have := find(stored, want.line)
		if have == nil {
			return fault.New(fault.NotFound, "the order %s has no line %d", o.ID, l.Number)
		}
		if *have == want {
			continue
		}
		b := w.line.only()
		b.int(want.voided).int(want.returned).uuid(o.ID.UUID).int(want.line)
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *orderUpdater) writeParts(f *order.Fulfillment) error {
	if len(f.Lines) == 0 {
		return nil
	}
	stored, err := readCounts(w.storedParts, f.ID.UUID)
	if err != nil {
		return err
	}
	for i := range f.Lines {
		p := &f.Lines[i]
		want := counts{int64(p.Line), p.Voided, p.Returned, [3]int64{p.Quantity, p.Asked, p.Moving}}
		have := find(stored, want.line)
		if have == nil {
			w.insert.parts.expect(1)
			if err := w.insert.writePart(f.ID, p); err != nil {
				return err
			}
			continue
		}
		if *have == want {
			continue
		}
		b := w.part.only()
		b.int(p.Quantity).int(p.Voided).int(p.Asked).int(p.Moving).int(p.Returned).uuid(f.ID.UUID).int(want.line)
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

// readCounts reads line, voided and returned, and more where there are such columns.
func readCounts(stmt *sqlite.Stmt, of id.UUID) ([]counts, error) {
	stmt.BindBytes(1, of[:])
	var stored []counts
	for {
		row, err := stmt.Step()
		if err != nil {
			return nil, err
		}
		if !row {
			return stored, stmt.Reset()
		}
		c := counts{line: stmt.ColumnInt64(0), voided: stmt.ColumnInt64(1), returned: stmt.ColumnInt64(2)}
		for i := 3; i < stmt.ColumnCount(); i++ {
			c.more[i-3] = stmt.ColumnInt64(i)
		}
		stored = append(stored, c)
	}
}

// find looks where the line most likely is before it looks everywhere.
func find(stored []counts, line int64) *counts {
	if line >= 1 && line <= int64(len(stored)) && stored[line-1].line == line {
		return &stored[line-1]
	}
	for i := range stored {
		if stored[i].line == line {
			return &stored[i]
		}
	}
	return nil
}
