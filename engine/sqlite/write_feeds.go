package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/dist/feed"
	"crossdock/site/books"
)

// feedWriter holds the statements that write what became of messages: those that
// were put aside, and those that all have read.
type feedWriter struct {
	reparks, acknowledged, pruned *bulk
	prune, forget                 *sqlite.Stmt
}

func newFeedWriter(p *preparer) feedWriter {
	return feedWriter{
		reparks: p.single(`
			INSERT OR REPLACE INTO parked
			       (origin, epoch, seq, at, key, kind, body, hash, reason, parked_at, resolution, resolved_at, resolved_by, resolved_why)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		acknowledged: p.single(`
			INSERT OR REPLACE INTO acknowledged
			       (destination, seq, epoch, hash, at, acknowledged_at)
			VALUES (?, ?, ?, ?, ?, ?)`),
		pruned: p.single(`
			INSERT OR REPLACE INTO pruned
			       (destination, epoch, seq, hash, at)
			VALUES (?, ?, ?, ?, ?)`),
		prune: p.stmt(`
			DELETE FROM outbox
			WHERE  destination = ? AND seq <= ?`),
		forget: p.stmt(`
			DELETE FROM acknowledged
			WHERE  destination = ? AND seq <= ?`),
	}
}

func (w *feedWriter) write(rows *books.Rows) error {
	if err := w.writeReparked(rows.Reparked); err != nil {
		return err
	}
	if err := w.writeAcknowledged(rows.Acknowledged); err != nil {
		return err
	}
	return w.writePruned(rows.Pruned)
}

func (w *feedWriter) writeReparked(parked []books.Parked) error {
	w.reparks.expect(len(parked))
	for i := range parked {
		m, ended := &parked[i].Message, &parked[i].Resolution
		b := w.reparks.row()
		b.text(m.Origin).int(int64(m.Epoch)).int(int64(m.Seq)).int(m.At).text(m.Key).text(m.Kind).bytes(m.Body).bytes(m.Hash[:])
		b.text(parked[i].Reason).time(parked[i].ParkedAt).text(string(ended.As))
		if err := b.timeOrNull(ended.At).text(ended.By).text(ended.Why).done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *feedWriter) writeAcknowledged(acknowledged []books.Acknowledged) error {
	w.acknowledged.expect(len(acknowledged))
	for i := range acknowledged {
		c := &acknowledged[i].Cursor
		b := w.acknowledged.row().text(c.Destination).int(int64(c.Seq)).int(int64(c.Epoch)).bytes(c.Hash[:]).int(c.At)
		if err := b.time(acknowledged[i].At).done(); err != nil {
			return err
		}
	}
	return nil
}

// writePruned says first what is out, then takes it out: the tables let no other
// message go.
func (w *feedWriter) writePruned(pruned []feed.Cursor) error {
	w.pruned.expect(len(pruned))
	for i := range pruned {
		c := &pruned[i]
		b := w.pruned.row().text(c.Destination).int(int64(c.Epoch)).int(int64(c.Seq)).bytes(c.Hash[:]).int(c.At)
		if err := b.done(); err != nil {
			return err
		}
		for _, stmt := range []*sqlite.Stmt{w.prune, w.forget} {
			stmt.BindText(1, c.Destination)
			stmt.BindInt64(2, int64(c.Seq))
			if err := run(stmt); err != nil {
				return err
			}
		}
	}
	return nil
}
