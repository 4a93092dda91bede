package stock

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// MaxQuantity is the most units that one order line may name, and that one
// receipt or count may. A movement between accounts may sum many of them.
const MaxQuantity = 1_000_000

// Reason says what kind of event a movement is. The set is closed.
type Reason string

// The reasons.
const (
	Received       Reason = "received"
	Granted        Reason = "granted"
	Returned       Reason = "returned"
	AllocatedTo    Reason = "allocated"
	Released       Reason = "released"
	PickedFor      Reason = "picked"
	Shipped        Reason = "shipped"
	TransferredOut Reason = "transferred_out"
	TransferredIn  Reason = "transferred_in"
	Adjusted       Reason = "adjusted"
	DamagedOut     Reason = "damaged"
	CustomerReturn Reason = "customer_return"
	Inspected      Reason = "inspected"  // out of quarantine, back on the shelf
	ReservedFor    Reason = "reserved"   // kept for a checkout or a move
	Expired        Reason = "expired"    // what was kept is free again
	AnnouncedBy    Reason = "announced"  // a supplier has announced units
	Withdrawn      Reason = "withdrawn"  // a supplier has called units off
	Arrived        Reason = "arrived"    // announced units are there: they are stock now
	SoldAhead      Reason = "sold_ahead" // announced units are sold
	Filled         Reason = "filled"     // units sold ahead were served from stock
)

// Hash is a running SHA-256: each movement's covers its own fields and the hash
// of the movement before, so that a row changed by hand is found and named.
type Hash [sha256.Size]byte

// Movement takes Quantity units of a SKU from one account to another, for good.
type Movement struct {
	ID       id.Movement // made by whoever asks, so that asking twice books once
	At       time.Time
	SKU      id.SKU
	Quantity int64 // above zero
	From, To Account
	Reason   Reason
	Order    id.Order // zero where no order is the cause
	Line     int      // line of Order, from 1
	Cause    string   // what led to it, such as "receipt" or a message's name
}

// Check reports the first rule of form that m breaks.
func (m Movement) Check() error {
	switch {
	case m.ID.IsZero():
		return fault.New(fault.Invalid, "a movement without an identifier")
	case m.SKU == "":
		return fault.New(fault.Invalid, "a movement without a SKU")
	case m.Quantity <= 0:
		return fault.New(fault.Invalid, "the quantity %d is not above zero", m.Quantity)
	case m.From == m.To:
		return fault.New(fault.Invalid, "a movement from %s to itself", m.From)
	case kindNames[m.From.Kind] == "" || kindNames[m.To.Kind] == "":
		return fault.New(fault.Invalid, "a movement between unknown accounts")
	}
	return nil
}

// Chain returns the hash of m standing after previous.
func (m Movement) Chain(previous Hash) Hash {
	var space [256]byte
	text := append(space[:0], previous[:]...)
	text = append(text, m.ID.UUID[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(m.At.UnixMicro()))
	text = binary.BigEndian.AppendUint64(text, uint64(m.Quantity))
	text = append(text, m.Order.UUID[:]...)
	text = binary.BigEndian.AppendUint32(text, uint32(m.Line))
	text = append(text, byte(m.From.Kind), byte(m.To.Kind))
	for _, part := range [...]string{string(m.SKU), m.From.Ref, m.To.Ref, string(m.Reason), m.Cause} {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}
