package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fulfillment"
)

// returnWriter holds the statements that write a warehouse's returns.
type returnWriter struct {
	returns, lines *bulk
	unline         *sqlite.Stmt
}

func newReturnWriter(p *preparer) returnWriter {
	return returnWriter{
		returns: p.bulk(`
			INSERT OR ROLLBACK INTO returns
			       (id, fulfillment_id, order_id, number, store, state, version, requested_at, changed_at, reason)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE
			SET fulfillment_id = excluded.fulfillment_id, order_id = excluded.order_id, number = excluded.number,
			    store = excluded.store, state = excluded.state, version = excluded.version,
			    requested_at = excluded.requested_at, changed_at = excluded.changed_at, reason = excluded.reason`),
		unline: p.stmt(`
			DELETE FROM return_lines
			WHERE  return_id = ?`),
		lines: p.bulk(`
			INSERT OR ROLLBACK INTO return_lines
			       (return_id, seq, line, sku, quantity, received, good, damaged)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
	}
}

func (w *returnWriter) write(returns []fulfillment.ReturnOrder) error {
	for i := range returns {
		r := &returns[i]
		w.returns.expect(1)
		b := w.returns.row().uuid(r.ID).uuid(r.Fulfillment.UUID).uuid(r.Order.UUID).int(r.Number).text(string(r.Store))
		b.text(string(r.State)).int(int64(r.Version)).time(r.RequestedAt).time(r.ChangedAt).text(r.Reason)
		if err := b.done(); err != nil {
			return err
		}
		w.unline.BindBytes(1, r.ID[:])
		if err := run(w.unline); err != nil {
			return err
		}
		if err := w.writeLines(r); err != nil {
			return err
		}
	}
	return nil
}

func (w *returnWriter) writeLines(r *fulfillment.ReturnOrder) error {
	w.lines.expect(len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		b := w.lines.row().uuid(r.ID).int(int64(i + 1)).int(int64(l.Line)).text(string(l.SKU))
		if err := b.int(l.Quantity).int(l.Received).int(l.Good).int(l.Damaged).done(); err != nil {
			return err
		}
	}
	return nil
}
