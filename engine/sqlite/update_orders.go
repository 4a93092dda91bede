package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// orderUpdater holds the statements that bring stored orders up to date. Most
// changes touch the order and one fulfillment: what is stored is looked at, and
// only the lines and parts that differ are written.
type orderUpdater struct {
	conn                     *sqlite.Conn
	order, fulfillment       *sqlite.Stmt
	line, part               *sqlite.Stmt
	storedLines, storedParts *sqlite.Stmt
}

func newOrderUpdater(p *preparer) orderUpdater {
	return orderUpdater{
		conn: p.conn,
		order: p.stmt(`
			UPDATE orders
			SET    status = ?, version = ?, changed_at = ?, reason = ?, void_asked = ?,
			       name = ?, street = ?, postal_code = ?, city = ?, district = ?, email = ?, phone = ?
			WHERE  id = ?`),
		fulfillment: p.stmt(`
			UPDATE fulfillments
			SET    stage = ?, version = ?, changed_at = ?
			WHERE  order_id = ? AND id = ?`),
		storedLines: p.stmt(`
			SELECT   line, voided, returned
			FROM     order_lines
			WHERE    order_id = ?
			ORDER BY line`),
		line: p.stmt(`
			UPDATE order_lines
			SET    voided = ?, returned = ?
			WHERE  order_id = ? AND line = ?`),
		storedParts: p.stmt(`
			SELECT   line, voided, asked, returned
			FROM     fulfillment_lines
			WHERE    fulfillment_id = ?
			ORDER BY line`),
		part: p.stmt(`
			UPDATE fulfillment_lines
			SET    voided = ?, asked = ?, returned = ?
			WHERE  fulfillment_id = ? AND line = ?`),
	}
}

func (w *orderUpdater) write(orders []order.Order) error {
	for i := range orders {
		o := &orders[i]
		if err := w.writeHead(o); err != nil {
			return err
		}
		if err := w.writeLines(o); err != nil {
			return err
		}
		for j := range o.Fulfillments {
			if err := w.writeFulfillment(o.ID, &o.Fulfillments[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// changed runs an update and reports whether there was a row for it.
func (w *orderUpdater) changed(stmt *sqlite.Stmt) (bool, error) {
	err := run(stmt)
	return w.conn.Changes() > 0, err
}

func (w *orderUpdater) writeHead(o *order.Order) error {
	a := &o.Address
	b := bulk{now: w.order}
	b.text(string(o.Status)).int(int64(o.Version)).time(o.ChangedAt).text(o.Reason).bool(o.VoidAsked)
	b.text(a.Name).text(a.Street).text(a.PostalCode).text(a.City).text(string(a.District)).text(a.Email).text(a.Phone)
	b.uuid(o.ID.UUID)
	there, err := w.changed(w.order)
	if err == nil && !there {
		return fault.New(fault.NotFound, "there is no order %s", o.ID)
	}
	return err
}

// counts is what can change of a line or part.
type counts struct {
	line                    int64
	voided, asked, returned int64
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
		b := bulk{now: w.line}
		b.int(want.voided).int(want.returned).uuid(o.ID.UUID).int(want.line)
		if err := run(w.line); err != nil {
			return err
		}
	}
	return nil
}

func (w *orderUpdater) writeFulfillment(of id.Order, f *order.Fulfillment) error {
	b := bulk{now: w.fulfillment}
	b.text(string(f.Stage)).int(int64(f.Version)).time(f.ChangedAt).uuid(of.UUID).uuid(f.ID.UUID)
	there, err := w.changed(w.fulfillment)
	if err != nil {
		return err
	}
	if !there {
		return fault.New(fault.NotFound, "the order %s has no fulfillment %s", of, f.ID)
	}
	if len(f.Lines) == 0 {
		return nil
	}
	stored, err := readCounts(w.storedParts, f.ID.UUID)
	if err != nil {
		return err
	}
	for i := range f.Lines {
		p := &f.Lines[i]
		want := counts{int64(p.Line), p.Voided, p.Asked, p.Returned}
		have := find(stored, want.line)
		if have == nil {
			return fault.New(fault.NotFound, "the fulfillment %s has no line %d", f.ID, p.Line)
		}
		if *have == want {
			continue
		}
		b := bulk{now: w.part}
		b.int(want.voided).int(want.asked).int(want.returned).uuid(f.ID.UUID).int(want.line)
		if err := run(w.part); err != nil {
			return err
		}
	}
	return nil
}

// readCounts reads line, voided, asked where there is such a column, returned.
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
		c := counts{line: stmt.ColumnInt64(0), voided: stmt.ColumnInt64(1), returned: stmt.ColumnInt64(stmt.ColumnCount() - 1)}
		if stmt.ColumnCount() == 4 {
			c.asked = stmt.ColumnInt64(2)
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
