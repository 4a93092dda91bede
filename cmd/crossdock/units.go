package main

import (
	"fmt"
	"slices"
	"strings"

	"crossdock/api"
	"crossdock/core/id"
)

// units is a part of a fulfillment: so many of a product were asked for, and so
// many of those called off.
type units struct {
	sku           id.SKU
	asked, voided int64
}

// unitsOf makes units out of the parts that the store tells of.
func unitsOf(parts []api.Part) []units {
	all := make([]units, len(parts))
	for i, part := range parts {
		all[i] = units{part.SKU, part.Quantity, part.Voided}
	}
	return all
}

// linesOf makes units out of the lines that a warehouse tells of.
func linesOf(lines []api.FulfillmentLine) []units {
	all := make([]units, len(lines))
	for i, line := range lines {
		all[i] = units{line.SKU, line.Quantity, line.Voided}
	}
	return all
}

// shipping writes what a fulfillment ships. Of what is called off it keeps what
// was asked: "0 x MUG" would tell nobody anything.
func shipping(all []units) string {
	gone := len(all) > 0 && !slices.ContainsFunc(all, func(u units) bool { return u.voided < u.asked })
	words := make([]string, len(all))
	for i, u := range all {
		switch {
		case gone || u.voided == 0:
			words[i] = fmt.Sprintf("%d x %s", u.asked, u.sku)
		case u.voided >= u.asked:
			words[i] = fmt.Sprintf("%d x %s (voided)", u.asked, u.sku)
		default:
			words[i] = fmt.Sprintf("%d x %s (%d more voided)", u.asked-u.voided, u.sku, u.voided)
		}
	}
	if gone {
		words = append(words, "voided")
	}
	return strings.Join(words, ", ")
}
