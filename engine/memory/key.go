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
	if c := cmp.Compare(k.sku, other.sku); c != 0 {
		return c
	}
	if c := cmp.Compare(k.account.Kind, other.account.Kind); c != 0 {
		return c
	}
	return cmp.Compare(k.account.Ref, other.account.Ref)
}

type messageKey struct {
	destination string
	seq         uint64
}

func (k messageKey) compare(other messageKey) int {
	if c := cmp.Compare(k.destination, other.destination); c != 0 {
		return c
	}
	return cmp.Compare(k.seq, other.seq)
}

type parkedKey struct {
	origin string
	epoch  uint64
	seq    uint64
}

func (k parkedKey) compare(other parkedKey) int {
	if c := cmp.Compare(k.origin, other.origin); c != 0 {
		return c
	}
	if c := cmp.Compare(k.epoch, other.epoch); c != 0 {
		return c
	}
	return cmp.Compare(k.seq, other.seq)
}

type levelKey struct {
	sku       id.SKU
	warehouse id.Site
}

func (k levelKey) compare(other levelKey) int {
	if c := cmp.Compare(k.sku, other.sku); c != 0 {
		return c
	}
	return cmp.Compare(k.warehouse, other.warehouse)
}

// eventKey names an entry of the history of an order or a fulfillment.
type eventKey struct {
	of  id.UUID
	seq int
}

func (k eventKey) compare(other eventKey) int {
	if c := compareUUID(k.of, other.of); c != 0 {
		return c
	}
	return cmp.Compare(k.seq, other.seq)
}

type looseKey struct {
	order       id.UUID
	fulfillment id.UUID
}

func (k looseKey) compare(other looseKey) int {
	if c := compareUUID(k.order, other.order); c != 0 {
		return c
	}
	return compareUUID(k.fulfillment, other.fulfillment)
}

type noticeKey struct {
	order   id.UUID
	event   string
	channel string
}

func (k noticeKey) compare(other noticeKey) int {
	if c := compareUUID(k.order, other.order); c != 0 {
		return c
	}
	if c := cmp.Compare(k.event, other.event); c != 0 {
		return c
	}
	return cmp.Compare(k.channel, other.channel)
}

type transactionKey struct{ order, id id.UUID }

func (k transactionKey) compare(other transactionKey) int {
	if c := compareUUID(k.order, other.order); c != 0 {
		return c
	}
	return compareUUID(k.id, other.id)
}

// loadKey names the parcels that one warehouse was given for one day.
type loadKey struct {
	warehouse id.Site
	on        date.Date
}

func (k loadKey) compare(other loadKey) int {
	if c := cmp.Compare(k.warehouse, other.warehouse); c != 0 {
		return c
	}
	return cmp.Compare(k.on, other.on)
}

func compareUUID(a, b id.UUID) int { return bytes.Compare(a[:], b[:]) }

// micro is t as it is stored: in UTC, cut to microseconds.
func micro(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }
