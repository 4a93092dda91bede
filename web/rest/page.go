package rest

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Paging is what every page of rows takes. It, Keyed and Replayed are exported for
// the framework alone, which fills and reads them by reflection.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Rows of the page"`
	Cursor string `query:"cursor" doc:"Next of the page before"`
}

// offset reads a cursor that counts rows.
func (p Paging) offset() (int, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	offset, err := strconv.ParseUint(p.Cursor, 10, 31)
	if err != nil {
		return 0, badCursor(p.Cursor)
	}
	return int(offset), nil
}

// sku reads a cursor that names a SKU.
func (p Paging) sku() (id.SKU, error) {
	if p.Cursor == "" {
		return "", nil
	}
	sku, err := id.ParseSKU(p.Cursor)
	if err != nil {
		return "", badCursor(p.Cursor)
	}
	return sku, nil
}

// uuid reads a cursor that is an identifier.
func (p Paging) uuid() (id.UUID, error) {
	if p.Cursor == "" {
		return id.UUID{}, nil
	}
	u, err := id.ParseUUID(p.Cursor)
	if err != nil {
		return id.UUID{}, badCursor(p.Cursor)
	}
	return u, nil
}

func badCursor(text string) error {
	return fault.At("cursor", fault.Invalid, "%s is not a cursor: take next of the page before", fault.Quote(text))
}

// Keyed is the header of a request that may be repeated.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"128" doc:"Repeating the request with the same key has no second effect"`
}

// Replayed is the header of an answer to one.
type Replayed struct {
	Replay string `header:"Idempotent-Replay" doc:"true when the key was known, and nothing happened now"`
}

func replay(repeat bool) Replayed {
	if repeat {
		return Replayed{"true"}
	}
	return Replayed{}
}

// store and warehouse return the key as the sites take it.
func (k Keyed) store(route string, body any) (store.Key, error) {
	name, digest, err := k.hash(route, body)
	return store.Key{Name: name, BodyHash: digest}, err
}

func (k Keyed) warehouse(route string, body any) (warehouse.Key, error) {
	name, digest, err := k.hash(route, body)
	return warehouse.Key{Name: name, BodyHash: digest}, err
}

// hash checks the key, and digests what it stands for: the route with its
// identifiers, and the body in the one form that its fields can be written in.
// Without a key the name is empty.
func (k Keyed) hash(route string, body any) (name string, digest [sha256.Size]byte, err error) {
	if k.Key == "" {
		return "", digest, nil
	}
	for _, c := range []byte(k.Key) {
		if c < ' ' || c > '~' {
			return "", digest, fault.At(api.HeaderKey, fault.Invalid, "the idempotency key has a character other than printable ASCII")
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", digest, err
	}
	return "http/" + k.Key, sha256.Sum256(append([]byte(route+"\n"), text...)), nil
}
