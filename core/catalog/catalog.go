// Package catalog says what a product is and which districts it is sold in.
// It knows nothing of how many there are: that is stock.
package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Limits of a product's fields, in characters.
const (
	MaxName        = 200
	MaxDescription = 4000
	MaxLabel       = 60
)

// MaxPrice is the highest price of a unit, in minor units of its currency: low
// enough that the largest order's total can be counted.
const MaxPrice = 1_000_000_000

// MaxCap is the highest cap of a product, in units.
const MaxCap = 1_000_000_000

// Product is something for sale. Type is the broad kind ("kitchen"), Category
// the narrower one within it ("baking").
type Product struct {
	SKU         id.SKU       `json:"sku"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Type        string       `json:"type"`
	Category    string       `json:"category"`
	Price       money.Amount `json:"price"`
	Policy      Policy       `json:"policy,omitempty"`
	Cap         int64        `json:"cap,omitempty"`        // most units sold ahead at a time; 0: as many as are expected
	ReleaseOn   date.Date    `json:"release_on,omitempty"` // of a preorder: nothing is shipped before
}

// Policy says whether a product is sold ahead of its stock.
type Policy string

// The policies.
const (
	InStock   Policy = ""          // what is not there is not sold
	Backorder Policy = "backorder" // sold out of what suppliers have announced
	Preorder  Policy = "preorder"  // the same, and nothing is shipped before its release
)

// ParsePolicy reads a policy's name; "in-stock" and empty are InStock.
func ParsePolicy(name string) (Policy, error) {
	switch p := Policy(name); p {
	case InStock, Backorder, Preorder:
		return p, nil
	case "in-stock":
		return InStock, nil
	default:
		return "", fault.At("policy", fault.Invalid, "%s is no policy: want in-stock, backorder or preorder", fault.Quote(name))
	}
}

// SoldAhead reports whether units may be sold before they are there.
func (p Product) SoldAhead() bool { return p.Policy == Backorder || p.Policy == Preorder }

// checkPolicy reports the first rule of selling ahead that p breaks.
func (p Product) checkPolicy() error {
	if _, err := ParsePolicy(string(p.Policy)); err != nil {
		return err
	}
	if p.Cap < 0 || p.Cap > MaxCap {
		return fault.At("cap", fault.Invalid, "the cap %d is not between 0 and %d", p.Cap, MaxCap)
	}
	if p.Cap > 0 && !p.SoldAhead() {
		return fault.At("cap", fault.Invalid, "a cap is for a product that is sold ahead: its policy is in-stock")
	}
	if (p.Policy == Preorder) == p.ReleaseOn.IsZero() {
		return fault.At("release_on", fault.Invalid, "a preorder, and no other product, has a day of release")
	}
	return nil
}

// Check reports the first rule that p breaks, as fault.Invalid with its field.
func (p Product) Check() error {
	if _, err := id.ParseSKU(string(p.SKU)); err != nil {
		return at("sku", err)
	}
	if err := CheckLine("name", p.Name, 1, MaxName); err != nil {
		return err
	}
	if err := CheckText("description", p.Description, 0, MaxDescription); err != nil {
		return err
	}
	if err := CheckLine("type", p.Type, 1, MaxLabel); err != nil {
		return err
	}
	if err := CheckLine("category", p.Category, 1, MaxLabel); err != nil {
		return err
	}
	if _, err := money.ParseCurrency(string(p.Price.Currency)); err != nil {
		return at("price", err)
	}
	if p.Price.Minor < 0 {
		return fault.At("price", fault.Invalid, "the price %s is below zero", p.Price)
	}
	if p.Price.Minor > MaxPrice {
		return fault.At("price", fault.Invalid, "the price %s is above the limit of %s", p.Price, money.Of(MaxPrice, p.Price.Currency))
	}
	return p.checkPolicy()
}

// District is a delivery area with the warehouses that serve it, its primary
// one first: the order in which stock is looked for.
type District struct {
	Code       id.District `json:"code"`
	Name       string      `json:"name"`
	Warehouses []id.Site   `json:"warehouses"`
	Place      Place       `json:"place,omitzero" koanf:"place"` // its center; unknown where it is zero
}

// Check reports the first rule that d breaks, as fault.Invalid with its field.
func (d District) Check() error {
	if _, err := id.ParseDistrict(string(d.Code)); err != nil {
		return at("code", err)
	}
	if err := CheckLine("name", d.Name, 1, MaxLabel); err != nil {
		return err
	}
	if len(d.Warehouses) == 0 {
		return fault.At("warehouses", fault.Invalid, "the district %s has no warehouse", d.Code)
	}
	if err := d.Place.check(); err != nil {
		return err
	}
	seen := make(map[id.Site]bool, len(d.Warehouses))
	for _, warehouse := range d.Warehouses {
		if _, err := id.ParseSite(string(warehouse)); err != nil {
			return at("warehouses", err)
		}
		if seen[warehouse] {
			return fault.At("warehouses", fault.Invalid, "the district %s names %s twice", d.Code, warehouse)
		}
		seen[warehouse] = true
	}
	return nil
}

// at points the fault of a code at the field that holds it.
func at(field string, err error) error {
	message, _ := fault.Public(err)
	return fault.At(field, fault.KindOf(err), "%s", message)
}

// CheckText reports whether text can be stored and shown as one field: valid
// UTF-8 without control characters other than a line break, least to most
// characters long, not of white space alone when least is above zero.
func CheckText(field, text string, least, most int) error {
	if len(text) > most*utf8.UTFMax {
		return fault.At(field, fault.Invalid, "the %s is longer than %d characters", field, most)
	}
	if !utf8.ValidString(text) {
		return fault.At(field, fault.Invalid, "the %s is not valid UTF-8", field)
	}
	if length := utf8.RuneCountInString(text); length > most {
		return fault.At(field, fault.Invalid, "the %s is longer than %d characters", field, most)
	}
	if least > 0 && strings.TrimSpace(text) == "" {
		return fault.At(field, fault.Invalid, "the %s is empty", field)
	}
	if length := utf8.RuneCountInString(text); length < least {
		return fault.At(field, fault.Invalid, "the %s is shorter than %d characters", field, least)
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' || turnsText(r) {
			return fault.At(field, fault.Invalid, "the %s has a control character in it", field)
		}
	}
	return nil
}

// CheckLine is CheckText for what stands on one line: it has no line break.
func CheckLine(field, text string, least, most int) error {
	if strings.Contains(text, "\n") {
		return fault.At(field, fault.Invalid, "the %s has a line break in it", field)
	}
	return CheckText(field, text, least, most)
}

// turnsText reports whether a character changes the direction of the text around
// it, which can make one name look like another.
func turnsText(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }
