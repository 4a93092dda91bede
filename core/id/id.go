// Package id names the things of the business: orders, movements, users by UUID;
// products, warehouses and districts by the codes people type.
//
// It never makes an identifier at random: those enter core by argument, from a
// Source that node owns. Derive and Beside are the exception: identifiers that are
// computed from others, so that repeating a step names the same thing.
//
// Start reading at UUID, then SKU.
package id

import (
	"crypto/sha1"
	"encoding/hex"

	"crossdock/core/fault"
)

// UUID is a 128-bit identifier (RFC 9562). The zero value means "none".
type UUID [16]byte

// Source makes new identifiers. It stands here because every site needs one and
// core may not; node fills it with version 7 UUIDs, which sort by time of birth.
type Source interface {
	New() UUID
}

// Order, Fulfillment, Movement, User and Grant keep the compiler from mixing up
// identifiers of different things.
type (
	Order       struct{ UUID }
	Fulfillment struct{ UUID }
	Movement    struct{ UUID }
	User        struct{ UUID }
	Grant       struct{ UUID }
)

// IsZero reports whether u is the absent identifier.
func (u UUID) IsZero() bool { return u == UUID{} }

// String returns the canonical form, 36 characters in lower case.
func (u UUID) String() string {
	text := u.text()
	return string(text[:])
}

func (u UUID) text() (text [36]byte) {
	hex.Encode(text[0:8], u[0:4])
	text[8] = '-'
	hex.Encode(text[9:13], u[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], u[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], u[8:10])
	text[23] = '-'
	hex.Encode(text[24:36], u[10:16])
	return text
}

// MarshalText writes the canonical form; the zero UUID is written as "".
func (u UUID) MarshalText() ([]byte, error) {
	if u.IsZero() {
		return []byte{}, nil
	}
	text := u.text()
	return text[:], nil
}

// UnmarshalText reads the canonical form, or "" for the zero UUID.
// Anything else is fault.Invalid.
func (u *UUID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = UUID{}
		return nil
	}
	parsed, fits := parse(text)
	if !fits {
		return notUUID(string(text))
	}
	*u = parsed
	return nil
}

// ParseUUID reads the canonical form of 36 characters, in either case.
func ParseUUID(text string) (UUID, error) {
	u, fits := parse(text)
	if !fits {
		return UUID{}, notUUID(text)
	}
	return u, nil
}

func parse[T string | []byte](text T) (u UUID, fits bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return UUID{}, false
	}
	var digits [32]byte
	for i, from := range [...]int{0, 4, 9, 14, 19, 24, 28, 32} { // four at a time, past the hyphens
		copy(digits[4*i:4*i+4], text[from:from+4])
	}
	if _, err := hex.Decode(u[:], digits[:]); err != nil {
		return UUID{}, false
	}
	return u, true
}

// ParseOrder reads an order's identifier.
func ParseOrder(text string) (Order, error) {
	u, err := ParseUUID(text)
	return Order{u}, err
}

// ParseFulfillment reads a fulfillment order's identifier.
func ParseFulfillment(text string) (Fulfillment, error) {
	u, err := ParseUUID(text)
	return Fulfillment{u}, err
}

// Derive returns the version 5 UUID of name within space (RFC 9562, section 5.5).
func Derive(space UUID, name string) UUID {
	var room [128]byte
	hash := sha1.Sum(append(append(room[:0], space[:]...), name...))
	u := UUID(hash[:16])
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Beside returns an identifier computed from parent and name that sorts beside
// its parent: it keeps the first 48 bits, which are the time of birth of a
// version 7 parent, so that an index over such identifiers grows at its end.
// Its version is 8 (RFC 9562, section 5.8).
func Beside(parent UUID, name string) UUID {
	u := Derive(parent, name)
	copy(u[:6], parent[:6])
	u[6] = u[6]&0x0f | 0x80
	return u
}

func notUUID(text string) error {
	return fault.New(fault.Invalid, "%s is not an identifier: want 32 hexadecimal digits in five groups", fault.Quote(text))
}
