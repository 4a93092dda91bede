package sqlite

import (
	"slices"
	"time"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
)

// storedFulfillment is one that its order has: what can change of it.
type storedFulfillment struct {
	part int64 // counts those of the order
	id   id.UUID
	progress
}

// progress is what can change of a fulfillment, besides its parts.
type progress struct {
	stage     order.Stage
	version   int64
	changedAt int64
	promise   order.Promise
	unasked   bool
	notBefore date.Date
	moveTo    id.Site
	redirect  order.Redirect
}

func progressOf(f *order.Fulfillment) progress {
	return progress{
		f.Stage, int64(f.Version), f.ChangedAt.UnixMicro(), f.Promise,
		f.Unasked, f.NotBefore, f.MoveTo, f.Redirect,
	}
}

func (w *orderUpdater) readFulfillments(of id.Order) ([]storedFulfillment, error) {
	stmt := w.storedFulfillments
	stmt.BindBytes(1, of.UUID[:])
	var stored []storedFulfillment
	for {
		row, err := stmt.Step()
		if err != nil {
			return nil, err
		}
		if !row {
			return stored, stmt.Reset()
		}
		f := storedFulfillment{part: stmt.ColumnInt64(0), progress: progress{
			stage: order.Stage(stmt.ColumnText(2)), version: stmt.ColumnInt64(3), changedAt: stmt.ColumnInt64(4),
			promise: order.Promise{From: date.Date(stmt.ColumnInt64(5)), To: date.Date(stmt.ColumnInt64(6))},
			unasked: stmt.ColumnBool(7), notBefore: date.Date(stmt.ColumnInt64(8)),
			moveTo: id.Site(stmt.ColumnText(9)), redirect: order.Redirect(stmt.ColumnText(10)),
		}}
		stmt.ColumnBytes(1, f.id[:])
		stored = append(stored, f)
	}
}

// writeFulfillment brings one up to date, or adds it behind those that are
// stored. It returns what is stored then.
func (w *orderUpdater) writeFulfillment(of id.Order, f *order.Fulfillment, stored []storedFulfillment) ([]storedFulfillment, error) {
	want := progressOf(f)
	for i := range stored {
		have := &stored[i]
		if have.id != f.ID.UUID {
			continue
		}
		if have.progress != want {
			b := w.fulfillment.only()
			b.text(string(f.Stage)).int(want.version).int(want.changedAt).promise(f.Promise)
			b.bool(f.Unasked).date(f.NotBefore).text(string(f.MoveTo)).text(string(f.Redirect)).uuid(of.UUID).int(have.part)
			if err := b.done(); err != nil {
				return nil, err
			}
			have.progress = want
		}
		return stored, w.writeParts(f)
	}
	next := storedFulfillment{part: 1, id: f.ID.UUID, progress: want}
	if len(stored) > 0 {
		next.part = stored[len(stored)-1].part + 1
	}
	w.insert.fulfillments.expect(1)
	if err := w.insert.writeFulfillment(of, int(next.part), f); err != nil {
		return nil, err
	}
	return append(stored, next), w.writeParts(f)
}

// unsettled is order.Order.Unsettled of what is stored after the update: the
// fulfillments that the update leaves out stay as they are.
func unsettled(o *order.Order, stored []storedFulfillment) bool {
	after := *o
	after.Fulfillments = slices.Clip(o.Fulfillments)
	for i := range stored {
		which := id.Fulfillment{UUID: stored[i].id}
		if o.Fulfillment(which) == nil {
			after.Fulfillments = append(after.Fulfillments, stored[i].fulfillment(which))
		}
	}
	return after.Unsettled()
}

func (p *progress) fulfillment(which id.Fulfillment) order.Fulfillment {
	return order.Fulfillment{
		ID: which, Stage: p.stage, Version: int(p.version), ChangedAt: time.UnixMicro(p.changedAt), Promise: p.promise,
		Unasked: p.unasked, NotBefore: p.notBefore, MoveTo: p.moveTo, Redirect: p.redirect,
	}
}
