package config

import (
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Role is one site that a process runs: "store", or "warehouse:wh1".
type Role string

const roleStore Role = "store"

// Warehouse returns the name of the warehouse of this role; false for the store.
func (r Role) Warehouse() (id.Site, bool) {
	name, found := strings.CutPrefix(string(r), "warehouse:")
	return id.Site(name), found
}

// check reports whether r can be a role, as fault.Invalid.
func (r Role) check() error {
	if r == roleStore {
		return nil
	}
	name, found := r.Warehouse()
	if !found {
		return fault.New(fault.Invalid, "%s is no role: want store, or warehouse:NAME as in warehouse:wh1", fault.Quote(string(r)))
	}
	_, err := id.ParseSite(string(name))
	return err
}

// Secret is a text that is not to be shown: printing, logging or encoding it
// gives a mask. string(s) is the text itself.
type Secret string

const mask = "(secret)"

// String returns a mask, or nothing for no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString keeps the secret out of %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText keeps the secret out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
