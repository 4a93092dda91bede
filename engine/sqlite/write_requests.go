package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/site/books"
)

// requestWriter writes keyed commands in the order in which they come, and their
// keys a part at a time: see requestIndex.
type requestWriter struct {
	index               *requestIndex
	insert, keys, marks *bulk

	last int64 // number given
	next int   // part to be written

	// Of this transaction.
	fresh   []keyed
	written []int // parts
}

func newRequestWriter(p *preparer) requestWriter {
	w := requestWriter{
		index: &requestIndex{},
		insert: p.bulk(`
			INSERT OR ROLLBACK INTO requests
			       (number, key, body_hash, answer, at)
			VALUES (?, ?, ?, ?, ?)`),
		keys: p.bulk(`
			INSERT OR ROLLBACK INTO request_keys
			       (hash, number)
			VALUES (?, ?)`),
		marks: p.single(`
			INSERT OR REPLACE INTO request_parts
			       (part, number)
			VALUES (?, ?)`),
	}
	w.load(p)
	return w
}

// load reads what request_keys does not have yet.
func (w *requestWriter) load(p *preparer) {
	marks := p.stmt(`
		SELECT part, number
		FROM   request_parts`)
	since := p.stmt(`
		SELECT   number, key
		FROM     requests
		WHERE    number > ?
		ORDER BY number`)
	if p.err != nil {
		return
	}
	var upTo [requestParts]int64
	p.err = each(marks, func() { upTo[marks.ColumnInt(0)] = marks.ColumnInt64(1) })
	if p.err != nil {
		return
	}
	for part, number := range upTo {
		if number < upTo[w.next] {
			w.next = part
		}
	}
	w.last = upTo[w.next]
	since.BindInt64(1, w.last)
	p.err = each(since, func() {
		k := keyedBy(since.ColumnText(1), since.ColumnInt64(0))
		if w.last = k.number; k.number > upTo[k.part()] {
			w.index.add(k)
		}
	})
}

// write refuses a key that came before, as far as it has it in memory: whoever
// decides a keyed command has looked its key up.
func (w *requestWriter) write(requests []books.Request) error {
	w.fresh, w.written = w.fresh[:0], w.written[:0]
	w.insert.expect(len(requests))
	for i := range requests {
		r := &requests[i]
		k := keyedBy(r.Key, w.last+1)
		if !w.index.add(k) {
			return fault.New(fault.Exists, "the idempotency key %s was used before", fault.Quote(r.Key))
		}
		w.last++
		w.fresh = append(w.fresh, k)
		if err := w.insert.row().int(k.number).text(r.Key).bytes(r.BodyHash[:]).text(r.Answer).time(r.At).done(); err != nil {
			return err
		}
	}
	return w.writeKeys()
}

// writeKeys writes parts until few enough keys are left in memory.
func (w *requestWriter) writeKeys() error {
	for left := w.index.size(); left > recentKeys; {
		keys := w.index.sorted(w.next)
		w.keys.expect(len(keys))
		for _, k := range keys {
			if err := w.keys.row().int(k.hash).int(k.number).done(); err != nil {
				return err
			}
		}
		if err := w.marks.only().int(int64(w.next)).int(w.last).done(); err != nil {
			return err
		}
		left -= len(keys)
		w.written = append(w.written, w.next)
		w.next = (w.next + 1) % requestParts
	}
	return nil
}

// ended is told whether the transaction was written in the end.
func (w *requestWriter) ended(written bool) {
	if written {
		for _, part := range w.written {
			w.index.clear(part)
		}
	} else {
		w.undo()
	}
	w.fresh, w.written = w.fresh[:0], w.written[:0]
}

// undo makes the memory what it was before the transaction.
func (w *requestWriter) undo() {
	for i := len(w.fresh) - 1; i >= 0; i-- {
		w.index.drop(w.fresh[i])
	}
	w.last -= int64(len(w.fresh))
	if len(w.written) > 0 {
		w.next = w.written[0]
	}
}

// each carries out a query, and calls row for each of its rows.
func each(query *sqlite.Stmt, row func()) error {
	for {
		there, err := query.Step()
		if err != nil {
			return err
		}
		if !there {
			return query.Reset()
		}
		row()
	}
}
