package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/pay"
	"crossdock/site/store"
)

// recordWriter holds the statements that write the payments of orders, and what
// of them comes back.
type recordWriter struct {
	transactions, returns, lines *bulk
	unline                       *sqlite.Stmt
}

func newRecordWriter(p *preparer) recordWriter {
	return recordWriter{
		transactions: p.bulk(`
			INSERT OR ROLLBACK INTO transactions
			       (order_id, id, at, method, kind, state, amount, currency, provider, token, reference, reason, attempts, next_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (order_id, id) DO UPDATE
			SET at = excluded.at, method = excluded.method, kind = excluded.kind, state = excluded.state,
			    amount = excluded.amount, currency = excluded.currency, provider = excluded.provider, token = excluded.token,
			    reference = excluded.reference, reason = excluded.reason, attempts = excluded.attempts, next_at = excluded.next_at`),
		returns: p.bulk(`
			INSERT OR ROLLBACK INTO returns
			       (id, order_id, fulfillment_id, warehouse, reason, asked_at, changed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE
			SET order_id = excluded.order_id, fulfillment_id = excluded.fulfillment_id, warehouse = excluded.warehouse,
			    reason = excluded.reason, asked_at = excluded.asked_at, changed_at = excluded.changed_at`),
		unline: p.stmt(`
			DELETE FROM return_lines
			WHERE  return_id = ?`),
		lines: p.bulk(`
			INSERT OR ROLLBACK INTO return_lines
			       (return_id, line, sku, quantity, received, good, damaged)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
	}
}

func (w *recordWriter) writeTransactions(transactions []pay.Transaction) error {
	w.transactions.expect(len(transactions))
	for i := range transactions {
		t := &transactions[i]
		b := w.transactions.row().uuid(t.Order.UUID).uuid(t.ID).time(t.At).text(string(t.Method)).text(string(t.Kind))
		b.text(string(t.State)).int(t.Amount.Minor).text(string(t.Amount.Currency)).text(t.Provider).text(t.Token)
		if err := b.text(t.Reference).text(t.Reason).int(int64(t.Attempts)).time(t.NextAt).done(); err != nil {
			return err
		}
	}
	return nil
}

// writeReturns writes one at a time: a batch may write the same one twice.
func (w *recordWriter) writeReturns(returns []store.Return) error {
	for i := range returns {
		r := &returns[i]
		w.returns.expect(1)
		b := w.returns.row().uuid(r.ID).uuid(r.Order.UUID).uuid(r.Fulfillment.UUID).text(string(r.Warehouse))
		if err := b.text(r.Reason).time(r.AskedAt).time(r.ChangedAt).done(); err != nil {
			return err
		}
		w.unline.BindBytes(1, r.ID[:])
		if err := run(w.unline); err != nil {
			return err
		}
		if err := w.writeReturnLines(r); err != nil {
			return err
		}
	}
	return nil
}

func (w *recordWriter) writeReturnLines(r *store.Return) error {
	w.lines.expect(len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		b := w.lines.row().uuid(r.ID).int(int64(l.Line)).text(string(l.SKU)).int(l.Quantity)
		if err := b.int(l.Received).int(l.Good).int(l.Damaged).done(); err != nil {
			return err
		}
	}
	return nil
}
