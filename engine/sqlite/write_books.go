package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// booksWriter holds the statements that write what every site has.
type booksWriter struct {
	lastSeq                           *sqlite.Stmt
	movements, outbox, cursors, parks *bulk
	balances                          balanceWriter
	feeds                             feedWriter
	peers                             peerWriter
}

func newBooksWriter(p *preparer) booksWriter {
	return booksWriter{
		lastSeq: p.stmt(`
			SELECT coalesce(max(seq), 0)
			FROM   movements`),
		movements: p.bulk(`
			INSERT OR ROLLBACK INTO movements
			       (seq, id, at, sku, quantity, from_account, from_ref, to_account, to_ref, reason, order_id, line, cause, hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		balances: newBalanceWriter(p),
		feeds:    newFeedWriter(p),
		peers:    newPeerWriter(p),
		outbox: p.bulk(`
			INSERT OR ROLLBACK INTO outbox
			       (destination, seq, epoch, at, key, kind, body, hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		cursors: p.single(`
			INSERT OR REPLACE INTO cursors
			       (origin, epoch, seq, hash, at, past)
			VALUES (?, ?, ?, ?, ?, ?)`),
		parks: p.bulk(`
			INSERT OR ROLLBACK INTO parked
			       (origin, epoch, seq, at, key, kind, body, hash, reason, parked_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
	}
}

func (w *booksWriter) write(rows *books.Rows) error {
	if err := w.writeMovements(rows.Movements); err != nil {
		return err
	}
	if err := w.balances.write(rows.Balances); err != nil {
		return err
	}
	if err := w.writeMessages(rows.Messages); err != nil {
		return err
	}
	if err := w.writeCursors(rows.Cursors); err != nil {
		return err
	}
	if err := w.writeParked(rows.Parked); err != nil {
		return err
	}
	if err := w.feeds.write(rows); err != nil {
		return err
	}
	return w.peers.write(rows.Peers)
}

// writeMovements refuses a gap: the ledger is numbered without any.
func (w *booksWriter) writeMovements(movements []books.Movement) error {
	if len(movements) == 0 {
		return nil
	}
	next, err := w.nextSeq()
	if err != nil {
		return err
	}
	w.movements.expect(len(movements))
	for i := range movements {
		m := &movements[i]
		if m.Seq != next {
			return fault.New(fault.Conflict, "the next movement is number %d, not %d", next, m.Seq)
		}
		next++
		b := w.movements.row()
		b.int(m.Seq).uuid(m.ID.UUID).time(m.At).text(string(m.SKU)).int(m.Quantity)
		b.text(m.From.Kind.String()).text(m.From.Ref).text(m.To.Kind.String()).text(m.To.Ref).text(string(m.Reason))
		b.uuid(m.Order.UUID).int(int64(m.Line)).text(m.Cause).bytes(m.Hash[:])
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *booksWriter) nextSeq() (int64, error) {
	if _, err := w.lastSeq.Step(); err != nil {
		return 0, err
	}
	last := w.lastSeq.ColumnInt64(0)
	return last + 1, w.lastSeq.Reset()
}

func (w *booksWriter) writeMessages(messages []feed.Message) error {
	w.outbox.expect(len(messages))
	for i := range messages {
		m := &messages[i]
		b := w.outbox.row()
		b.text(m.Destination).int(int64(m.Seq)).int(int64(m.Epoch)).int(m.At).text(m.Key).text(m.Kind).bytes(m.Body).bytes(m.Hash[:])
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *booksWriter) writeCursors(cursors []feed.Cursor) error {
	w.cursors.expect(len(cursors))
	for i := range cursors {
		c := &cursors[i]
		if err := w.cursors.row().text(c.Origin).int(int64(c.Epoch)).int(int64(c.Seq)).bytes(c.Hash[:]).int(c.At).text(string(c.Past)).done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *booksWriter) writeParked(parked []books.Parked) error {
	w.parks.expect(len(parked))
	for i := range parked {
		m := &parked[i].Message
		b := w.parks.row()
		b.text(m.Origin).int(int64(m.Epoch)).int(int64(m.Seq)).int(m.At).text(m.Key).text(m.Kind).bytes(m.Body).bytes(m.Hash[:])
		if err := b.text(parked[i].Reason).time(parked[i].ParkedAt).done(); err != nil {
			return err
		}
	}
	return nil
}
