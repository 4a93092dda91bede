// Package stock is the double-entry ledger of units: accounts per SKU, and
// movements that take units from one account to another. A movement is never
// changed or deleted; a balance is nothing but the sum of its movements.
//
// It decides whether a movement may be booked and what the balances are then.
// It never decides why: which warehouse serves an order is sourcing's matter.
//
// Start reading at Movement, then Ledger.
package stock

import (
	"strconv"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Kind is a sort of account.
type Kind uint8

// The kinds of account. Append only; the numbers are hashed into movements.
const (
	Available  Kind = 1  // warehouse: on the shelf, free
	Quota      Kind = 2  // warehouse: on the shelf, handed to a store (Ref), which alone may promise it
	Allocated  Kind = 3  // warehouse: on the shelf, promised to an order line
	Picked     Kind = 4  // warehouse: in the packing area, for an order line
	InTransit  Kind = 5  // warehouse: on its way to another one (Ref is the transfer)
	Quarantine Kind = 6  // warehouse: here, not for sale until inspected
	Damaged    Kind = 7  // warehouse: here, not for sale
	Held       Kind = 8  // store: quota at a warehouse (Ref), not yet promised
	Promised   Kind = 9  // store: promised to live order lines out of a warehouse (Ref)
	Reserved   Kind = 10 // store: quota at a warehouse (Ref), kept for a checkout or a move, not promised
	Supplier   Kind = 64 // outside: where units come from
	Customer   Kind = 65 // outside: where units go
	Adjustment Kind = 66 // outside: what counts have found and lost; after a restore (Ref), what was received since its backup
	Granter    Kind = 67 // outside, for a store: the warehouse (Ref) that grants quota

	// The second ledger, incoming: units that suppliers have announced and nobody
	// has seen. None of it is stock.
	Expected         Kind = 32 // warehouse: announced, sold by nobody yet
	ExpectedQuota    Kind = 33 // warehouse: announced, handed to a store (Ref), which alone may sell it ahead
	IncomingHeld     Kind = 34 // store: announced to a warehouse (Ref), not yet sold ahead
	IncomingPromised Kind = 35 // store: announced to a warehouse (Ref), sold to order lines that wait
	Announced        Kind = 80 // outside: what suppliers have announced, and took back or delivered
	IncomingGranter  Kind = 81 // outside, for a store: the warehouse (Ref) that it is announced to
)

var kindNames = map[Kind]string{
	Available: "available", Quota: "quota", Allocated: "allocated", Picked: "picked", InTransit: "in_transit",
	Quarantine: "quarantine", Damaged: "damaged", Held: "held", Promised: "promised",
	Reserved: "reserved", Expected: "expected", ExpectedQuota: "expected_quota",
	IncomingHeld: "incoming_held", IncomingPromised: "incoming_promised",
	Announced: "announced", IncomingGranter: "incoming_granter",
	Supplier: "supplier", Customer: "customer", Adjustment: "adjustment", Granter: "granter",
}

// String returns the kind's stable name, as it stands in the database.
func (k Kind) String() string { return kindNames[k] }

// External reports whether the account is the outside world, which may go below zero.
func (k Kind) External() bool { return k >= Supplier }

// ParseKind reads a stable name back.
func ParseKind(name string) (Kind, error) {
	for kind, known := range kindNames {
		if known == name {
			return kind, nil
		}
	}
	return 0, fault.New(fault.Corrupt, "%s is no kind of account", fault.Quote(name))
}

// Account is one account of a SKU at a site. Ref tells accounts of one kind
// apart: the store of a Quota, the warehouse of Held and Promised.
type Account struct {
	Kind Kind
	Ref  string
}

// String returns "kind" or "kind(ref)".
func (a Account) String() string {
	if a.Ref == "" {
		return a.Kind.String()
	}
	return a.Kind.String() + "(" + a.Ref + ")"
}

// QuotaOf is the account of units that a warehouse has handed to a store.
func QuotaOf(store id.Site) Account { return Account{Quota, string(store)} }

// HeldAt is the account of a store's free quota at a warehouse.
func HeldAt(warehouse id.Site) Account { return Account{Held, string(warehouse)} }

// PromisedAt is the account of what a store has promised out of a warehouse.
func PromisedAt(warehouse id.Site) Account { return Account{Promised, string(warehouse)} }

// GranterAt is the outside account that a warehouse's grants come from.
func GranterAt(warehouse id.Site) Account { return Account{Granter, string(warehouse)} }

// ReservedAt is the account of quota at a warehouse that a store keeps for somebody.
func ReservedAt(warehouse id.Site) Account { return Account{Reserved, string(warehouse)} }

// ExpectedFor is the account of announced units that a warehouse has handed to a store.
func ExpectedFor(store id.Site) Account { return Account{ExpectedQuota, string(store)} }

// IncomingAt is the account of announced units that a store may sell ahead.
func IncomingAt(warehouse id.Site) Account { return Account{IncomingHeld, string(warehouse)} }

// SoldAheadAt is the account of announced units that a store has sold.
func SoldAheadAt(warehouse id.Site) Account { return Account{IncomingPromised, string(warehouse)} }

// IncomingGranterAt is the outside account that announced units come from.
func IncomingGranterAt(warehouse id.Site) Account { return Account{IncomingGranter, string(warehouse)} }

// FoundIn is the outside account of units that a warehouse must have received after the
// backup that it was restored from in an epoch, because somebody has had them since.
func FoundIn(epoch uint64) Account {
	return Account{Adjustment, "restore-" + strconv.FormatUint(epoch, 10)}
}

// Balance is the number of units in one account of a SKU.
type Balance struct {
	SKU     id.SKU
	Account Account
	Units   int64
}

// Level is what a warehouse tells others of one SKU. Version grows with every
// change at the warehouse, so that an older level never replaces a newer one.
type Level struct {
	Warehouse id.Site `json:"-"`
	SKU       id.SKU  `json:"sku"`
	OnHand    int64   `json:"on_hand"`   // units in the building
	Available int64   `json:"available"` // free, in nobody's quota
	Quota     int64   `json:"quota"`     // handed to stores
	Allocated int64   `json:"allocated"` // promised to order lines, not yet picked
	Picked    int64   `json:"picked"`    // in the packing area
	Version   int64   `json:"version"`
	Elsewhere int64   `json:"-"` // of Quota: in the hands of other stores than the one that keeps the level
}
