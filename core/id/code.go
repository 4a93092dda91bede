package id

import "crossdock/core/fault"

// SKU is a stock keeping unit, the code that names a product on shelves, in
// files and in URLs: 1 to 64 characters from letters, digits, and " . _ - / +",
// neither beginning nor ending with a space, and not "." or "..", which browsers
// fold away. Case matters.
type SKU string

// Site names a store or a warehouse, such as "store" or "wh1": a lower-case
// letter, then up to 31 lower-case letters, digits and hyphens. It is a word of
// message subjects and of URLs, hence the narrow alphabet.
type Site string

// District names a delivery area, such as "north"; written like a Site.
type District string

// MaxSKU is the length limit of a SKU in bytes.
const MaxSKU = 64

// ParseSKU checks that text can be a SKU.
func ParseSKU(text string) (SKU, error) {
	if text == "" {
		return "", fault.New(fault.Invalid, "the SKU is empty")
	}
	if len(text) > MaxSKU {
		return "", fault.New(fault.Invalid, "the SKU %s is longer than %d characters", fault.Quote(text), MaxSKU)
	}
	if text[0] == ' ' || text[len(text)-1] == ' ' {
		return "", fault.New(fault.Invalid, "the SKU %s begins or ends with a space", fault.Quote(text))
	}
	if text == "." || text == ".." {
		return "", fault.New(fault.Invalid, "the SKU %s cannot stand in an address", fault.Quote(text))
	}
	for _, r := range text {
		if !letter(r) && !digit(r) && r != ' ' && r != '.' && r != '_' && r != '-' && r != '/' && r != '+' {
			return "", fault.New(fault.Invalid,
				"the SKU %s has a character other than letters, digits and . _ - / + and space", fault.Quote(text))
		}
	}
	return SKU(text), nil
}

// ParseSite checks that text can name a site.
func ParseSite(text string) (Site, error) {
	if !plainWord(text) {
		return "", fault.New(fault.Invalid,
			"%s is no site name: want a lower-case letter, then up to 31 of a-z, 0-9 and -", fault.Quote(text))
	}
	return Site(text), nil
}

// ParseDistrict checks that text can name a district.
func ParseDistrict(text string) (District, error) {
	if !plainWord(text) {
		return "", fault.New(fault.Invalid,
			"%s is no district name: want a lower-case letter, then up to 31 of a-z, 0-9 and -", fault.Quote(text))
	}
	return District(text), nil
}

func plainWord(text string) bool {
	if len(text) == 0 || len(text) > 32 || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	for _, r := range text {
		if (r < 'a' || r > 'z') && !digit(r) && r != '-' {
			return false
		}
	}
	return true
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func digit(r rune) bool  { return r >= '0' && r <= '9' }
