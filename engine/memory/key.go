package memory

import (
	"bytes"
	"cmp"
	"time"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// The keys of more than one column, each with its order.

type balanceKey struct {
	sku     id.SKU
	account stock.Account
}

func (k balanceKey) compare(other balanceKey) int {
	return cmp.Or(
		cmp.Compare(k.sku, other.sku),
		cmp.Compare(k.account.Kind, other.account.Kind),
		cmp.Compare(k.account.Ref, other.account.Ref))
}

type messageKey struct {
	destination string
	seq         uint64
}

func (k messageKey) compare(other messageKey) int {
	return cmp.Or(cmp.Compare(k.destination, other.destination), cmp.Compare(k.seq, other.seq))
}

type parkedKey struct {
	origin string
	epoch  uint64
	seq    uint64
}

func (k parkedKey) compare(other parkedKey) int {
	return cmp.Or(cmp.Compare(k.origin, other.origin), cmp.Compare(k.epoch, other.epoch), cmp.Compare(k.seq, other.seq))
}

type levelKey struct {
	sku       id.SKU
	warehouse id.Site
}

func (k levelKey) compare(other levelKey) int {
	return cmp.Or(cmp.Compare(k.sku, other.sku), cmp.Compare(k.warehouse, other.warehouse))
}

// eventKey names an entry of the history of an order or a fulfillment.
type eventKey struct {
	of  id.UUID
	seq int
}

func (k eventKey) compare(other eventKey) int {
	return cmp.Or(compareUUID(k.of, other.of), cmp.Compare(k.seq, other.seq))
}

type noticeKey struct {
	order   id.UUID
	event   string
	channel string
}

func (k noticeKey) compare(other noticeKey) int {
	return cmp.Or(
		compareUUID(k.order, other.order),
		cmp.Compare(k.event, other.event),
		cmp.Compare(k.channel, other.channel))
}

type transactionKey struct{ order, id id.UUID }

func (k transactionKey) compare(other transactionKey) int {
	return cmp.Or(compareUUID(k.order, other.order), compareUUID(k.id, other.id))
}

// loadKey names the parcels that one warehouse was given for one day.
type loadKey struct {
	warehouse id.Site
	on        date.Date
}

func (k loadKey) compare(other loadKey) int {
	return cmp.Or(cmp.Compare(k.warehouse, other.warehouse), cmp.Compare(k.on, other.on))
}

func compareUUID(a, b id.UUID) int { return bytes.Compare(a[:], b[:]) }

// micro is t as it is stored: in UTC, cut to microseconds.
func micro(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }
