package rest

import (
	"errors"
	"slices"

	"crossdock/core/fault"
)

// within says which field of the request an error is about, where the error
// names none. It returns nil for nil.
func within(field string, err error) error {
	return renamed(err, func(inner string) string {
		if inner == "" {
			return field
		}
		return inner
	})
}

// below puts what an error is about under a field of the request.
func below(field string, err error) error {
	return renamed(err, func(inner string) string {
		if inner == "" {
			return field
		}
		return field + "." + inner
	})
}

// addressFields are the names by which core speaks of the fields of an address.
var addressFields = []string{"name", "street", "postal_code", "city", "district", "email", "phone"}

// inOrder turns a field as core names it into its place in an order's body.
func inOrder(err error) error {
	return renamed(err, func(inner string) string {
		if slices.Contains(addressFields, inner) {
			return "address." + inner
		}
		return inner
	})
}

func renamed(err error, name func(inner string) string) error {
	var public *fault.Error
	if !errors.As(err, &public) || name(public.Field) == public.Field {
		return err
	}
	return &fault.Error{Kind: public.Kind, Field: name(public.Field), Message: public.Message, Cause: err}
}
